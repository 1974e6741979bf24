import Foundation
import LoomBase
import LoomHardware
import Testing

/// The digits network on every bundled chip: bit-exact, or refused in one diagnostic that names what is missing.
@Suite("Every chip and the digits network", .serialized)
struct EveryChipTests {
  /// Chips of 256 neurons a core whose axons are too few, or of one core.
  private static let refusals = [
    "truenorth": "SL4014", "ranc": "SL4015", "odin": "SL4012", "tinyodin": "SL4012",
  ]

  @Test("runs bit for bit, or says why it cannot", arguments: ProfileFile.bundledNames)
  func chip(name: String) throws {
    try withEmptyFolder { folder in
      let compiled = try BuiltProgram.run(
        ["compile", DigitsFixture.model, "--profile", name, "-o", "d.chip"]
          + ["--save-fixed", "d.fixed.snn"] + DigitsFixture.conversion, in: folder)
      if let code = Self.refusals[name] {
        #expect(compiled.status == 2)
        let errors = compiled.errors.split(separator: "\n").filter { $0.hasPrefix("error ") }
        #expect(errors.count == 1, "\(compiled.errors)")
        #expect(errors.first?.contains(code) == true)
        return
      }
      #expect(compiled.status == 0, "\(compiled.errors)")
      let verified = try BuiltProgram.run(
        ["verify", "d.chip", "d.fixed.snn", "--profile", name]
          + ["--data", DigitsFixture.images, "--samples", "3", "--json"], in: folder)
      #expect(verified.status == 0, "\(verified.output)")
      #expect(try verified.json()["differing"]?.int == 0)
    }
  }

  @Test("at least ten of fourteen run it")
  func count() {
    #expect(ProfileFile.bundledNames.count - Self.refusals.count >= 10)
    #expect(Set(Self.refusals.keys).isSubset(of: ProfileFile.bundledNames))
  }
}
