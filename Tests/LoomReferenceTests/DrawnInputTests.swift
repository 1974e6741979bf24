import LoomBase
import LoomNetwork
import LoomReference
import Testing

@Suite("Input neurons whose spikes are drawn")
struct DrawnInputTests {
  /// Two input populations of two rows of two channels, and one readout that counts them.
  static func network(steps: Int, seed: UInt64 = 4) -> FixedPointNetwork {
    let shape = MapShape(channels: 2, height: 2, width: 1)
    func frontEnd(_ target: Int, _ weight: Int32) -> FixedFrontEnd {
      FixedFrontEnd(
        target: PopulationID(target),
        connectivity: .convolution(
          ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: 2)),
        weights: [weight, weight], offset: .uniform(Int64(weight) * -100), rightShift: 0,
        biasMantissaBits: 0, biasMaximumExponent: 0, site: 0)
    }
    var network = Small.network(
      input: shape, steps: steps, coding: .poisson,
      populations: [
        Small.population(
          "input+", shape, threshold: .uniform(100), initial: .uniform(6), bits: 32),
        Small.population("input-", shape, threshold: .uniform(100), bits: 32),
        Small.population("n", MapShape(channels: 1), role: .readout),
      ],
      projections: [
        Small.projection(0, 2, weights: [1, 10, 100, 1000]),
        Small.projection(1, 2, weights: [1, 1, 1, 1]),
      ],
      frontEnd: [frontEnd(0, 1), frontEnd(1, -1)], outputs: [2])
    network.seed = seed
    return network
  }

  /// Stored channel-last: 2 samples of (150, 100, 40, 255) by channel and row.
  static let samples = Samples(
    storage: .bytes([150, 40, 100, 255, 150, 40, 100, 255]), sampleShape: [2, 1, 2], count: 2)

  /// SplitMix64 as published, not the package's.
  private static func mix(_ seed: UInt64) -> UInt64 {
    var z = seed &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Which neurons of one population fire in a step, by the definition in floating point.
  private static func fires(
    seed: UInt64, sample: UInt64, first: UInt64, step: UInt64, shares: [Double]
  ) -> [UInt8] {
    shares.enumerated().map { neuron, share in
      let stream = mix(mix(mix(seed) ^ sample) ^ (first + UInt64(neuron)))
      let number = mix(stream &+ step &* 0x9e37_79b9_7f4a_7c15) >> 32
      return Double(number) / 0x1p32 < share ? 1 : 0
    }
  }

  @Test("spikes follow from seed, sample, neuron and step alone, channel-first in each population")
  func definition() throws {
    let interpreter = try IntegerInterpreter(Self.network(steps: 40))
    for sample in 0..<2 {
      let run = try interpreter.run(Self.samples, index: sample, recordingSpikes: true)
      for step in 0..<40 {
        let own = (step * 4)..<(step * 4 + 4)
        // x − 100 = 50, 0, −60, 155 of the peak 100, channel-first.
        #expect(
          Array(run.rasters[0][own])
            == Self.fires(
              seed: 4, sample: UInt64(sample), first: 0, step: UInt64(step),
              shares: [0.5, 0, 0, 1]))
        #expect(
          Array(run.rasters[1][own])
            == Self.fires(
              seed: 4, sample: UInt64(sample), first: 4, step: UInt64(step),
              shares: [0, 0, 0.6, 0]))
      }
      // The readout adds them up in the same step; input neurons keep v(0).
      let counts = run.spikeCounts
      #expect(
        run.scores == [
          Int64(counts[0][0]) + 1000 * Int64(counts[0][3]) + Int64(counts[1][2])
        ])
      #expect(counts[0][3] == 40 && counts[0][1] == 0)
      #expect(run.finalPotentials[0] == [6, 6, 6, 6])
    }
  }

  @Test("rates are those of a binomial law, by sample and seed others")
  func rates() throws {
    let steps = 4096
    var rasters: [[UInt8]] = []
    for seed in [UInt64(4), 5] {
      let interpreter = try IntegerInterpreter(Self.network(steps: steps, seed: seed))
      for sample in 0..<2 {
        let run = try interpreter.run(Self.samples, index: sample, recordingSpikes: true)
        let raster = run.rasters[0]
        let train = (0..<steps).map { raster[$0 * 4] }
        let count = run.spikeCounts[0][0]
        // n = 4096, p = 1/2: deviation 32; five of them.
        #expect(abs(count - 2048) < 160)
        // p = 0.6: mean 2457.6, deviation 31.4.
        #expect(abs(run.spikeCounts[1][2] - 2458) < 157)
        // In two steps of a neuron that fires every other time on average: all four pairs alike.
        let pairs = zip(train, train.dropFirst()).count { $0 == 1 && $1 == 1 }
        #expect(abs(pairs - 1024) < 160)
        rasters.append(train)
      }
    }
    for first in 0..<4 {
      for second in 0..<first { #expect(rasters[first] != rasters[second]) }
    }
  }

  @Test(
    "a shorter run is the beginning of a longer one; a sample keeps its spikes wherever it stands")
  func prefix() throws {
    let short = try IntegerInterpreter(Self.network(steps: 10))
      .run(Self.samples, index: 1, recordingSpikes: true)
    let long = try IntegerInterpreter(Self.network(steps: 30))
      .run(Self.samples, index: 1, recordingSpikes: true)
    #expect(short.rasters[0] == Array(long.rasters[0].prefix(40)))
    let alone = try IntegerInterpreter(Self.network(steps: 10))
      .run(Self.samples.selecting([1]), index: 0, recordingSpikes: true)
    #expect(alone.rasters[0] == short.rasters[0])
  }

  /// The float network of the same currents and thresholds, in hundredths.
  private static func float(steps: Int) -> SpikingNetwork {
    let shape = MapShape(channels: 2, height: 2, width: 1)
    let identity = Connectivity.convolution(
      ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: 2))
    func input(_ name: String) -> Population {
      Population(
        name: name, shape: shape, role: .hidden, threshold: .uniform(1), spikeWorthThreshold: false)
    }
    var network = SpikingNetwork(
      name: "float", method: "test",
      input: InputSpecification(
        shape: shape, preprocessing: Preprocessing(scale: 1.0 / 64, mean: [100.0 / 64]),
        samplesAreBytes: true, calibratedPeak: 1),
      coding: .poisson, timesteps: steps,
      populations: [
        input("input+"), input("input-"),
        Population(
          name: "n", shape: MapShape(channels: 1), role: .readout, threshold: .uniform(1)),
      ],
      projections: [
        Projection(
          source: PopulationID(0), target: PopulationID(2), connectivity: .dense,
          weights: [1, 10, 100, 1000]),
        Projection(
          source: PopulationID(1), target: PopulationID(2), connectivity: .dense,
          weights: [1, 1, 1, 1]),
      ],
      frontEnd: [
        FrontEndProjection(target: PopulationID(0), connectivity: identity, weights: [1, 1]),
        FrontEndProjection(target: PopulationID(1), connectivity: identity, weights: [-1, -1]),
      ], outputs: [PopulationID(2)])
    network.seed = 4
    return network
  }

  @Test("the float interpreter draws the same spikes where its numbers are exact")
  func float() throws {
    var fixed = Self.network(steps: 64)
    for index in 0..<2 { fixed.populations[index].threshold = .uniform(64) }
    let integers = try IntegerInterpreter(fixed)
    let floats = try FloatSpikingInterpreter(Self.float(steps: 64))
    for sample in 0..<2 {
      let wanted = try integers.run(Self.samples, index: sample, recordingSpikes: false)
      let found = try floats.run(Self.samples, index: sample)
      #expect(found.spikes[0] == Int(wanted.spikeCounts[0].reduce(0, +)))
      #expect(found.spikes[1] == Int(wanted.spikeCounts[1].reduce(0, +)))
      #expect(Int64((found.scores[0] * 64).rounded()) == wanted.scores[0])
    }
  }

  private static let damages: [@Sendable (inout FixedPointNetwork) -> Void] = [
    { $0.frontEnd = [] }, { $0.code = .bitSerial }, { $0.schedule = .freeRunning },
    { $0.frontEnd[0].target = PopulationID(2) },
    { $0.populations[0].threshold = .uniform(0) }, { $0.populations[1].sites = 2 },
    { $0.outputs = [PopulationID(0)] },
    {
      $0.projections.append(
        Small.projection(
          0, 1, .convolution(ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: 2)),
          weights: [1, 1]))
    },
  ]

  @Test("what cannot be drawn is refused", arguments: damages.indices)
  func refused(index: Int) throws {
    var network = Self.network(steps: 4)
    _ = try IntegerInterpreter(network)
    Self.damages[index](&network)
    #expect(throws: DiagnosticsError.self) { try IntegerInterpreter(network) }
  }
}
