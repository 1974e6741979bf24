import Foundation
import LoomBase
import LoomHardware
import Testing

@Suite("The JSON Schema of profiles")
struct ProfileSchemaTests {
  static func schema() throws -> JSONSchema {
    let file = BundledProfilesTests.folder.appending(path: "profile.schema.json")
    return JSONSchema(root: try JSONText.decode(Array(Data(contentsOf: file))))
  }

  static func document(_ name: String) throws -> JSONValue {
    try JSONText.decode(Array((ProfileFile.bundledText(name) ?? "").utf8))
  }

  @Test("every bundled profile satisfies it", arguments: ProfileFile.bundledNames)
  func bundled(name: String) throws {
    #expect(try Self.schema().problems(Self.document(name)) == [])
  }

  @Test(
    "it refuses what is wrong",
    arguments: [
      ("paicore2", "/topology/kind", "\"star\""), ("odin", "/routing/fanOut/unit", "\"axons\""),
      ("odin", "/routing/multicast", "1"), ("ranc", "/core/synapses/axonTypes/value", "2.5"),
      ("odin", "/core/synapses/kind", "\"sharedKernels\""),
      ("odin", "/core/synapses/signPerAxon", "\"no\""), ("odin", "/core/neurons/value", "-1"),
      ("odin", "/prices/hostMac/method", "\"guessed\""), ("odin", "/prices/hostMac/range", "[1]"),
      ("odin", "/neuron/codes", "[\"ttfs\"]"), ("truenorth", "/times/tick/unit", "\"ms\""),
      ("odin", "/synchronisation", "null"), ("odin", "/name", "\"\""),
      ("speck", "/core/classes/0/cores/value", "0.5"), ("speck", "/core/classes", "[]"),
    ])
  func refuses(name: String, pointer: String, value: String) throws {
    var document = try Self.document(name)
    let isReplaced = document.replace(at: pointer, with: try JSONText.decode(Array(value.utf8)))
    #expect(isReplaced)
    #expect(try !Self.schema().problems(document).isEmpty)
    #expect(throws: DiagnosticsError.self) {
      try ProfileFile.decode(Array(JSONText.encode(document).utf8), name: "x")
    }
  }

  /// All pointers to members of objects below a value.
  static func pointers(_ value: JSONValue, _ place: String = "") -> [String] {
    switch value {
    case .object(let members):
      members.keys.sorted().flatMap { key in
        ["\(place)/\(key)"] + pointers(members[key] ?? .null, "\(place)/\(key)")
      }
    case .array(let list):
      list.indices.flatMap { pointers(list[$0], "\(place)/\($0)") }
    default: []
    }
  }

  @Test(
    "without any one key reader and schema agree whether it was needed",
    arguments: ["paicore2", "speck", "odin", "loihi2", "reram-spikesim"])
  func missingKeys(name: String) throws {
    let schema = try Self.schema()
    let whole = try Self.document(name)
    var needed = 0
    let pointers = Self.pointers(whole)
    for pointer in pointers {
      let parent = String(pointer[..<(pointer.lastIndex(of: "/") ?? pointer.startIndex)])
      let key = String(pointer.dropFirst(parent.count + 1))
      var document = whole
      guard case .object(var members)? = whole.value(at: parent) else { continue }
      members[key] = nil
      let isReplaced = document.replace(at: parent, with: .object(members))
      #expect(isReplaced)
      let isRefused =
        (try? ProfileFile.decode(Array(JSONText.encode(document).utf8), name: "x")) == nil
      let isInvalid = !schema.problems(document).isEmpty
      // A price needs a range where it is assumed; the schema asks for the reason alone.
      if key == "range" {
        #expect(!isInvalid, "\(pointer)")
      } else {
        #expect(isRefused == isInvalid, "\(pointer)")
      }
      needed += isInvalid ? 1 : 0
    }
    #expect(needed > pointers.count / 2)
  }
}
