import LoomBase
import LoomHardware
import LoomReport
import Testing

@Suite("Differences of profiles")
struct ProfileDifferenceTests {
  private func difference(
    _ before: String, _ after: String, _ overrides: [String] = []
  ) throws -> ProfileDifference {
    let first = try ProfileFile.document(before)
    let second = try ProfileFile.document(after, overrides: overrides)
    return ProfileDifference(
      first.json, second.json,
      hasSameStructure: first.profile.structureDigest == second.profile.structureDigest)
  }

  @Test("a profile and itself, under either name: nothing")
  func same() throws {
    let found = try difference("loihi1", "loihi1-silicon-fit")
    #expect(found.isEmpty && found.text.isEmpty && found.hasSameStructure)
    #expect(found.members["changes"] == .array([]))
  }

  @Test("one price and one number of the structure, with unit, method and source")
  func priceAndStructure() throws {
    let found = try difference(
      "crossbar-256", "crossbar-256",
      ["/core/neurons=128", "/prices/synapticOperation=2.5", "/neuron/hardReset=false"])
    #expect(
      found.changes.map(\.pointer) == [
        "/core/neurons", "/neuron/hardReset", "/prices/synapticOperation",
      ])
    #expect(found.changes.map(\.part) == [.structure, .structure, .prices])
    #expect(!found.hasSameStructure)
    let neurons = found.changes[0]
    #expect(neurons.before?["value"]?.int == 256 && neurons.after?["value"]?.int == 128)
    #expect(neurons.after?["unit"]?.string == "neurons")
    #expect(neurons.after?["method"]?.string == "assumed")
    #expect(neurons.after?["source"]?.string == "--set")
    #expect(found.changes[1].before == .boolean(true))
    #expect(found.text.contains("/core/neurons") && found.text.contains("→ --set"))
    #expect(found.text.contains("does not run on the other"))
  }

  @Test("prices alone leave the structure as it is; a new source alone is evidence")
  func prices() throws {
    let price = try difference(
      "crossbar-256", "crossbar-256", ["/prices/synapticOperation=2.5"])
    #expect(price.changes.map(\.part) == [.prices] && price.hasSameStructure)
    #expect(price.text.contains("an image of one runs on the other"))
    let present = try ProfileFile.load("crossbar-256").core.neurons
    let source = try difference("crossbar-256", "crossbar-256", ["/core/neurons=\(present)"])
    #expect(source.changes.map(\.part) == [.evidence] && source.hasSameStructure)
  }

  @Test("every bundled pair compares, and is the same the other way round")
  func bundled() throws {
    for first in ProfileFile.bundledNames {
      for second in ProfileFile.bundledNames {
        let found = try difference(first, second)
        let back = try difference(second, first)
        #expect(found.isEmpty == (first == second))
        #expect(found.changes.map(\.pointer) == back.changes.map(\.pointer))
        #expect(found.changes.map(\.before) == back.changes.map(\.after))
      }
    }
  }

  @Test("pointers are escaped, arrays go element by element, 1 is 1.0")
  func pointers() {
    let found = ProfileDifference(
      .object(["a/b~": .array([.integer(1), .integer(2)]), "same": .integer(1)]),
      .object(["a/b~": .array([.integer(1), .integer(3), .null]), "same": .number(1)]),
      hasSameStructure: true)
    #expect(found.changes.map(\.pointer) == ["/a~1b~0/1", "/a~1b~0/2"])
  }
}
