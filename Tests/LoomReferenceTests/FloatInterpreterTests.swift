import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("The float interpreter")
struct FloatInterpreterTests {
  private func network(
    input: MapShape, steps: Int, coding: Coding = .direct, readoutStart: Int = 0,
    preprocessing: Preprocessing = Preprocessing(scale: 1), populations: [Population],
    projections: [Projection], frontEnd: [FrontEndProjection] = [], outputs: [Int]
  ) -> SpikingNetwork {
    SpikingNetwork(
      name: "float", method: "test",
      input: InputSpecification(
        shape: input, preprocessing: preprocessing, samplesAreBytes: true, calibratedPeak: 1),
      coding: coding, timesteps: steps, readoutStart: readoutStart, populations: populations,
      projections: projections, frontEnd: frontEnd, outputs: outputs.map { PopulationID($0) })
  }

  @Test(
    "with constant input the rate is the clipped staircase of the activation", arguments: [4, 16])
  func staircase(steps: Int) throws {
    // z = 0.25 · value − 1 for values 0...11, θ = 1.5, v(0) = θ/2; r = θ/T · clip(⌊zT/θ + ½⌋, 0, T)
    let one = MapShape(channels: 1)
    let network = network(
      input: one, steps: steps,
      populations: [
        Population(
          name: "n", shape: one, role: .hidden, threshold: .uniform(1.5),
          initialPotential: .uniform(0.75), bias: .uniform(-1)),
        Population(name: "out", shape: one, role: .readout, threshold: .uniform(0)),
      ],
      projections: [
        Projection(
          source: PopulationID(0), target: PopulationID(1), connectivity: .dense, weights: [2])
      ],
      frontEnd: [
        FrontEndProjection(target: PopulationID(0), connectivity: .dense, weights: [0.25])
      ],
      outputs: [1])
    let interpreter = try FloatSpikingInterpreter(network)
    let samples = Samples(storage: .bytes(Array(0..<12)), sampleShape: [1], count: 12)
    for value in 0..<12 {
      let current = 0.25 * Float(value) - 1
      let count = min(max((current * Float(steps) / 1.5 + 0.5).rounded(.down), 0), Float(steps))
      let scores = try interpreter.scores(samples, index: value)
      #expect(abs(scores[0] - 2 * 1.5 / Float(steps) * count) < 1e-5)
    }
  }

  @Test(
    "values are preprocessed, padding is the normalised zero, delayed readout divides by T − t0")
  func preprocessing() throws {
    // One row (2, 6), value = (stored · 0.5 − 1) / 2 = (0, 1); kernel 1×3 (10, 1, 100), one pad.
    let row = MapShape(channels: 1, height: 1, width: 2)
    let network = network(
      input: row, steps: 5, readoutStart: 3,
      preprocessing: Preprocessing(scale: 0.5, mean: [1], deviation: [2]),
      populations: [Population(name: "out", shape: row, role: .readout, threshold: .uniform(0))],
      projections: [],
      frontEnd: [
        FrontEndProjection(
          target: PopulationID(0),
          connectivity: .convolution(
            ConvolutionGeometry(kernelHeight: 1, kernelWidth: 3, padLeft: 1)),
          weights: [10, 1, 100])
      ], outputs: [0])
    let samples = Samples(storage: .bytes([2, 6]), sampleShape: [1, 2], count: 1)
    // x0: 1·0 + 100·1 = 100; x1: 10·0 + 1·1 = 1
    #expect(try FloatSpikingInterpreter(network).scores(samples, index: 0) == [100, 1])
  }

  @Test("a network of integers gives the integer interpreter's spikes", arguments: [1, 2, 3, 4, 5])
  func agreesWithIntegers(seed: UInt64) throws {
    let pair = RandomNetworks.pair(seed: seed)
    let samples = RandomNetworks.samples(seed: seed, steps: 20)
    let exact = try IntegerInterpreter(pair.fixed)
    let float = try FloatSpikingInterpreter(pair.float)
    for index in 0..<samples.count {
      let integers = try exact.run(samples, index: index, recordingSpikes: false)
      let reals = try float.run(samples, index: index)
      #expect(integers.spikeCounts.map { $0.reduce(0) { $0 + Int($1) } } == reals.spikes)
      #expect(integers.scores.map { Float($0) / 20 } == reals.scores)
      #expect(reals.spikes.dropLast().allSatisfy { $0 > 0 })
    }
  }

  @Test("predictions do not depend on the number of threads")
  func threads() throws {
    let pair = RandomNetworks.pair(seed: 4)
    let samples = RandomNetworks.samples(seed: 9, steps: 20, count: 17)
    let float = try FloatSpikingInterpreter(pair.float)
    let alone = try float.predictions(samples, threads: 1)
    #expect(alone == (try float.predictions(samples, threads: 2)))
    #expect(alone == (try float.predictions(samples, threads: 40)))
    let exact = try IntegerInterpreter(pair.fixed)
    let integers = try (0..<17).map {
      try exact.run(samples, index: $0, recordingSpikes: false).prediction
    }
    #expect(alone == integers)
    #expect(Set(alone).count > 1)
    let wrong = Samples(storage: .bytes([1, 2]), sampleShape: [2], count: 1)
    #expect(throws: DiagnosticsError.self) { try float.predictions(wrong, threads: 2) }
  }
}
