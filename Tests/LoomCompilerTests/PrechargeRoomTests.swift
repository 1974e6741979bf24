import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Room for a precharged bias")
struct PrechargeRoomTests {
  /// stem → middle → late → logits; the late neurons start at depth 2 with the given biases, θ = 1, v(0) = ½.
  static func network(_ biases: [Float]) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 1, input: MapShape(channels: 1), timesteps: 16, coding: .direct)
    let shape = MapShape(channels: biases.count)
    let stem = builder.hidden("stem", MapShape(channels: 1))
    builder.drive(stem, .dense)
    let middle = builder.hidden("middle", MapShape(channels: 1))
    let late = builder.hidden("late", shape)
    for index in 0..<3 {
      builder.network.populations[index].threshold = .uniform(1)
      builder.network.populations[index].initialPotential = .uniform(0.5)
      builder.network.populations[index].bias = .uniform(0)
    }
    builder.network.populations[2].bias = .perChannel(biases)
    builder.connect(stem, middle, .dense, weights: [0.5])
    builder.connect(middle, late, .dense, weights: biases.map { _ in 0.5 })
    builder.connect(
      late, builder.readout("logits", 1, bias: 0), .dense, weights: biases.map { _ in 1 })
    return builder.network
  }

  @Test("A bias that would lift v(0) over the threshold before the window lowers v(0), by hand")
  func byHand() throws {
    let profile = AxonProfiles.trueNorthLike()
    let fixed = try Quantizer.quantize(Self.network([-0.5, -0.2, 0.5]), profile: profile).network
    let late = fixed.populations[2]
    let theta = Int(late.threshold.value(neuron: 0, in: late.shape))
    func start(_ neuron: Int) -> Int {
      Int(late.initialPotential.value(neuron: neuron, in: late.shape))
    }
    func bias(_ neuron: Int) -> Int { Int(late.bias.value(neuron: neuron, in: late.shape)) }
    // Before its window it would stand at v(0) + 2 · 0.5 θ = 1.5 θ; it may stand at θ − 1.
    #expect(start(0) == theta - 1 + 2 * bias(0))
    // 0.5 + 2 · 0.2 = 0.9 θ waits, and a positive bias is precharged from below.
    #expect(start(1) == start(2) && abs(start(1) - theta / 2) <= 1)
  }

  @Test("Such a network needs no gate, and runs as the reference says")
  func equivalent() throws {
    for bits in 2...4 {
      let result = try Equivalence(
        Self.network([-0.9, -0.5, -0.2, 0.5]), AxonProfiles.trueNorthLike(bits: bits))
      #expect(result.difference == nil)
      #expect(result.report.lowering.gates == 0)
    }
  }
}
