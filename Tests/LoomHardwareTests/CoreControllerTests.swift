import LoomBase
import LoomHardware
import Testing

@Suite("Controllers in a profile")
struct CoreControllerTests {
  private func decode(_ change: (String) -> String) throws -> Profile {
    try ProfileFile.decode(Array(change(ProfileFixture.text()).utf8), name: "x")
  }

  @Test("tinyodin has its own, others have none; it says nothing about the structure")
  func read() throws {
    #expect(try ProfileFile.load("tinyodin").core.controller == .tinyodin)
    #expect(try ProfileFile.load("odin").core.controller == nil)
    let plain = try decode { $0 }
    let with = try decode {
      $0.replacing("\"core\": {", with: "\"core\": {\"controller\": \"tinyodin\", ")
    }
    #expect(plain.core.controller == nil && with.core.controller == .tinyodin)
    #expect(plain.structureDigest == with.structureDigest)
    #expect(plain.digest != with.digest)
  }

  @Test("unknown controllers are refused by pointer", arguments: ["\"TinyODIN\"", "7", "\"\""])
  func refused(value: String) {
    let error = #expect(throws: DiagnosticsError.self) {
      try decode { $0.replacing("\"core\": {", with: "\"core\": {\"controller\": \(value), ") }
    }
    #expect(error?.diagnostics.map(\.code) == ["SL7013"])
    #expect(error?.description.contains("/core/controller") == true)
  }
}
