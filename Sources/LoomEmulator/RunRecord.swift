/// Events of one core (or one population), summed over all samples and steps of a run.
public struct CoreCounts: Sendable, Hashable, Codable {
  /// Compartment updates (a neuron of two compartments counts twice).
  public var neuronUpdates: UInt64 = 0
  /// Updates that fired.
  public var spikes: UInt64 = 0
  /// Spikes that met a stored synapse.
  public var synapticOperations: UInt64 = 0
  /// Messages that arrived.
  public var messagesIn: UInt64 = 0
  /// Messages that left: one for each spike and destination axon, with multicast one for each spike; and one for each
  /// spike the host counts.
  public var messagesOut: UInt64 = 0
  /// Hops in x of messages this core sent.
  public var hopsEastWest: UInt64 = 0
  /// Hops in y of messages this core sent.
  public var hopsNorthSouth: UInt64 = 0
  /// Messages this core sent within its own tile.
  public var hopsWithinTile: UInt64 = 0
  /// Hops between chips of messages this core sent.
  public var hopsBetweenChips: UInt64 = 0
  /// Crossbars: arrays with at least one event, summed over steps.
  public var arrayReads: UInt64 = 0
  /// Crossbars: column sums added.
  public var columnAdds: UInt64 = 0
  /// Partial sums that arrived and were added to their neurons.
  public var partialSums: UInt64 = 0

  /// Creates zero counts.
  public init() {}

  /// Adds another core's (or sample's) counts.
  public mutating func add(_ other: CoreCounts) {
    neuronUpdates += other.neuronUpdates
    spikes += other.spikes
    synapticOperations += other.synapticOperations
    messagesIn += other.messagesIn
    messagesOut += other.messagesOut
    hopsEastWest += other.hopsEastWest
    hopsNorthSouth += other.hopsNorthSouth
    hopsWithinTile += other.hopsWithinTile
    hopsBetweenChips += other.hopsBetweenChips
    arrayReads += other.arrayReads
    columnAdds += other.columnAdds
    partialSums += other.partialSums
  }
}

/// What the host did, summed over all samples.
public struct HostCounts: Sendable, Hashable, Codable {
  /// Bias registers written with front-end currents (and cleared ones, where the chip needs it).
  public var biasWrites: UInt64 = 0
  /// Potentials read, t0 readings included; spike counts, one for each output neuron.
  public var readouts: UInt64 = 0
  /// Input spikes injected.
  public var inputSpikes: UInt64 = 0
  /// Messages that carry them: one for each spike and axon, with multicast one for each spike.
  public var inputMessages: UInt64 = 0
  /// Those of them that no sample changes: events of neurons that the host fires in every step (gates).
  public var clockedMessages: UInt64 = 0
  /// Updates of neurons that the host integrates.
  public var neuronUpdates: UInt64 = 0
  /// Multiply-accumulates of the front end.
  public var frontEndMacs: UInt64 = 0
  /// Resets of one chip's state.
  public var chipResets: UInt64 = 0

  /// Creates zero counts.
  public init() {}
}

/// What made a step as long as it was.
public enum StepBound: String, Sendable, Hashable, CaseIterable {
  /// The slowest core's serial work.
  case core
  /// The busiest link.
  case link
  /// The longest route after the last departure.
  case route
  /// The tick of a fixed length, which nothing filled.
  case tick
}

/// What one run of an image did: counts before prices.
///
/// Sums run over all samples; divide by `samples` for means per sample.
public struct RunRecord: Sendable, Hashable {
  /// Number of samples run.
  public var samples: Int
  /// Steps of one sample (`ImageSchedule.steps`).
  public var stepsPerSample: Int
  /// Chips in use.
  public var chips: Int
  /// Tiles in use.
  public var tiles: Int
  /// Events of the network by core.
  public var cores: [CoreCounts]
  /// Events of lowering (gates, relays, second compartments, soft-reset synapses) by core; not in `cores`.
  public var loweringCores: [CoreCounts]
  /// Events of the network by population: updates and spikes of its neurons, synaptic operations received
  /// by them (messages and hops: sent by them).
  ///
  /// What neurons of partial sums do (`ImageRole.partial`) stands at the population they sum for.
  public var populations: [CoreCounts]
  /// Events of lowering by population (of the neurons that receive or are updated).
  public var loweringPopulations: [CoreCounts]
  /// Events of `populations` that come from spikes no sample changes, of gates and the like.
  ///
  /// Updates are not among them. Empty: none, or not known.
  public var clockedPopulations: [CoreCounts] = []
  /// The same of `loweringPopulations`.
  public var clockedLoweringPopulations: [CoreCounts] = []
  /// What the host did.
  public var host: HostCounts
  /// Time of one sample from its first input step to readout, ns, summed over samples (estimate).
  public var latencyNanoseconds: Double
  /// Time from one sample's start to the next one's, ns, summed over samples (estimate).
  public var intervalNanoseconds: Double
  /// Where samples overlap: how long one takes while its neighbours run, ns, summed over samples; else 0 (estimate).
  public var overlappedLatencyNanoseconds = 0.0
  /// Steps between the starts of two samples: those of a sample, or T where samples overlap.
  public var stepsPerInterval = 0
  /// Steps whose work took longer than the tick (fixed tick).
  public var overruns: UInt64 = 0
  /// The longest work of a step, ns (estimate).
  public var longestStepNanoseconds = 0.0
  /// Samples whose interval the host's bias writes and readouts decide, not the chip.
  public var hostBoundIntervals = 0
  /// Time the host takes to write a sample's biases and to inject its spikes, ns, summed over samples (estimate).
  public var inputNanoseconds = 0.0
  /// The parts of time that are no core's work, ns, summed over samples (estimate).
  public var overheads = TimeOverheads()
  /// Duration of each chip step, ns, summed over samples (estimate).
  public var stepNanoseconds: [Double]
  /// How often each bound decided a step's duration.
  public var bounds: [StepBound: UInt64]
  /// How often each core was the slowest.
  public var slowestCoreSteps: [UInt64]
  /// The time of the steps that each bound decided, without barrier and tick, ns, summed over samples (estimate).
  public var boundNanoseconds: [StepBound: Double] = [:]
  /// The same by the core that was the slowest of steps that a core decided.
  public var slowestCoreNanoseconds: [Double] = []
  /// By chip step what decides most of its time.
  public var stepBottlenecks: [StepBottleneck] = []
  /// What packets met, with event timing.
  public var packets: PacketTiming?
  /// Predicted class of each sample: index of the first largest score.
  public var predictions: [Int32]
  /// Scores of each sample, samples × outputs.
  public var scores: [Int64]
  /// Number of scores of one sample.
  public var scoresPerSample: Int

  /// Creates a record from its parts.
  public init(
    samples: Int, stepsPerSample: Int, chips: Int, tiles: Int, cores: [CoreCounts],
    loweringCores: [CoreCounts], populations: [CoreCounts], loweringPopulations: [CoreCounts],
    host: HostCounts, latencyNanoseconds: Double, intervalNanoseconds: Double,
    stepNanoseconds: [Double], bounds: [StepBound: UInt64], slowestCoreSteps: [UInt64],
    predictions: [Int32], scores: [Int64], scoresPerSample: Int
  ) {
    self.samples = samples
    self.stepsPerSample = stepsPerSample
    self.chips = chips
    self.tiles = tiles
    self.cores = cores
    self.loweringCores = loweringCores
    self.populations = populations
    self.loweringPopulations = loweringPopulations
    self.host = host
    self.latencyNanoseconds = latencyNanoseconds
    self.intervalNanoseconds = intervalNanoseconds
    self.stepNanoseconds = stepNanoseconds
    self.bounds = bounds
    self.slowestCoreSteps = slowestCoreSteps
    self.predictions = predictions
    self.scores = scores
    self.scoresPerSample = scoresPerSample
  }
}
