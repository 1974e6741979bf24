import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Chips without analog input")
struct HostPopulationsTests {
  private static func withoutAnalogInput(_ profile: Profile) -> Profile {
    var copy = profile
    copy.neuron.analogInput = false
    return copy
  }

  @Test("the first layer goes to the host, and chip and reference agree on every spike")
  func bitExact() throws {
    let cases = [
      (ResidualNetwork.make(blocks: 1, timesteps: 12, seed: 3), "loihi1"),
      (QuantizerTests.chain(weight: 0.7, bias: 0.1, threshold: 1), "crossbar-256"),
    ]
    for (network, name) in cases {
      let profile = Self.withoutAnalogInput(try ProfileFile.load(name))
      let fixed = try Quantizer.quantize(network, profile: profile).network
      #expect(fixed.populations.map(\.isOnHost) == fixed.populations.indices.map { $0 == 0 })
      let image = try Compiler.compile(fixed, profile: profile).image
      #expect(image.frontEnd.allSatisfy { image.populations[$0.target].role == .host })
      let (difference, spikes, _) = try EmulatorTests.compare(network, profile)
      #expect(difference == nil)
      #expect(spikes > network.timesteps)
    }
  }

  @Test(
    "with coding poisson every chip gets its first spikes from the host, and chip and reference agree",
    arguments: ["loihi1", "crossbar-256", "loihi2", "tinyodin", "odin"])
  func drawn(name: String) throws {
    let profile = try ProfileFile.load(name)
    var network =
      profile.neuron.softReset == .none
      ? HostGateTests.network() : ResidualNetwork.make(blocks: 1, timesteps: 12, seed: 3)
    network.coding = .poisson
    network.seed = 6
    let fixed = try Quantizer.quantize(network, profile: profile).network
    #expect(fixed.seed == 6 && fixed.coding == .poisson)
    #expect(fixed.populations.map(\.isOnHost) == fixed.populations.indices.map { $0 == 0 })
    let image = try Compiler.compile(fixed, profile: profile).image
    #expect(image.draw?.seed == 6 && image.populations[0].role == .host)
    let (difference, spikes, _) = try EmulatorTests.compare(network, profile)
    #expect(difference == nil)
    #expect(spikes > network.timesteps)
  }

  @Test("what the host cannot draw is refused: readouts, comparators, and neurons of the chip")
  func notDrawn() throws {
    let profile = try ProfileFile.load("crossbar-256")
    var network = ResidualNetwork.make(blocks: 1, timesteps: 12, seed: 3)
    network.coding = .poisson
    // The sample drives a second population, which also takes spikes.
    let target = try #require(network.projections.first?.target)
    var second = try #require(network.frontEnd.first)
    if network.populations[target.index].shape == network.populations[0].shape {
      second.target = target
    } else {
      second.target = network.outputs[0]
      second.connectivity = .dense
      second.weights = [Float](
        repeating: 0.1,
        count: network.input.shape.count * network.populations[second.target.index].shape.count)
    }
    network.frontEnd.append(second)
    #expect {
      try Quantizer.quantize(network, profile: profile)
    } throws: { error in
      (error as? DiagnosticsError)?.diagnostics.contains { $0.code == "SL3031" } == true
    }
    // Integers of another origin, whose input neurons stand on the chip.
    network.frontEnd.removeLast()
    var fixed = try Quantizer.quantize(network, profile: profile).network
    fixed.populations[0].isOnHost = false
    #expect(throws: DiagnosticsError.self) { try Compiler.compile(fixed, profile: profile) }
  }

  @Test("the host's neurons use wide integers whatever the chip's are")
  func formats() throws {
    var profile = Self.withoutAnalogInput(TestProfiles.loihiLike())
    profile.neuron.potentialBits = 16
    let network = ResidualNetwork.make(blocks: 1, timesteps: 8)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    for population in fixed.populations {
      #expect(population.potentialBits == (population.isOnHost ? 32 : 16))
      if population.isOnHost { #expect(population.comparison == .greaterOrEqual) }
    }
    #expect(fixed.frontEnd.allSatisfy { $0.biasMantissaBits == 0 })
  }
}
