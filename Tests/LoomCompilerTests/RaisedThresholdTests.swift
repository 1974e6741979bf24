import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import LoomReference
import Testing

@Suite("Raised thresholds")
struct RaisedThresholdTests {
  /// stem → hidden → logits; the hidden channel 0 has a θ so small that its weights are `outlier` times its wish.
  static func network(outlier: Float, worth: Float = 1) -> SpikingNetwork {
    var builder = NetworkBuilder(seed: 1, input: MapShape(channels: 1), timesteps: 16)
    let stem = builder.hidden("stem", MapShape(channels: 1))
    builder.network.populations[0].threshold = .uniform(1)
    builder.network.populations[0].initialPotential = .uniform(0.5)
    builder.drive(stem, .dense)
    let hidden = builder.hidden("hidden", MapShape(channels: 4))
    builder.network.populations[1].threshold = .perChannel([1 / outlier, 1, 1, 1])
    builder.network.populations[1].initialPotential = .perChannel([0.5 / outlier, 0.5, 0.5, 0.5])
    builder.connect(stem, hidden, .dense, weights: [0.5, 0.5, 0.4, 0.3])
    builder.connect(
      hidden, builder.readout("logits", 1), .dense, weights: [worth, 1, 0.5, -0.5])
    return builder.network
  }

  static func oneRegister() -> Profile {
    var profile = TestProfiles.crossbarLike()
    profile.neuron.distinctThresholds = 1
    profile.weight = WeightFormat(
      bits: 8, minimumShift: 0, maximumShift: 0, shiftPerChannel: false)
    return profile
  }

  @Test("One channel of a tiny θ does not take the levels of the others, by hand")
  func outlier() throws {
    let fixed = try Quantizer.quantize(Self.network(outlier: 100), profile: Self.oneRegister())
      .network
    // θ / largest weight · 127: wishes 2.54, 254, 317.5 and 423.3.
    // The register of 254 costs channel 0 spikes 100 times as coarse, of a θ of 1 in place of 0.01.
    #expect(fixed.populations[1].threshold == .uniform(254))
    #expect(fixed.projections[0].weights == [127, 127, 102, 76])
    // What a spike of channel 0 is worth has moved into the weight behind it: 1 and not 0.01.
    let behind = fixed.projections[1].weights.map { Double($0) }
    #expect(abs(behind[0] / behind[1] - 1) < 0.02)
    // v(0) stays half a threshold.
    #expect(
      fixed.populations[1].initialPotential.value(neuron: 0, in: MapShape(channels: 4)) == 127)
  }

  @Test(
    "Nothing is raised where little is lost, where registers are many, or where the channel matters most"
  )
  func restraint() throws {
    var many = Self.oneRegister()
    many.neuron.distinctThresholds = 16
    let kept = try Quantizer.quantize(Self.network(outlier: 100), profile: many).network
    #expect(kept.populations[1].threshold == .perChannel([2, 254, 317, 423]))
    let near = try Quantizer.quantize(Self.network(outlier: 1.2), profile: Self.oneRegister())
      .network
    #expect(near.populations[1].threshold == .uniform(211))
    let important = try Quantizer.quantize(
      Self.network(outlier: 100, worth: 100_000), profile: Self.oneRegister()
    ).network
    #expect(important.populations[1].threshold == .uniform(2))
  }

  @Test(
    "With rounded weights in float the raised channel's spikes are worth what the weights behind them say"
  )
  func waterfall() throws {
    let network = Self.network(outlier: 100)
    let fixed = try Quantizer.quantize(network, profile: Self.oneRegister()).network
    let rounded = RoundedWeights.network(network, as: fixed)
    let raised = rounded.populations[1].threshold.value(neuron: 0, in: MapShape(channels: 4))
    #expect(abs(raised - 1) < 0.001)
    #expect(rounded.populations[1].threshold.value(neuron: 1, in: MapShape(channels: 4)) == 1)
  }
}
