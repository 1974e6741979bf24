import LoomBase
import LoomHardware
import Testing

@Suite("Partial sums in a profile")
struct PartialSumProfileTests {
  @Test("loihi2 has them, with their source; a profile without the key, or with null, has none")
  func read() throws {
    let loihi = try ProfileFile.load("loihi2")
    #expect(loihi.neuron.partialSums == PartialSumFormat(bits: 24))
    #expect(loihi.quantities["/neuron/partialSums/bits"]?.method == .derived)
    let plain = try ProfileFile.load("loihi1")
    #expect(plain.neuron.partialSums == nil)
    let text = ProfileFixture.text()
    let none = try ProfileFile.decode(
      Array(
        text.replacing("\"potentialReadout\"", with: "\"partialSums\": null, \"potentialReadout\"")
          .utf8), name: "none")
    #expect(none.neuron.partialSums == nil)
    // Nothing of the structure changes with the key's absence said aloud.
    #expect(
      none.structureDigest
        == (try ProfileFile.decode(Array(text.utf8), name: "x")).structureDigest)
  }

  @Test("--set gives them to a chip that has none, which is another structure")
  func set() throws {
    let plain = try ProfileFile.load("crossbar-256")
    let with = try ProfileFile.load(
      "crossbar-256", overrides: ["/neuron/partialSums/bits=20", "/times/partialSum=2"])
    #expect(with.neuron.partialSums?.bits == 20 && with.times.partialSum?.value == 2)
    #expect(with.structureDigest != plain.structureDigest)
    #expect(with.quantities["/neuron/partialSums/bits"]?.source == "--set")
  }

  @Test("bits out of range, unknown keys and axons with types are refused by pointer")
  func refused() {
    func findings(_ name: String, _ value: String) -> [String] {
      do throws(DiagnosticsError) {
        _ = try ProfileFile.load(name, overrides: ["/neuron/partialSums/bits=\(value)"])
        return []
      } catch { return error.diagnostics.map(\.description) }
    }
    #expect(findings("loihi2", "33").contains { $0.contains("/neuron/partialSums/bits") })
    #expect(findings("loihi2", "1").contains { $0.contains("/neuron/partialSums/bits") })
    #expect(findings("truenorth", "20").contains { $0.contains("/neuron/partialSums") })
    #expect(findings("odin", "20").contains { $0.contains("/neuron/partialSums") })
    #expect(findings("speck", "20").contains { $0.contains("/neuron/partialSums") })
  }
}
