import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import LoomReference
import Testing

@Suite("A float network with its integers' synapses")
struct RoundedWeightsTests {
  private func network() -> SpikingNetwork {
    var builder = NetworkBuilder(seed: 5, input: MapShape(channels: 2, height: 6, width: 6))
    let first = builder.hidden("a", MapShape(channels: 4, height: 6, width: 6))
    builder.drive(first, .convolution(.square(3, pad: 1)))
    let second = builder.hidden("b", MapShape(channels: 5, height: 3, width: 3))
    builder.connect(first, second, .convolution(.square(3, stride: 2, pad: 1)))
    builder.connect(second, builder.readout("out", 3), .dense)
    return builder.network
  }

  @Test("every weight is what a spike was worth, to half a step of its channel")
  func values() throws {
    let spiking = network()
    let profile = try ProfileFile.load("crossbar-256", overrides: [])
    let fixed = try Quantizer.quantize(spiking, profile: profile).network
    let rounded = RoundedWeights.network(spiking, as: fixed)
    for (index, projection) in spiking.projections.enumerated() {
      let source = spiking.populations[projection.source.index]
      let target = fixed.populations[projection.target.index]
      let perTarget = projection.weights.count / target.shape.channels
      // Both kinds here list weights by target channel, then source channel, then kernel.
      let perSource = perTarget / source.shape.channels
      var changed = 0
      for (entry, weight) in projection.weights.enumerated() {
        let channel = entry / perTarget
        let worth = source.threshold.value(
          neuron: entry % perTarget / perSource * source.shape.positions, in: source.shape)
        let step =
          Double(1 << fixed.projections[index].shift(channel: channel)) / target.scale[channel]
        let got = Double(rounded.projections[index].weights[entry])
        #expect(abs(got - Double(weight * worth)) <= 0.5001 * step)
        #expect(abs(got / step - (got / step).rounded()) < 1e-3)
        if got != Double(weight * worth) { changed += 1 }
      }
      #expect(changed > projection.weights.count / 2)
    }
    #expect(rounded.populations.allSatisfy { !$0.spikeWorthThreshold })
    #expect(rounded.populations[0].threshold == spiking.populations[0].threshold)
  }

  @Test("an answer with rounded synapses lies between the float one and the integer one")
  func answers() throws {
    let spiking = network()
    let profile = try ProfileFile.load("crossbar-256", overrides: [])
    let fixed = try Quantizer.quantize(spiking, profile: profile).network
    var generator = SeededGenerator(seed: 9)
    let samples = EquivalenceSamples.make(spiking, count: 4, &generator)
    let rounded = try FloatSpikingInterpreter(RoundedWeights.network(spiking, as: fixed))
    let plain = try FloatSpikingInterpreter(spiking)
    var difference: Float = 0
    for index in 0..<4 {
      let (one, other) = (
        try rounded.scores(samples, index: index), try plain.scores(samples, index: index)
      )
      for (a, b) in zip(one, other) {
        #expect(abs(a - b) < 1)
        difference += abs(a - b)
      }
    }
    #expect(difference > 0)
  }
}
