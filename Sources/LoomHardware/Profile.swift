public import LoomBase

/// What a profile says of a chip: structure, capabilities, prices, times.
///
/// Numbers that describe structure are plain integers here (each has a `Quantity` in `quantities` under
/// its JSON pointer); prices and times stay quantities because their source and range reach the report.
public struct Profile: Sendable, Hashable {
  /// The name used on the command line.
  public var name: String
  /// One sentence: which chip, by whom, on what evidence.
  public var summary: String
  /// How steps end.
  public var synchronisation: Synchronisation
  /// Where cores are.
  public var topology: Topology
  /// How messages find their way.
  public var routing: RoutingCapabilities
  /// What one core holds.
  public var core: CoreLimits
  /// What one neuron does.
  public var neuron: NeuronCapabilities
  /// What a stored weight is.
  public var weight: WeightFormat
  /// What a bias register holds.
  public var bias: BiasFormat
  /// What delays synapses or axons have.
  public var delay: DelayFormat
  /// Energy prices.
  public var prices: Prices
  /// Durations.
  public var times: Times
  /// What is known of its routers.
  public var router: RouterFigures
  /// Every number of the profile with unit, source, method and range, by JSON pointer.
  public var quantities: [String: Quantity]
  /// Pointers overridden by `--set`, in the order given.
  public var overrides: [String]
  /// Digest of structure and capabilities (everything but prices, times, routers, names and sources): an image
  /// runs only on the structure it was compiled for.
  public var structureDigest: Digest
  /// Digest of the whole profile, overrides included.
  public var digest: Digest

  /// Creates a profile from its parts.
  public init(
    name: String, summary: String, synchronisation: Synchronisation, topology: Topology,
    routing: RoutingCapabilities = RoutingCapabilities(), core: CoreLimits,
    neuron: NeuronCapabilities, weight: WeightFormat, bias: BiasFormat, delay: DelayFormat,
    prices: Prices, times: Times, router: RouterFigures = RouterFigures(),
    quantities: [String: Quantity],
    overrides: [String], structureDigest: Digest, digest: Digest
  ) {
    self.name = name
    self.summary = summary
    self.synchronisation = synchronisation
    self.topology = topology
    self.routing = routing
    self.core = core
    self.neuron = neuron
    self.weight = weight
    self.bias = bias
    self.delay = delay
    self.prices = prices
    self.times = times
    self.router = router
    self.quantities = quantities
    self.overrides = overrides
    self.structureDigest = structureDigest
    self.digest = digest
  }
}

/// How the end of a time-step is agreed.
public enum Synchronisation: String, Codable, Sendable {
  /// All cores wait for the slowest (Loihi).
  case barrier
  /// A global tick of fixed length.
  case fixedTick
  /// No global step.
  case asynchronous
}

/// What one core holds.
public struct CoreLimits: Sendable, Hashable {
  /// Neurons (compartments) of one core.
  public var neurons: Int
  /// Input axons of one core.
  public var axonsIn: Int
  /// Output axon entries of one core (one for each neuron and destination core).
  public var axonsOut: Int
  /// Extra output entries of a destination on another chip.
  public var axonsOutOffChip: Int
  /// How synapses are stored.
  public var synapses: SynapseStorage
  /// Classes of cores that differ; empty: all are alike.
  public var classes: [CoreClass]
  /// The model of the controller that event timing follows to the clock cycle; nil: durations of the profile alone.
  public var controller: CoreController?

  /// Creates limits.
  public init(
    neurons: Int, axonsIn: Int, axonsOut: Int, axonsOutOffChip: Int, synapses: SynapseStorage,
    classes: [CoreClass] = [], controller: CoreController? = nil
  ) {
    self.neurons = neurons
    self.axonsIn = axonsIn
    self.axonsOut = axonsOut
    self.axonsOutOffChip = axonsOutOffChip
    self.synapses = synapses
    self.classes = classes
    self.controller = controller
  }
}

/// Controllers whose every clock cycle is modelled; they change times, never what is computed.
public enum CoreController: String, Codable, Sendable {
  /// Queue, neuron loop and handshakes of ChFrenkel/tinyODIN.
  case tinyodin
}

/// How a chip subtracts the threshold after a spike.
public enum SoftResetSupport: String, Codable, Sendable {
  /// In the neuron itself.
  case native
  /// By a second compartment whose synapse of weight −θ is sent back: θ must be a legal weight m·2^e and
  /// the neuron takes two compartments, both updated (Loihi 1).
  case secondCompartment
  /// Not at all.
  case none
}

/// What one neuron can do.
public struct NeuronCapabilities: Sendable, Hashable, Codable {
  /// Width of the signed, saturating membrane potential.
  public var potentialBits: Int
  /// `greater` (v > θ) or `greaterOrEqual`.
  public var firesOnGreaterOnly: Bool
  /// How soft reset is done.
  public var softReset: SoftResetSupport
  /// Whether hard reset (to zero) exists.
  public var hardReset: Bool
  /// Thresholds are multiples of 2^this.
  public var thresholdShift: Int
  /// Mantissa bits of the threshold register.
  public var thresholdMantissaBits: Int
  /// Distinct thresholds of one core; 0: any number.
  public var distinctThresholds: Int
  /// Whether a population can be told at which step to start and to stop.
  public var startStep: Bool
  /// Whether each population can be reset by itself, so that samples are pipelined every T steps.
  public var perPopulationReset: Bool
  /// Largest number of current sites of a comparator (max-pooling) neuron; 0: none.
  public var comparatorSites: Int
  /// Whether potentials can be read out; else spike counts only.
  public var potentialReadout: Bool
  /// Whether the host can write a bias per neuron and sample (analog input).
  public var analogInput: Bool
  /// The neural codes its neurons can run, `rate` always among them.
  public var codes: [SpikeCode]
  /// How cores add up the inputs of neurons that have too many for one core; nil: they do not.
  public var partialSums: PartialSumFormat?

  /// Creates capabilities.
  public init(
    potentialBits: Int, firesOnGreaterOnly: Bool, softReset: SoftResetSupport, hardReset: Bool,
    thresholdShift: Int, thresholdMantissaBits: Int, distinctThresholds: Int, startStep: Bool,
    perPopulationReset: Bool, comparatorSites: Int, potentialReadout: Bool, analogInput: Bool,
    codes: [SpikeCode] = [.rate], partialSums: PartialSumFormat? = nil
  ) {
    self.potentialBits = potentialBits
    self.firesOnGreaterOnly = firesOnGreaterOnly
    self.softReset = softReset
    self.hardReset = hardReset
    self.thresholdShift = thresholdShift
    self.thresholdMantissaBits = thresholdMantissaBits
    self.distinctThresholds = distinctThresholds
    self.startStep = startStep
    self.perPopulationReset = perPopulationReset
    self.comparatorSites = comparatorSites
    self.potentialReadout = potentialReadout
    self.analogInput = analogInput
    self.codes = codes
    self.partialSums = partialSums
  }
}

/// A stored weight: a signed mantissa of `bits` bits, shifted left by a shift in a range.
public struct WeightFormat: Sendable, Hashable, Codable {
  /// Bits of the signed mantissa.
  public var bits: Int
  /// Smallest left shift, in potential units.
  public var minimumShift: Int
  /// Largest left shift.
  public var maximumShift: Int
  /// Whether target channels of one projection may have different shifts.
  public var shiftPerChannel: Bool

  /// Creates a format.
  public init(bits: Int, minimumShift: Int, maximumShift: Int, shiftPerChannel: Bool) {
    self.bits = bits
    self.minimumShift = minimumShift
    self.maximumShift = maximumShift
    self.shiftPerChannel = shiftPerChannel
  }

  /// The largest mantissa in use (symmetric: −127...127 for 8 bits).
  public var largestMantissa: Int { (1 << (bits - 1)) - 1 }
}

/// A bias register: mantissa and exponent.
public struct BiasFormat: Sendable, Hashable, Codable {
  /// Bits of the magnitude of the mantissa; 0: any integer of the potential's width.
  public var mantissaBits: Int
  /// The largest exponent.
  public var maximumExponent: Int
  /// Whether neurons have such a register; without one every constant current comes through synapses, of spikes
  /// that the host sends in every step, and the numbers above say nothing.
  public var hasRegister: Bool

  /// Creates a format.
  public init(mantissaBits: Int, maximumExponent: Int, hasRegister: Bool = true) {
    self.mantissaBits = mantissaBits
    self.maximumExponent = maximumExponent
    self.hasRegister = hasRegister
  }
}

/// The delays a chip offers: a spike sent in step t is due in t + d, 1 ≤ d ≤ maximum.
public struct DelayFormat: Sendable, Hashable, Codable {
  /// The longest delay in steps; 1: none beyond the step itself.
  public var maximum: Int

  /// Creates a format.
  public init(maximum: Int) { self.maximum = maximum }
}

/// Energy prices; a nil price that is needed is an error with its JSON pointer, never zero.
public struct Prices: Sendable, Hashable {
  /// One synaptic operation, pJ.
  public var synapticOperation: Quantity?
  /// One update of one compartment that does not fire, pJ.
  public var neuronUpdate: Quantity?
  /// Added by an update that fires, pJ.
  public var neuronSpike: Quantity?
  /// One message arriving at a core, pJ.
  public var axonIn: Quantity?
  /// One message leaving a core, pJ.
  public var axonOut: Quantity?
  /// One hop in x, pJ.
  public var hopEastWest: Quantity?
  /// One hop in y, pJ.
  public var hopNorthSouth: Quantity?
  /// A message within its own tile, pJ.
  public var hopWithinTile: Quantity?
  /// One hop over a link between chips, pJ.
  public var hopBetweenChips: Quantity?
  /// One reading of one array column group (crossbars), pJ per active array and step; nil: none.
  public var arrayRead: Quantity?
  /// One addition of an array's column sum, pJ; nil: none.
  public var columnAdd: Quantity?
  /// One partial sum taken out of its message and added to its neuron, pJ; nil: none.
  public var partialSum: Quantity?
  /// Energy of one barrier per chip and step, pJ.
  public var barrier: Quantity?
  /// What embedded processors and the host spend on managing one step, per chip, pJ; nil: nothing (barriers only).
  public var management: Quantity?
  /// One write of one bias register by the host, pJ.
  public var biasWrite: Quantity?
  /// One potential read by the host, pJ.
  public var readout: Quantity?
  /// One input spike injected by the host, pJ.
  public var hostSpike: Quantity?
  /// One multiply-accumulate of the front end on the host, pJ.
  public var hostMac: Quantity?
  /// Resetting one chip's state between samples, pJ.
  public var chipReset: Quantity?
  /// Static power of one chip, mW.
  public var staticPowerPerChip: Quantity?
  /// Why prices are left out, where nobody published them; nil: a missing price is a mistake of the profile.
  ///
  /// With a reason, accuracy and latency are given and the energy alone is refused.
  public var unpublished: String?

  /// Creates an empty price list.
  public init() {}
}
