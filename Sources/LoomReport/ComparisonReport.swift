public import LoomBase
public import LoomEmulator
public import LoomEnergy
public import LoomHardware
public import LoomImage

/// Fractions of the same samples answered right after each stage; nil: not run.
public struct AccuracyStages: Sendable, Hashable {
  /// The trained network.
  public var ann: Double?
  /// The spiking network in floating point.
  public var spiking: Double?
  /// The fixed-point network in the reference interpreter.
  public var fixed: Double?
  /// The image on the emulated chip.
  public var chip: Double?

  /// Creates the stages.
  public init(
    ann: Double? = nil, spiking: Double? = nil, fixed: Double? = nil, chip: Double? = nil
  ) {
    self.ann = ann
    self.spiking = spiking
    self.fixed = fixed
    self.chip = chip
  }
}

/// Counts of one sample, means over the run.
public struct OperationCounts: Sendable, Hashable {
  /// Spikes meeting stored synapses of the network.
  public var synapticOperations: Double
  /// The same for synapses of lowering.
  public var loweringOperations: Double
  /// Dense MACs of the ANN.
  public var macs: Double
  /// MACs of the ANN whose input is not zero.
  public var effectiveMacs: Double
  /// MACs of the analog first layer, on the host.
  public var frontEndMacs: Double
  /// Compartment updates of the network.
  public var neuronUpdates: Double
  /// Compartment updates of lowering (gates, relays, second compartments).
  public var loweringUpdates: Double
  /// Spikes of the network.
  public var spikes: Double
  /// Messages sent, lowering included.
  public var packets: Double
  /// Router-to-router steps of all messages, steps between chips included.
  public var packetHops: Double

  /// Takes the means of a run's counts.
  public init(record: RunRecord, ann: [ANNLayer]) {
    let samples = Double(max(record.samples, 1))
    let all = record.cores + record.loweringCores
    func mean(_ counts: [CoreCounts], _ key: (CoreCounts) -> UInt64) -> Double {
      counts.reduce(0) { $0 + Double(key($1)) } / samples
    }
    synapticOperations = mean(record.cores, \.synapticOperations)
    loweringOperations = mean(record.loweringCores, \.synapticOperations)
    macs = ann.reduce(0) { $0 + $1.macs }
    effectiveMacs = ann.reduce(0) { $0 + $1.effectiveMacs }
    frontEndMacs = Double(record.host.frontEndMacs) / samples
    neuronUpdates = mean(record.cores, \.neuronUpdates)
    loweringUpdates = mean(record.loweringCores, \.neuronUpdates)
    spikes = mean(record.cores, \.spikes)
    packets = mean(all, \.messagesOut)
    packetHops =
      mean(all, \.hopsEastWest) + mean(all, \.hopsNorthSouth) + mean(all, \.hopsBetweenChips)
  }
}

/// What a comparison knows besides the run: who, what, how well.
public struct ComparisonFacts: Sendable, Equatable {
  /// The tool and its version.
  public var tool: String
  /// The network's name.
  public var network: String
  /// The conversion method.
  public var method: String
  /// T.
  public var timesteps: Int
  /// What spikes say.
  public var code = SpikeCode.rate
  /// Whether answers are spike counts, for want of potentials.
  public var countsSpikes = false
  /// The metric of the same samples.
  public var accuracy: AccuracyStages
  /// What `accuracy` counts.
  public var metric = TaskMetric.top1
  /// Accuracy stage by stage, perhaps of fewer samples; nil: not run.
  public var waterfall: AccuracyWaterfall?
  /// How far each layer is from the trained network's activations, in order; empty: not measured.
  public var layerErrors: [LayerError] = []
  /// Samples to which the chip gives the ANN's answer, whatever the labels say; nil where answers are no classes.
  public var sameAnswers: Int?
  /// Samples on which ANN and chip disagree about the label; nil without labels.
  public var discordant: DiscordantPairs?
  /// What calibrated the thresholds, and whether it was left out of the accuracies.
  public var calibration: String
  /// SHA-256 of the image, hexadecimal.
  public var imageSHA256: String
  /// Lines on the mapping (binding resource, utilisation).
  public var mapping: [String]
  /// Lines on quantization (levels used, saturated, rounded to zero, dead).
  public var quantization: [String]
  /// Names of populations that a front end drives with numbers; nil: not known.
  public var analogLayers: Set<String>?
  /// What the network takes as a model; nil: not known.
  public var footprint: ModelFootprint?
  /// Layers that the host computes as an ordinary ANN; nil: none.
  public var hybrid: HybridFacts?
  /// Remarks of the stages.
  public var remarks: [String]
  /// Times of day, durations, paths: all that may differ between equal runs.
  public var host: [String: JSONValue]

  /// Creates the facts.
  public init(
    tool: String, network: String, method: String, timesteps: Int,
    accuracy: AccuracyStages = AccuracyStages(), calibration: String, imageSHA256: String,
    mapping: [String] = [], quantization: [String] = [], remarks: [String] = [],
    host: [String: JSONValue] = [:]
  ) {
    self.tool = tool
    self.network = network
    self.method = method
    self.timesteps = timesteps
    self.accuracy = accuracy
    self.calibration = calibration
    self.imageSHA256 = imageSHA256
    self.mapping = mapping
    self.quantization = quantization
    self.remarks = remarks
    self.host = host
  }
}

extension ComparisonFacts {
  /// Number formats of the ANN beside the chip: FP32, INT8, and as many activation levels as T steps can tell apart
  /// with weights of the chip's bits.
  func precisions(on profile: Profile) -> [ANNPrecision] {
    [
      .fp32, .int8,
      .matching(timesteps: timesteps, code: code, weightBits: profile.weight.bits),
    ]
  }
}

/// The verdict on one network and one chip: accuracy, latency, energy, and the ANN beside it.
public struct ComparisonReport: Sendable, Equatable {
  /// Who, what, how well.
  public var facts: ComparisonFacts
  /// The chip.
  public var profile: Profile
  /// Samples run on the chip.
  public var samples: Int
  /// Cores in use.
  public var cores: Int
  /// Chips in use.
  public var chips: Int
  /// Mean time from first input step to readout, ns (estimate).
  public var latencyNanoseconds: Double
  /// Mean time from one sample's start to the next one's, ns (estimate).
  public var intervalNanoseconds: Double
  /// The share of samples whose interval the host decides.
  public var hostBoundShare: Double
  /// Mean time the host takes to write a sample's input before the first step, ns (estimate).
  public var inputNanoseconds: Double
  /// Means of the parts of time that are no core's work, ns (estimate).
  public var overheads: TimeOverheads
  /// Counts of one sample.
  public var operations: OperationCounts
  /// Counts times prices, or why there are none.
  public var account: EnergyAccount
  /// Layers beside layers.
  public var layers: [LayerComparison]
  /// The ANN at several precisions.
  public var baselines: [BaselineComparison]
  /// How often each bound decided a step's duration.
  public var bounds: [StepBound: UInt64]
  /// How long a sample takes while its neighbours run, ns; nil where samples do not overlap.
  public var overlappedLatencyNanoseconds: Double?
  /// What decided the steps' durations.
  public var stepTimes: StepTimes
  /// Layers on the host and their link to the chip; nil: none.
  public var hybrid: HybridReport?
  /// Which constants decide; nil: not asked for, or energy refused.
  public var sensitivity: SensitivityTable?
  /// The run beside a budget; nil: none given.
  public var budget: BudgetCheck?

  /// Prices a run and sets the ANN beside it.
  ///
  /// - Throws: `DiagnosticsError` of `Ledger.account` (a needed price is missing without a reason).
  public init(
    facts: ComparisonFacts, record: RunRecord, image: HardwareImage, profile: Profile,
    ann: [ANNLayer]
  ) throws(DiagnosticsError) {
    var facts = facts
    facts.footprint = facts.footprint ?? ModelFootprint(image: image, profile: profile)
    try self.init(
      facts: facts, record: record, populations: image.provenance?.populations ?? [],
      cores: image.cores.count, profile: profile, ann: ann)
  }

  /// Prices a run and sets the ANN beside it, without an image.
  ///
  /// - Throws: `DiagnosticsError` of `Ledger.account` (a needed price is missing without a reason).
  public init(
    facts: ComparisonFacts, record: RunRecord, populations: [PopulationProvenance], cores: Int,
    profile: Profile, ann: [ANNLayer]
  ) throws(DiagnosticsError) {
    let account = try Ledger.account(
      record: record, populationNames: populations.map(\.name), profile: profile,
      hosted: facts.hybrid?.hosted)
    let operations = OperationCounts(record: record, ann: ann)
    self.facts = facts
    self.profile = profile
    self.account = account
    self.operations = operations
    self.cores = cores
    samples = record.samples
    chips = record.chips
    latencyNanoseconds = record.latencyNanoseconds / Double(record.samples)
    intervalNanoseconds = record.intervalNanoseconds / Double(record.samples)
    hostBoundShare = Double(record.hostBoundIntervals) / Double(record.samples)
    inputNanoseconds = record.inputNanoseconds / Double(record.samples)
    bounds = record.bounds
    stepTimes = StepTimes(record)
    overlappedLatencyNanoseconds =
      record.overlappedLatencyNanoseconds > 0
      ? record.overlappedLatencyNanoseconds / Double(record.samples) : nil
    overheads = record.overheads.mean(of: record.samples)
    hybrid = HybridReport(
      facts.hybrid, record: record, account: account, profile: profile, timesteps: facts.timesteps)
    layers = LayerComparison.pair(
      layers: account.layers, origins: populations.map(\.origin), ann: ann,
      timesteps: facts.timesteps, precisions: facts.precisions(on: profile))
    let precisions = facts.precisions(on: profile)
    baselines = precisions.map { precision in
      BaselineComparison(
        precision: precision, ann: ann, ledger: account.ledger,
        synapticOperations: operations.synapticOperations, macs: operations.macs,
        timesteps: facts.timesteps)
    }
  }

  /// Counts times prices; nil if the energy is refused.
  public var ledger: EnergyLedger? { account.ledger }

  /// Samples answered in a second at the mean interval; nil if the interval is zero.
  public var throughputPerSecond: Double? {
    intervalNanoseconds > 0 ? 1e9 / intervalNanoseconds : nil
  }

  /// Synaptic operations for each dense MAC of the ANN; nil without MACs.
  public var operationsPerMac: Double? {
    operations.macs > 0 ? operations.synapticOperations / operations.macs : nil
  }

  /// Spikes per input and time-step, SOP / (T · MAC); nil without MACs.
  public var spikeRate: Double? {
    guard let perMac = operationsPerMac, facts.timesteps > 0 else { return nil }
    return perMac / Double(facts.timesteps)
  }

  /// The same spikes on an imagined 45 nm machine, all layers.
  public var analytic: SpikingEnergy {
    var sum = SpikingEnergy()
    for layer in layers { sum.add(layer.analytic) }
    return sum
  }
}
