import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Outputs whose spikes are counted, on chips that give no potentials")
struct SpikeCountMappingTests {
  /// A residual network with five outputs that fire, read from step 4 of 10 on.
  private func network(seed: UInt64) -> SpikingNetwork {
    var network = EquivalenceTests.residual(seed: seed)
    let output = network.outputs[0].index
    network.populations[output].role = .hidden
    network.populations[output].threshold = .uniform(2)
    network.populations[output].initialPotential = .uniform(1)
    network.populations[output].bias = .uniform(0.5)
    network.populations[output].scoreOffset = [0.5, 0.5, 0.25, 0, -0.125]
    network.populations[output].spikeWorthThreshold = true
    network.readoutStart = 4
    network.readout = .spikeCounts
    return network
  }

  private func blind(_ profile: Profile) -> Profile {
    var profile = profile
    profile.neuron.potentialReadout = false
    return profile
  }

  @Test(
    "chip and reference count the same spikes, and the host knows what they are worth",
    arguments: ["loihi1", "crossbar-256"], [UInt64(1), 2])
  func equivalence(name: String, seed: UInt64) throws {
    let profile = blind(try ProfileFile.load(name))
    let network = network(seed: seed)
    let run = try EmulatorTests.compare(network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    #expect(fixed.readout == .spikeCounts)
    let image = try Compiler.compile(fixed, profile: profile).image
    let counts = try #require(image.spikeCounts)
    #expect(counts.offset == [[0.5, 0.5, 0.25, 0, -0.125]])
    // θ = 2, as near as the chip's grid lets it be.
    #expect(counts.worth[0].count == 5)
    #expect(counts.worth[0].allSatisfy { abs($0 - 2) < 0.02 })
  }

  @Test("counts of what does not fire, or of window codes, are refused")
  func refused() throws {
    let profile = blind(TestProfiles.crossbarLike())
    var silent = network(seed: 1)
    silent.populations[silent.outputs[0].index].role = .readout
    var coded = network(seed: 1)
    coded.code = .bitSerial
    coded.readoutStart = 0
    for wrong in [silent, coded] {
      #expect(throws: DiagnosticsError.self) {
        try Quantizer.quantize(wrong, profile: profile)
      }
    }
    var fixed = try Quantizer.quantize(network(seed: 1), profile: profile).network
    fixed.populations[fixed.outputs[0].index].scale = [0]
    #expect(throws: DiagnosticsError.self) { try Compiler.compile(fixed, profile: profile) }
  }
}
