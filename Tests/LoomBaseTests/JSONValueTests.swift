import LoomBase
import Testing

@Suite("JSON values")
struct JSONValueTests {
  /// The document of RFC 6901 §5.
  static func document() throws -> JSONValue {
    try JSONText.decode(
      #"""
      {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
       "k\"l": 6, " ": 7, "m~n": 8}
      """#.utf8)
  }

  @Test(
    "the pointers of RFC 6901 find what the RFC says",
    arguments: [
      ("/foo/0", JSONValue.text("bar")), ("/", .integer(0)), ("/a~1b", .integer(1)),
      ("/c%d", .integer(2)), ("/e^f", .integer(3)), ("/g|h", .integer(4)), ("/i\\j", .integer(5)),
      ("/k\"l", .integer(6)), ("/ ", .integer(7)), ("/m~0n", .integer(8)),
      ("/foo", .array([.text("bar"), .text("baz")])),
    ])
  func pointers(pointer: String, value: JSONValue) throws {
    var document = try Self.document()
    #expect(document.value(at: pointer) == value)
    let replaced = document.replace(at: pointer, with: .text("new"))
    #expect(replaced)
    #expect(document.value(at: pointer) == .text("new"))
    #expect(document != (try Self.document()))
  }

  @Test("the empty pointer is the whole document; ~01 is ~1, not a slash")
  func wholeAndOrder() throws {
    let document = try Self.document()
    #expect(document.value(at: "") == document)
    let tilde = JSONValue.object(["~1": .integer(1), "/": .integer(2)])
    #expect(tilde.value(at: "/~01") == .integer(1))
    #expect(tilde.value(at: "/~1") == .integer(2))
  }

  @Test(
    "pointers to nothing and malformed ones find and replace nothing",
    arguments: [
      "foo", "/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/-1", "/foo/0/x", "/m~n", "/m~", "/bar",
      "/foo/", "//",
    ])
  func nothing(pointer: String) throws {
    var document = try Self.document()
    #expect(document.value(at: pointer) == nil)
    let replaced = document.replace(at: pointer, with: .null)
    #expect(!replaced)
    #expect(document == (try Self.document()))
  }

  @Test("accessors answer for their own kind only; whole numbers are integers too")
  func accessors() {
    #expect(JSONValue.number(3).int == 3)
    #expect(JSONValue.number(3.5).int == nil)
    #expect(JSONValue.number(1e300).int == nil)
    #expect(JSONValue.integer(4).double == 4)
    #expect(JSONValue.text("4").double == nil)
    #expect(JSONValue.text("4").string == "4")
    #expect(JSONValue.integer(1).bool == nil)
    #expect(JSONValue.boolean(true).bool == true)
    #expect(JSONValue.array([.null]).elements == [.null])
    #expect(JSONValue.array([.null]).members == nil)
    #expect(JSONValue.object(["a": .null])["a"] == .null)
    #expect(JSONValue.object(["a": .null])["b"] == nil)
  }
}
