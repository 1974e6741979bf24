import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

/// A chip like Speck, and small networks in its integers.
enum SpeckLike {
  /// Kernel words and neurons of its cores, in units of 1,024.
  static let kernels = [16, 16, 16, 32, 32, 64, 64, 16, 16]
  static let neurons = [64, 64, 64, 32, 32, 16, 16, 16, 16]

  static func profile(
    _ kernels: [Int] = kernels, _ neurons: [Int] = neurons, bits: Int = 16, analog: Bool = false,
    chips: Int = 1, thresholds: Int = 1, classes: [CoreClass]? = nil
  ) -> Profile {
    let quantity = Quantity(value: 373, unit: "ns", source: "test", method: .assumed)
    var times = Times()
    times.axonIn = quantity
    times.readout = quantity
    times.reset = quantity
    times.biasWrite = quantity
    let each = zip(kernels, neurons).enumerated().map { index, sizes in
      CoreClass(
        name: "core \(index)", cores: 1, neurons: sizes.1 * 1024, kernelWords: sizes.0 * 1024)
    }
    return Profile(
      name: "speck-like", summary: "test", synchronisation: .asynchronous,
      topology: Topology(
        tileColumns: 1, tileRows: 1, coresPerTile: kernels.count, maximumChips: chips,
        chipColumns: 1),
      core: CoreLimits(
        neurons: 65536, axonsIn: 1, axonsOut: 1, axonsOutOffChip: 0,
        synapses: .sharedKernels(
          SharedKernelFormat(
            maximumInput: 128, maximumOutput: 64, maximumChannels: 1024, maximumKernel: 16,
            destinations: 2)), classes: classes ?? each),
      neuron: NeuronCapabilities(
        potentialBits: bits, firesOnGreaterOnly: false, softReset: .native, hardReset: true,
        thresholdShift: 0, thresholdMantissaBits: bits - 1, distinctThresholds: thresholds,
        startStep: false, perPopulationReset: false, comparatorSites: 0,
        potentialReadout: analog, analogInput: analog),
      weight: WeightFormat(bits: 8, minimumShift: 0, maximumShift: 0, shiftPerChannel: false),
      bias: BiasFormat(mantissaBits: 0, maximumExponent: 0), delay: DelayFormat(maximum: 1),
      prices: Prices(), times: times, quantities: [:], overrides: [],
      structureDigest: Digest(of: [5]), digest: Digest(of: [6]))
  }

  /// An input and layers of neurons in a chain of dense projections, all of one channel axis.
  struct Layer {
    var threshold: Int32 = 8
    var weights: [Int16]
    var bias: [Int32] = [0]
    var initial: Int32 = 0
    var reset = ResetMode.soft
  }

  static func network(inputs: Int, bins: Int, bits: Int = 16, _ layers: [Layer])
    -> FixedPointNetwork
  {
    func population(_ name: String, _ count: Int, _ role: PopulationRole, _ layer: Layer)
      -> FixedPopulation
    {
      FixedPopulation(
        name: name, shape: MapShape(channels: count), role: role,
        threshold: .uniform(layer.threshold), initialPotential: .uniform(layer.initial),
        bias: layer.bias.count > 1 ? .perChannel(layer.bias) : .uniform(layer.bias[0]),
        reset: layer.reset, comparison: .greaterOrEqual, sites: 1, potentialBits: bits,
        scale: [Double](repeating: 1, count: count), origin: [])
    }
    var populations = [population("input", inputs, .input, Layer(weights: []))]
    var projections: [FixedProjection] = []
    for (index, layer) in layers.enumerated() {
      let sources = populations[index].shape.count
      populations.append(
        population("layer \(index)", layer.weights.count / sources, .hidden, layer))
      projections.append(
        FixedProjection(
          source: PopulationID(index), target: PopulationID(index + 1), connectivity: .dense,
          weights: layer.weights, shifts: [0], site: 0, alignedDelay: 0, origin: []))
    }
    return FixedPointNetwork(
      name: "hand", method: "hand", profileName: "speck-like",
      input: InputSpecification(
        shape: MapShape(channels: inputs), preprocessing: Preprocessing(scale: 1),
        samplesAreBytes: true, calibratedPeak: 1), inputQuantization: .bytes, coding: .spikes,
      timesteps: bins, readoutStart: 0, schedule: .asynchronous, populations: populations,
      projections: projections, frontEnd: [], outputs: [PopulationID(layers.count)])
  }
}

/// A network run by the reference and, compiled, by the emulator; any difference is kept.
struct BothWays {
  let reference: ReferenceRun
  let trace: EmulatorTrace
  let record: RunRecord
  let image: HardwareImage
  var difference: String?

  init(_ network: FixedPointNetwork, _ samples: Samples, profile: Profile) throws {
    reference = try IntegerInterpreter(network).run(samples, index: 0, recordingSpikes: true)
    image = try Compiler.compile(network, profile: profile).image
    #expect(ImageVerifier.check(image, profile: profile) == [])
    let decoded = try ChipFile.decode(ChipFile.encode(image), name: "x")
    #expect(decoded == image)
    let emulator = try Emulator(image: decoded, profile: profile)
    trace = try emulator.trace(samples, index: 0)
    record = try emulator.run(samples)
    for (index, population) in network.populations.enumerated() where population.role != .input {
      compare(index, population.shape)
    }
    if trace.scores != reference.scores { difference = difference ?? "scores" }
    if record.scores.prefix(trace.scores.count) != trace.scores[...] {
      difference = difference ?? "scores of run and trace"
    }
  }

  private mutating func compare(_ index: Int, _ shape: MapShape) {
    func first(_ last: Int) -> Int {
      last % shape.channels * shape.positions + last / shape.channels
    }
    for bin in trace.emissions[index].indices {
      let chip = trace.emissions[index][bin].map { Int32(first(Int($0))) }
      if chip != reference.emissions[index][bin] {
        difference = difference ?? "population \(index), bin \(bin)"
      }
    }
    for neuron in 0..<shape.count
    where trace.finalPotentials[index][neuron] != reference.finalPotentials[index][first(neuron)] {
      difference = difference ?? "population \(index), potential of neuron \(neuron)"
    }
    for step in 0..<trace.steps {
      for neuron in 0..<shape.count
      where trace.spikes[index][step * shape.count + neuron]
        != reference.rasters[index][step * shape.count + first(neuron)]
      {
        difference = difference ?? "population \(index), raster of bin \(step)"
      }
    }
  }
}

extension Samples {
  /// One raster of bytes, bins × inputs.
  static func raster(_ bins: [[UInt8]]) -> Samples {
    Samples(
      storage: .bytes(bins.flatMap(\.self)), sampleShape: [bins.count, bins[0].count], count: 1)
  }
}
