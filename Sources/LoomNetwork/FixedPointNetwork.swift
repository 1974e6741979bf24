public import LoomBase

/// A population in integers. Potentials are in *potential units*; every step, in this order:
///
///     v⁻ = saturate(v + Σ (mantissa << shift) + bias [+ front-end current])        (one wide sum, one clamp)
///     s  = v⁻ ≥ θ (or >)
///     v  = s ? (soft: v⁻ − θ, hard: 0) : v⁻
///
/// A comparator population (`sites` > 1) keeps S_i per site: S_i += Σ_i + bias; v⁻ = saturate(v +
/// (max_i S_i(t) − max_i S_i(t−1))), with max_i S_i(−1) = 0.
public struct FixedPopulation: Sendable, Hashable {
  /// A unique name.
  public var name: String
  /// The shape, channels × height × width.
  public var shape: MapShape
  /// What it does.
  public var role: PopulationRole
  /// θ in potential units (readout, input: ignored).
  public var threshold: ChannelOrNeuron<Int32>
  /// v(0) in potential units.
  public var initialPotential: ChannelOrNeuron<Int32>
  /// The constant current of every step of the window.
  public var bias: ChannelOrNeuron<Int32>
  /// What firing does.
  public var reset: ResetMode
  /// When a neuron fires.
  public var comparison: ThresholdComparison
  /// Current sites per neuron.
  public var sites: Int
  /// Width of the signed potential, which saturates.
  public var potentialBits: Int
  /// Potential units per activation unit, by channel, for reports and for reading logits.
  public var scale: [Double]
  /// By channel, in activation units: what the host takes off a spike count (`Population.scoreOffset`).
  public var scoreOffset: [Double] = []
  /// The ONNX nodes it stands for.
  public var origin: Origin
  /// Whether the host integrates these neurons and injects their spikes, because the chip takes no analog input.
  ///
  /// They depend on the sample alone; what they compute is the same wherever they are.
  public var isOnHost: Bool

  /// Creates a population.
  public init(
    name: String, shape: MapShape, role: PopulationRole, threshold: ChannelOrNeuron<Int32>,
    initialPotential: ChannelOrNeuron<Int32>, bias: ChannelOrNeuron<Int32>, reset: ResetMode,
    comparison: ThresholdComparison, sites: Int, potentialBits: Int, scale: [Double],
    origin: Origin, isOnHost: Bool = false
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
    self.potentialBits = potentialBits
    self.scale = scale
    self.origin = origin
    self.isOnHost = isOnHost
  }

  /// Whether its spikes come from the host: input, or neurons there.
  public var isInjected: Bool { role == .input || isOnHost }
}

/// Integer synapses: the current of a spike is `weights[k] << shift[target channel]`.
public struct FixedProjection: Sendable, Hashable {
  /// Where spikes come from.
  public var source: PopulationID
  /// Where currents go.
  public var target: PopulationID
  /// Who meets whom.
  public var connectivity: Connectivity
  /// Weight mantissas in the connectivity's order.
  public var weights: [Int16]
  /// The left shift of each target channel, or one for all.
  public var shifts: [UInt8]
  /// Which current site it feeds.
  public var site: Int
  /// Extra steps in aligned time (see `Projection.alignedDelay`).
  public var alignedDelay: Int
  /// The ONNX nodes it stands for.
  public var origin: Origin

  /// Creates a projection.
  public init(
    source: PopulationID, target: PopulationID, connectivity: Connectivity, weights: [Int16],
    shifts: [UInt8], site: Int, alignedDelay: Int, origin: Origin
  ) {
    self.source = source
    self.target = target
    self.connectivity = connectivity
    self.weights = weights
    self.shifts = shifts
    self.site = site
    self.alignedDelay = alignedDelay
    self.origin = origin
  }

  /// The shift of a target channel.
  @inlinable
  public func shift(channel: Int) -> Int { Int(shifts[shifts.count == 1 ? 0 : channel]) }
}

/// How a stored number becomes the integer the front end multiplies.
public enum InputQuantization: Hashable, Codable, Sendable {
  /// A byte is taken as it is.
  case bytes
  /// A float x becomes clamp(round-half-to-even(x · factor), −2^15...2^15−1).
  case floats(factor: Double)
}

/// The integer first layer: the constant current of a population from the sample's integers x.
///
///     c = roundingShiftRight(Σ w · x + offset, rightShift)          (64-bit sum; halves upwards)
///     c = roundToMantissa(c, biasMantissaBits, biasMaximumExponent)   (only if mantissa bits > 0)
///
/// Padding is no input: what the normalised zero contributes at the borders is in the offsets.
public struct FixedFrontEnd: Sendable, Hashable {
  /// The population driven.
  public var target: PopulationID
  /// Who meets whom; the source map is the input's shape.
  public var connectivity: Connectivity
  /// Integer weights in the connectivity's order.
  public var weights: [Int32]
  /// The constant of each channel or neuron (layer bias, means and zero points folded in).
  public var offset: ChannelOrNeuron<Int64>
  /// How far the sum is shifted right.
  public var rightShift: Int
  /// Mantissa bits of the chip's bias register; 0: any integer.
  public var biasMantissaBits: Int
  /// Largest exponent of the chip's bias register.
  public var biasMaximumExponent: Int
  /// Which current site it feeds.
  public var site: Int

  /// Creates a front end.
  public init(
    target: PopulationID, connectivity: Connectivity, weights: [Int32],
    offset: ChannelOrNeuron<Int64>, rightShift: Int, biasMantissaBits: Int,
    biasMaximumExponent: Int, site: Int
  ) {
    self.target = target
    self.connectivity = connectivity
    self.weights = weights
    self.offset = offset
    self.rightShift = rightShift
    self.biasMantissaBits = biasMantissaBits
    self.biasMaximumExponent = biasMaximumExponent
    self.site = site
  }
}

/// A spiking network in the integers of one profile's formats.
///
/// It is what `LoomReference` runs and the compiler maps. Every inexact step (substitution, rounding) has already been taken.
public struct FixedPointNetwork: Sendable, Hashable {
  /// The network's name.
  public var name: String
  /// The conversion method's name.
  public var method: String
  /// The name of the profile whose formats it uses.
  public var profileName: String
  /// What samples look like.
  public var input: InputSpecification
  /// How stored numbers become integers.
  public var inputQuantization: InputQuantization
  /// How the input becomes spikes.
  public var coding: Coding
  /// T, the number of time-steps.
  public var timesteps: Int
  /// t0: the answer is v(after aligned step T−1) − v(after aligned step t0−1); 0: − v(0).
  ///
  /// Of counts that stand for potentials (`readout`): the spikes from aligned step t0 on.
  public var readoutStart: Int
  /// How populations are laid out in time.
  public var schedule: Schedule
  /// What spikes say; window codes replace the step of `FixedPopulation` by that of `SpikeCode`.
  public var code: SpikeCode
  /// The populations.
  public var populations: [FixedPopulation]
  /// The synapses.
  public var projections: [FixedProjection]
  /// The integer first layer.
  public var frontEnd: [FixedFrontEnd]
  /// The populations that answer, in order.
  ///
  /// Scores of readout populations are potentials, of hidden ones spike counts. The prediction is the index of the first largest score (channel-first).
  public var outputs: [PopulationID]
  /// What the host reads of them.
  public var readout: ScoreReading = .potentials
  /// The seed of what is drawn (coding `poisson`).
  public var seed: UInt64 = 0

  /// Creates a fixed-point network.
  public init(
    name: String, method: String, profileName: String, input: InputSpecification,
    inputQuantization: InputQuantization, coding: Coding, timesteps: Int, readoutStart: Int,
    schedule: Schedule, code: SpikeCode = .rate, populations: [FixedPopulation],
    projections: [FixedProjection],
    frontEnd: [FixedFrontEnd], outputs: [PopulationID]
  ) {
    self.name = name
    self.method = method
    self.profileName = profileName
    self.input = input
    self.inputQuantization = inputQuantization
    self.coding = coding
    self.timesteps = timesteps
    self.readoutStart = readoutStart
    self.schedule = schedule
    self.code = code
    self.populations = populations
    self.projections = projections
    self.frontEnd = frontEnd
    self.outputs = outputs
  }
}
