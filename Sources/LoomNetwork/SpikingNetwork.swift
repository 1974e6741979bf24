public import LoomBase

/// A population of a spiking network, by position.
public struct PopulationID: Hashable, Comparable, Codable, Sendable {
  /// The position in the list of populations.
  public var index: Int

  /// Creates an id.
  public init(_ index: Int) { self.index = index }

  /// Orders ids by position.
  public static func < (left: PopulationID, right: PopulationID) -> Bool {
    left.index < right.index
  }
}

/// How the network's input becomes spikes.
public enum Coding: String, Codable, Sendable {
  /// The first layer's current is computed once per sample in the front end and injected as bias.
  case direct
  /// Input neurons on the chip, driven by the sample as bias.
  case rate
  /// Input neurons that fire at random, in each step with probability x / peak; the host draws their spikes.
  ///
  /// Every population driven by a front end is one of input neurons: it has no potential, and fires where its constant
  /// current exceeds a share of its threshold that is drawn for it (`PoissonDraw`).
  case poisson
  /// The sample is a raster of spikes, steps × inputs, injected as it is.
  case spikes

  /// Whether neurons stand between the sample and the first layer.
  public var hasInputNeurons: Bool { self == .rate || self == .poisson }
}

/// What a population does.
public enum PopulationRole: String, Codable, Sendable {
  /// Neurons that spike.
  case hidden
  /// Input of coding `spikes`: no dynamics, spikes are injected by the host.
  case input
  /// Accumulators that never spike; their potentials are the answer.
  case readout
}

/// What a neuron does to its potential when it fires.
public enum ResetMode: String, Codable, Sendable {
  /// Subtract the threshold.
  case soft
  /// Set to zero.
  case hard
}

/// When a neuron fires.
public enum ThresholdComparison: String, Codable, Sendable {
  case greaterOrEqual
  case greater
}

/// A per-channel or per-neuron value.
public enum ChannelOrNeuron<Value: Sendable & Hashable>: Hashable, Sendable {
  /// The same for every neuron.
  case uniform(Value)
  /// One for each channel.
  case perChannel([Value])
  /// One for each neuron, channel-first.
  case perNeuron([Value])

  /// The value of a neuron (channel-first index) in a map of the given shape.
  @inlinable
  public func value(neuron: Int, in shape: MapShape) -> Value {
    switch self {
    case .uniform(let value): value
    case .perChannel(let values): values[neuron / shape.positions]
    case .perNeuron(let values): values[neuron]
    }
  }

  /// Whether the number of values is right for a shape.
  public func matches(_ shape: MapShape) -> Bool {
    switch self {
    case .uniform: true
    case .perChannel(let values): values.count == shape.channels
    case .perNeuron(let values): values.count == shape.count
    }
  }

  /// The values with a function applied to each.
  public func map<Other: Sendable & Hashable>(_ transform: (Value) -> Other)
    -> ChannelOrNeuron<Other>
  {
    switch self {
    case .uniform(let value): .uniform(transform(value))
    case .perChannel(let values): .perChannel(values.map(transform))
    case .perNeuron(let values): .perNeuron(values.map(transform))
    }
  }
}

/// Where a layer of the spiking network comes from: names of ONNX nodes, first to last.
public typealias Origin = [String]

/// A population of neurons with float parameters.
///
/// In real units (those of the ANN's activations): v⁻ = v + Σ currents + bias; fire where v⁻ ≥ θ (or >);
/// a spike is worth `spikeAmplitude` to its targets; soft reset subtracts θ.
public struct Population: Sendable {
  /// A unique name, usually that of the ONNX activation node.
  public var name: String
  /// The shape, channels × height × width.
  public var shape: MapShape
  /// What it does.
  public var role: PopulationRole
  /// θ, in activation units (ignored for readout and input).
  public var threshold: ChannelOrNeuron<Float>
  /// v(0), in activation units.
  public var initialPotential: ChannelOrNeuron<Float>
  /// The constant current of every step, in activation units; hidden biases act inside the window only.
  public var bias: ChannelOrNeuron<Float>
  /// What firing does to the potential.
  public var reset: ResetMode
  /// When a neuron fires.
  public var comparison: ThresholdComparison
  /// Number of current sites per neuron.
  ///
  /// With k > 1 the neuron is a max-pooling comparator: each site i
  /// keeps its own running sum S_i of currents (each site gets the bias), and the potential follows
  /// v(0) + max_i S_i(t) − θ · spikes (conversion.md §1, the exact form).
  public var sites: Int
  /// What a spike adds per unit of weight: θ for converted networks, 1 for networks spiking by birth.
  public var spikeWorthThreshold: Bool
  /// The largest activation seen in calibration (readout: largest |logit|), for choosing scales.
  public var calibratedPeak: Float
  /// Mean spikes per neuron and step expected from calibration (activation / θ), for cost choices.
  public var expectedRate: Float
  /// By channel: the part of the bias that only raises scores above zero, for outputs whose spikes are counted.
  ///
  /// The host takes it off again (`ScoreReading.spikeCounts`); empty: nothing.
  public var scoreOffset: [Float] = []
  /// The ONNX nodes it stands for.
  public var origin: Origin

  /// Creates a population.
  public init(
    name: String, shape: MapShape, role: PopulationRole, threshold: ChannelOrNeuron<Float>,
    initialPotential: ChannelOrNeuron<Float> = .uniform(0),
    bias: ChannelOrNeuron<Float> = .uniform(0), reset: ResetMode = .soft,
    comparison: ThresholdComparison = .greaterOrEqual, sites: Int = 1,
    spikeWorthThreshold: Bool = true, calibratedPeak: Float = 0, expectedRate: Float = 0,
    origin: Origin = []
  ) {
    self.name = name
    self.shape = shape
    self.role = role
    self.threshold = threshold
    self.initialPotential = initialPotential
    self.bias = bias
    self.reset = reset
    self.comparison = comparison
    self.sites = sites
    self.spikeWorthThreshold = spikeWorthThreshold
    self.calibratedPeak = calibratedPeak
    self.expectedRate = expectedRate
    self.origin = origin
  }
}

/// Synapses from one population to another.
public struct Projection: Sendable {
  /// Where spikes come from.
  public var source: PopulationID
  /// Where currents go.
  public var target: PopulationID
  /// Who meets whom.
  public var connectivity: Connectivity
  /// The ANN's weights in the connectivity's order (spike amplitude not folded in).
  public var weights: [Float]
  /// Which current site of a comparator neuron it feeds.
  public var site: Int
  /// Extra steps in aligned time: 0 in a converted feed-forward network; at least 1 somewhere on every
  /// cycle; in free-running networks the delay itself, at least 1.
  public var alignedDelay: Int
  /// The ONNX nodes it stands for.
  public var origin: Origin

  /// Creates a projection.
  public init(
    source: PopulationID, target: PopulationID, connectivity: Connectivity, weights: [Float],
    site: Int = 0, alignedDelay: Int = 0, origin: Origin = []
  ) {
    self.source = source
    self.target = target
    self.connectivity = connectivity
    self.weights = weights
    self.site = site
    self.alignedDelay = alignedDelay
    self.origin = origin
  }
}

/// A linear map from the preprocessed sample to a population's constant current.
public struct FrontEndProjection: Sendable {
  /// The population driven.
  public var target: PopulationID
  /// Who meets whom; the source map is the input's shape.
  public var connectivity: Connectivity
  /// Weights in activation units, in the connectivity's order.
  public var weights: [Float]
  /// Which current site of a comparator neuron it feeds.
  public var site: Int
  /// The ONNX nodes it stands for.
  public var origin: Origin

  /// Creates a front-end projection.
  public init(
    target: PopulationID, connectivity: Connectivity, weights: [Float], site: Int = 0,
    origin: Origin = []
  ) {
    self.target = target
    self.connectivity = connectivity
    self.weights = weights
    self.site = site
    self.origin = origin
  }
}

/// What the host expects of samples.
public struct InputSpecification: Hashable, Sendable {
  /// The shape of one sample as a map (coding `spikes`: the shape of one step).
  public var shape: MapShape
  /// How stored numbers become values.
  public var preprocessing: Preprocessing
  /// Whether samples are bytes; false: floats, which the front end first makes integers.
  public var samplesAreBytes: Bool
  /// The largest |preprocessed value| of calibration data.
  public var calibratedPeak: Float

  /// Creates a specification.
  public init(
    shape: MapShape, preprocessing: Preprocessing, samplesAreBytes: Bool, calibratedPeak: Float
  ) {
    self.shape = shape
    self.preprocessing = preprocessing
    self.samplesAreBytes = samplesAreBytes
    self.calibratedPeak = calibratedPeak
  }
}

/// How populations are laid out in time.
public enum Schedule: String, Codable, Sendable {
  /// Every population starts at its depth and runs for a window of T steps (architecture.md §3.1).
  case aligned
  /// Every population starts at step 0 and has no window: networks that are spiking by birth.
  case freeRunning
  /// No steps at all: spikes are taken in one by one, in the order in which they were sent.
  ///
  /// A chip decides this, not a network: quantization for an asynchronous profile sets it. The T steps are then
  /// T *bins* of the host, so far apart that everything the spikes of one bin cause has come to rest before the
  /// next one. In a bin, with every population's spikes in order of sending (those of the host: row, column,
  /// channel):
  ///
  ///     at the start    every neuron, in order of row, column, channel:  v ← saturate(v + bias), fire
  ///     each spike      every target of its source, in that order:       v ← saturate(v + weight), fire
  ///     fire            while v ≥ θ (or >): send one spike;  v ← soft ? v − θ : 0     (θ ≥ 1)
  ///
  /// So a neuron may send several spikes for one that it takes in, and a potential that crosses θ on the way
  /// has fired, whatever comes later: not the sum decides, but the order. Populations take spikes of one
  /// source only. The result then depends on no duration: by induction from the host on, a population takes in
  /// what its only source sent in the order in which it was sent, whatever the delays on the way, and
  /// sends a list that depends on that list alone. Biases act first (on the chip: a clock that ticks once a
  /// bin, ahead of the host's spikes), and nothing is dropped. sinabs runs such networks bin by bin with sums;
  /// this order is Spikeloom's model of the chip.
  case asynchronous
}

/// A spiking network with float parameters, before any chip is known.
public struct SpikingNetwork: Sendable {
  /// The network's name.
  public var name: String
  /// The name of the conversion method, or `native`.
  public var method: String
  /// What samples look like.
  public var input: InputSpecification
  /// How the input becomes spikes.
  public var coding: Coding
  /// T, the number of time-steps.
  public var timesteps: Int
  /// t0: the answer is the potential gained after aligned step t0 (0: the whole window); see `readout`.
  public var readoutStart: Int
  /// How populations are laid out in time.
  public var schedule: Schedule
  /// What spikes say.
  ///
  /// Window codes: a population's threshold is its full scale λ, v(0) half a quantum, and bias and v(0) act
  /// once. A spike of aligned step j is worth λ·2^−(j+1) (bit-serial) or λ·(T − j)/T (ttfs) to its targets.
  public var code: SpikeCode
  /// The populations.
  public var populations: [Population]
  /// The synapses.
  public var projections: [Projection]
  /// The analog first layer.
  public var frontEnd: [FrontEndProjection]
  /// The populations whose potentials (readout) or spike counts (hidden) are the answer, in order.
  public var outputs: [PopulationID]
  /// What the host reads of them.
  public var readout: ScoreReading = .potentials
  /// The seed of what is drawn (coding `poisson`).
  public var seed: UInt64 = 0
  /// Weights, thresholds, biases are integers to be taken exactly: quantization must change nothing.
  public var isInteger: Bool
  /// Dense MACs of one sample of the ANN it stands for, by ANN layer name in order.
  public var annLayers: [ANNLayerCost]
  /// Remarks of the conversion for reports (methods chosen, substitutions, calibration source).
  public var remarks: [String]

  /// Creates a spiking network.
  public init(
    name: String, method: String, input: InputSpecification, coding: Coding, timesteps: Int,
    readoutStart: Int = 0, schedule: Schedule = .aligned, code: SpikeCode = .rate,
    populations: [Population],
    projections: [Projection], frontEnd: [FrontEndProjection] = [], outputs: [PopulationID],
    isInteger: Bool = false, annLayers: [ANNLayerCost] = [], remarks: [String] = []
  ) {
    self.name = name
    self.method = method
    self.input = input
    self.coding = coding
    self.timesteps = timesteps
    self.readoutStart = readoutStart
    self.schedule = schedule
    self.code = code
    self.populations = populations
    self.projections = projections
    self.frontEnd = frontEnd
    self.outputs = outputs
    self.isInteger = isInteger
    self.annLayers = annLayers
    self.remarks = remarks
  }
}

/// The size of one ANN layer that multiplies and accumulates, for the ANN's own energy.
public struct ANNLayerCost: Hashable, Codable, Sendable {
  /// The layer's name.
  public var name: String
  /// Dense multiply-accumulates of one sample (padding counted as the layer computes it).
  public var macs: Int
  /// Multiply-accumulates whose input activation is not zero, mean over calibration samples.
  public var effectiveMacs: Double
  /// Elements of the input map.
  public var inputElements: Int
  /// Elements of the output map.
  public var outputElements: Int
  /// Number of weights.
  public var weights: Int
  /// Kernel positions (1 for dense layers).
  public var kernelElements: Int

  /// Creates a layer cost.
  public init(
    name: String, macs: Int, effectiveMacs: Double, inputElements: Int, outputElements: Int,
    weights: Int, kernelElements: Int
  ) {
    self.name = name
    self.macs = macs
    self.effectiveMacs = effectiveMacs
    self.inputElements = inputElements
    self.outputElements = outputElements
    self.weights = weights
    self.kernelElements = kernelElements
  }
}
