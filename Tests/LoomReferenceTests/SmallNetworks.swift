import LoomBase
import LoomNetwork

/// Short spellings for the small integer networks of these tests.
enum Small {
  static func population(
    _ name: String, _ shape: MapShape, role: PopulationRole = .hidden,
    threshold: ChannelOrNeuron<Int32> = .uniform(10),
    initial: ChannelOrNeuron<Int32> = .uniform(0), bias: ChannelOrNeuron<Int32> = .uniform(0),
    reset: ResetMode = .soft, comparison: ThresholdComparison = .greaterOrEqual, sites: Int = 1,
    bits: Int = 24
  ) -> FixedPopulation {
    FixedPopulation(
      name: name, shape: shape, role: role, threshold: threshold, initialPotential: initial,
      bias: bias, reset: reset, comparison: comparison, sites: sites, potentialBits: bits,
      scale: [], origin: [])
  }

  static func projection(
    _ source: Int, _ target: Int, _ connectivity: Connectivity = .dense, weights: [Int16],
    shifts: [UInt8] = [0], site: Int = 0, delay: Int = 0
  ) -> FixedProjection {
    FixedProjection(
      source: PopulationID(source), target: PopulationID(target), connectivity: connectivity,
      weights: weights, shifts: shifts, site: site, alignedDelay: delay, origin: [])
  }

  static func network(
    input: MapShape, steps: Int, coding: Coding = .spikes, readoutStart: Int = 0,
    populations: [FixedPopulation], projections: [FixedProjection], frontEnd: [FixedFrontEnd] = [],
    outputs: [Int], schedule: Schedule = .aligned, quantization: InputQuantization = .bytes
  ) -> FixedPointNetwork {
    FixedPointNetwork(
      name: "small", method: "test", profileName: "none",
      input: InputSpecification(
        shape: input, preprocessing: Preprocessing(scale: 1), samplesAreBytes: true,
        calibratedPeak: 1),
      inputQuantization: quantization, coding: coding, timesteps: steps,
      readoutStart: readoutStart, schedule: schedule, populations: populations,
      projections: projections, frontEnd: frontEnd, outputs: outputs.map { PopulationID($0) })
  }

  /// One neuron driven by its bias alone.
  static func lonely(
    steps: Int, bias: Int32, threshold: Int32 = 10, initial: Int32 = 0, reset: ResetMode = .soft,
    comparison: ThresholdComparison = .greaterOrEqual, bits: Int = 24
  ) -> FixedPointNetwork {
    network(
      input: MapShape(channels: 1), steps: steps, coding: .direct,
      populations: [
        population(
          "n", MapShape(channels: 1), threshold: .uniform(threshold), initial: .uniform(initial),
          bias: .uniform(bias), reset: reset, comparison: comparison, bits: bits)
      ], projections: [], outputs: [0])
  }

  /// One sample of one byte.
  static let blank = Samples(storage: .bytes([0]), sampleShape: [1], count: 1)

  /// A raster of steps × inputs as one sample.
  static func raster(_ rows: [[UInt8]]) -> Samples {
    Samples(
      storage: .bytes(rows.flatMap { $0 }), sampleShape: [rows.count, rows.first?.count ?? 0],
      count: 1)
  }
}
