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
