import Foundation
import LoomBase
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  @Test(
    "JSON is accepted and read as what it says",
    arguments: [
      ("null", JSONValue.null), (" \t\r\n true ", .boolean(true)), ("false", .boolean(false)),
      ("0", .integer(0)), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
      ("0.5", .number(0.5)), ("-1e2", .number(-100)), ("1E+2", .number(100)),
      ("25e-2", .number(0.25)), ("1e-999", .number(0)), ("\"\"", .text("")),
      (#""\"\\\/\b\f\n\r\t""#, .text("\"\\/\u{8}\u{C}\n\r\t")), ("\"é𝄞\"", .text("é𝄞")),
      (#""\u00e9\uD834\uDD1E\u0000""#, .text("é𝄞\u{0}")), ("[]", .array([])), ("{ }", .object([:])),
      ("[1 , [ ] ]", .array([.integer(1), .array([])])),
      (#"{"a":{"b":null},"A":1}"#, .object(["a": .object(["b": .null]), "A": .integer(1)])),
    ])
  func accepted(text: String, value: JSONValue) throws {
    #expect(try JSONText.decode(text.utf8) == value)
  }

  @Test(
    "what is not JSON is refused at the byte that does not belong",
    arguments: [
      ("", 0), ("  ", 2), ("nul", 0), ("True", 0), ("[1,]", 3), ("[1 2]", 3), ("[,1]", 1),
      ("[1", 2), ("{", 1), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1),
      ("{1:1}", 1), ("1 2", 2), ("[] ]", 3), ("01", 0), ("-01", 1), ("+1", 0), (".5", 0), ("1.", 2),
      ("-", 1), ("1e", 2), ("1e+", 3), ("0x10", 1), ("NaN", 0), ("Infinity", 0), ("-Infinity", 1),
      ("1e999", 0), ("[-1e999]", 1), ("'a'", 0), ("\"a", 2), ("\"a\nb\"", 2), (#""\x""#, 2),
      (#""\u12G4""#, 5), (#""\uD834""#, 3), (#""\uDD1E\uD834""#, 3), (#""\uD834\u0041""#, 3),
      ("// a\n1", 0), ("\u{FEFF}1", 0), ("\u{B}1", 0), ("{\"a\":1,\"a\":2}", 7),
      (#"{"a":1,"\u0061":2}"#, 7),
    ])
  func refused(text: String, offset: Int) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONText.decode(text.utf8) }
    #expect(error?.offset == offset, "\(error?.description ?? "")")
  }

  @Test("strings must be UTF-8")
  func invalidUnicode() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      let error = #expect(throws: JSONSyntaxError.self) { try JSONText.decode(bytes) }
      #expect(error?.offset == 1)
    }
    #expect(throws: JSONSyntaxError(offset: 0, reason: "needs a value")) {
      try JSONText.decode([0xC3, 0xA9])
    }
  }

  @Test("64 levels are read, deeper nesting is refused without recursion into it")
  func nesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    var value = try JSONText.decode(nested(64).utf8)
    for _ in 1..<64 { value = try #require(value.elements?.first) }
    #expect(value == .array([]))
    for text in [nested(65), String(repeating: "[", count: 1_000_000)] {
      let error = #expect(throws: JSONSyntaxError.self) { try JSONText.decode(text.utf8) }
      #expect(error?.offset == 64)
    }
  }

  /// Foundation takes `[1,]` and `{"a":1,}`, which RFC 8259 does not.
  private static func isTrailingComma(_ text: [UInt8], _ offset: Int) -> Bool {
    let before = text[..<offset].last { $0 != UInt8(ascii: " ") }
    return before == UInt8(ascii: ",") && offset < text.count
      && (text[offset] == UInt8(ascii: "]") || text[offset] == UInt8(ascii: "}"))
  }

  /// Only what `JSONText.decode` documents as stricter than RFC 8259 may differ.
  @Test("text with random edits is accepted exactly when Foundation accepts it")
  func againstFoundation() throws {
    let text = Array(
      #"{"a":[1,-2.5e3,0.25,true,false,null,{"b":"c\u00e9\n"}],"d":{},"ef":"\"x","g":[[],[0]]}"#
        .utf8)
    let edits = Array(#"{}[]",:\ue0-+.tn1 a"#.utf8)
    var generator = SeededGenerator(seed: 5)
    var (accepted, refused) = (0, 0)
    for _ in 0..<20_000 {
      var edited = text
      for _ in 0...Int.random(in: 0...1, using: &generator) {
        let place = Int.random(in: edited.indices, using: &generator)
        let byte = edits.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: edited[place] = byte
        case 1: edited.insert(byte, at: place)
        default: edited.remove(at: place)
        }
      }
      let theirs = try? JSONSerialization.jsonObject(
        with: Data(edited), options: .fragmentsAllowed)
      do throws(JSONSyntaxError) {
        _ = try JSONText.decode(edited)
        accepted += 1
        #expect(theirs != nil, "\(String(decoding: edited, as: UTF8.self))")
      } catch {
        refused += 1
        if error.reason.contains("twice") || error.reason.contains("finite") { continue }
        if Self.isTrailingComma(edited, error.offset) { continue }
        #expect(theirs == nil, "\(error): \(String(decoding: edited, as: UTF8.self))")
      }
    }
    #expect(accepted > 1000 && refused > 1000)
  }

  @Test("compact text has no blanks and reads back the same")
  func compact() throws {
    let value = JSONValue.object([
      "b": .array([.integer(1), .object(["c": .array([])])]), "a": .object([:]),
    ])
    let text = JSONText.encode(value, layout: .compact)
    #expect(text == #"{"a":{},"b":[1,{"c":[]}]}"#)
    #expect(try JSONText.decode(text.utf8) == value)
  }
}
