public import LoomBase

/// Everything that leads from raw samples to an answer on one chip structure, and nothing else.
///
/// Order of neurons in the image is channel-last: index = (row · width + column) · channels + channel,
/// over a whole map (population index) or over a slice's box (slice index), so that the targets of a
/// kernel row lie side by side.
public struct HardwareImage: Sendable, Hashable {
  /// The name of the profile compiled for.
  public var profileName: String
  /// Digest of the structure of that profile; another price list is allowed, another structure refused.
  public var structureDigest: Digest
  /// Lengths in steps.
  public var schedule: ImageSchedule
  /// What samples look like.
  public var input: ImageInput
  /// The integer first layer, computed on the host.
  public var frontEnd: [ImageFrontEnd]
  /// Spikes injected by the host: routes of each input element (coding `spikes`) or host neuron, channel-last,
  /// population after population.
  public var hostRoutes: RouteTable
  /// Neurons the host integrates: one slice for the whole of each population of role `host`, in order.
  public var hostNeurons: [NeuronSlice]
  /// The populations, without names.
  public var populations: [ImagePopulation]
  /// Synapse templates shared by cores.
  public var templates: [SynapseTemplate]
  /// The cores in use.
  public var cores: [ImageCore]
  /// The populations that answer, in order.
  public var outputs: [Int]
  /// How spike counts become scores; nil: potentials are read (or plain counts, of networks spiking by birth).
  public var spikeCounts: SpikeCountReadout?
  /// What the host draws spikes from; nil: its neurons integrate.
  ///
  /// With it every host neuron that a front end drives fires by `PoissonDraw.fires`: its current is bias and front ends
  /// together, its number counts all such neurons, population after population, channel-first. It keeps v(0).
  /// Host neurons without a front end (gates) integrate all the same.
  public var draw: PoissonDraw?
  /// Names for people; the emulator never reads them and they can be stripped.
  public var provenance: ImageProvenance?

  /// Creates an image.
  public init(
    profileName: String, structureDigest: Digest, schedule: ImageSchedule, input: ImageInput,
    frontEnd: [ImageFrontEnd], hostRoutes: RouteTable, populations: [ImagePopulation],
    templates: [SynapseTemplate], cores: [ImageCore], outputs: [Int],
    provenance: ImageProvenance?, hostNeurons: [NeuronSlice] = []
  ) {
    self.profileName = profileName
    self.structureDigest = structureDigest
    self.schedule = schedule
    self.input = input
    self.frontEnd = frontEnd
    self.hostRoutes = hostRoutes
    self.populations = populations
    self.templates = templates
    self.cores = cores
    self.outputs = outputs
    self.provenance = provenance
    self.hostNeurons = hostNeurons
  }
}

/// Lengths in chip steps.
public struct ImageSchedule: Sendable, Hashable {
  /// T, the window of every population.
  public var timesteps: Int
  /// D, the greatest start of a population.
  public var depth: Int
  /// t0: the answer is v after output-aligned step T−1 minus v after output-aligned step t0−1, of counts that
  /// stand for potentials (`HardwareImage.spikeCounts`) the spikes from output-aligned step t0 on.
  public var readoutStart: Int
  /// All populations start at 0 and have no window.
  public var freeRunning: Bool
  /// What spikes say: window codes need chip steps of their own for listening.
  public var code: SpikeCode
  /// The T steps are bins of an asynchronous chip: a bin's spikes are taken in one by one, in order of
  /// sending, through all populations, before the next bin (all start at 0, depth 0, delays 0).
  public var isAsynchronous: Bool

  /// Creates a schedule.
  public init(
    timesteps: Int, depth: Int, readoutStart: Int, freeRunning: Bool, code: SpikeCode = .rate,
    isAsynchronous: Bool = false
  ) {
    self.timesteps = timesteps
    self.depth = depth
    self.readoutStart = readoutStart
    self.freeRunning = freeRunning
    self.code = code
    self.isAsynchronous = isAsynchronous
  }

  /// Chip steps of one sample: T + D; window codes: D + 1, since readouts only listen (`SpikeCode`).
  public var steps: Int { code.isWindowed ? depth + 1 : timesteps + depth }
}

/// What samples look like and how stored numbers become the integers x of the front end.
public struct ImageInput: Sendable, Hashable {
  /// The shape of a sample as a map (coding `spikes`: of one step; the sample is [T, map]).
  public var shape: MapShape
  /// Whether samples are spike rasters injected by the host.
  public var isSpikes: Bool
  /// Whether stored numbers are bytes, taken as they are; else floats.
  public var isBytes: Bool
  /// Floats x become clamp(round-half-to-even(x · factor), −2^15...2^15−1).
  public var floatFactor: Double
  /// What the stored numbers were said to mean, for people (already folded into weights and offsets).
  public var preprocessing: Preprocessing

  /// Creates an input description.
  public init(
    shape: MapShape, isSpikes: Bool, isBytes: Bool, floatFactor: Double,
    preprocessing: Preprocessing
  ) {
    self.shape = shape
    self.isSpikes = isSpikes
    self.isBytes = isBytes
    self.floatFactor = floatFactor
    self.preprocessing = preprocessing
  }
}

/// What the neurons of a population do.
public enum ImageRole: UInt8, Sendable, Hashable {
  /// Spiking neurons.
  case hidden = 0
  /// Host-injected spikes; no neurons on the chip.
  case input = 1
  /// Accumulators that never spike.
  case readout = 2
  /// Neurons that exist only to lower something (gates, relays).
  case lowering = 3
  /// Spiking neurons that the host integrates, for chips without analog input; their spikes are injected.
  case host = 4
  /// Neurons that take in a share of the synapses of other neurons, which have more inputs than a core takes
  /// (`TemplateKind.sums`): in every active step each sends the sum of what reached it, unless that is zero, to
  /// the neuron at its place, due one chip step later, and forgets it. No threshold, no bias, no memory.
  case partial = 5

  /// Whether its neurons stand on cores.
  public var isOnCores: Bool { self != .input && self != .host }

  /// Whether its neurons compare a potential with a threshold.
  public var hasThreshold: Bool { self != .readout && self != .partial }

  /// Whether its neurons exist only because the chip lacks something.
  public var isLowering: Bool { self == .lowering || self == .partial }
}

/// What firing does to the potential.
public enum ImageReset: UInt8, Sendable, Hashable {
  /// v − θ, in the neuron itself.
  case soft = 0
  /// To zero.
  case hard = 1
  /// v − θ by a second compartment and a synapse of weight −θ = −(mantissa << shift): two compartment
  /// updates a step and one lowering synaptic operation a spike.
  case softBySecondCompartment = 2
}

/// A population: parameters that all its neurons share.
public struct ImagePopulation: Sendable, Hashable {
  /// Its shape as it is mapped: of slices, templates and routes.
  public var shape: MapShape
  /// What it does.
  public var role: ImageRole
  /// What firing does.
  public var reset: ImageReset
  /// Fires on v > θ only; else on v ≥ θ.
  public var firesOnGreaterOnly: Bool
  /// Width of the signed, saturating potential.
  public var potentialBits: Int
  /// Current sites per neuron (comparator if more than one; see `FixedPopulation`).
  public var sites: Int
  /// The chip step of aligned index 0.
  public var start: Int
  /// The chip steps in which its neurons are updated (and its biases act): start..<start+T where the chip
  /// has a start step, all steps otherwise.
  public var activeSteps: Range<Int>
  /// Compartments each neuron takes.
  public var compartments: Int
  /// What its spikes say; populations that only lower something are plain neurons (`rate`) in every image.
  ///
  /// Window codes: it listens in active steps up to `start`, and emits in active steps from `start` on.
  public var code: SpikeCode
  /// Which neuron of the network stands at which position; nil: mapped in the network's own order.
  public var order: NeuronOrder?

  /// Creates a population.
  public init(
    shape: MapShape, role: ImageRole, reset: ImageReset, firesOnGreaterOnly: Bool,
    potentialBits: Int, sites: Int, start: Int, activeSteps: Range<Int>, compartments: Int,
    code: SpikeCode = .rate, order: NeuronOrder? = nil
  ) {
    self.shape = shape
    self.role = role
    self.reset = reset
    self.firesOnGreaterOnly = firesOnGreaterOnly
    self.potentialBits = potentialBits
    self.sites = sites
    self.start = start
    self.activeSteps = activeSteps
    self.compartments = compartments
    self.code = code
    self.order = order
  }
}

/// The same value for a slice, one per channel of its box, or one per neuron (slice order).
public enum SliceValues: Sendable, Hashable {
  case uniform(Int32)
  case perChannel([Int32])
  case perNeuron([Int32])

  /// The value of a neuron of a slice with `channels` channels.
  @inlinable
  public func value(neuron: Int, channels: Int) -> Int32 {
    switch self {
    case .uniform(let value): value
    case .perChannel(let values): values[neuron % channels]
    case .perNeuron(let values): values[neuron]
    }
  }
}

/// A box of a population's neurons on one core.
public struct NeuronSlice: Sendable, Hashable {
  /// The population.
  public var population: Int
  /// The part of the population's map.
  public var box: MapBox
  /// θ.
  public var thresholds: SliceValues
  /// v(0).
  public var initialPotentials: SliceValues
  /// The constant current of every active step (front-end currents are added to it).
  public var biases: SliceValues

  /// Creates a slice.
  public init(
    population: Int, box: MapBox, thresholds: SliceValues, initialPotentials: SliceValues,
    biases: SliceValues
  ) {
    self.population = population
    self.box = box
    self.thresholds = thresholds
    self.initialPotentials = initialPotentials
    self.biases = biases
  }
}

/// The sources that have an axon in a block, in axon order.
public enum AxonSources: Sendable, Hashable {
  /// Every neuron of a box of the source map, channel-last within the box.
  case box(MapBox)
  /// Listed neurons of the source map (channel-last indices), ascending.
  case list([UInt32])

  /// The number of axons.
  public var count: Int {
    switch self {
    case .box(let box): box.count
    case .list(let indices): indices.count
    }
  }
}

/// Consecutive input axons of a core that hold the synapses of one template onto one slice.
public struct AxonBlock: Sendable, Hashable {
  /// The first axon's number in the core; blocks follow one another without gaps.
  public var firstAxon: Int
  /// The template.
  public var template: Int
  /// Which neurons have an axon.
  public var sources: AxonSources
  /// The slice fed (position in `ImageCore.slices`).
  public var slice: Int
  /// Steps from sending to being due: 1 or more (host-injected input: 0 or more).
  public var delay: Int

  /// Creates a block.
  public init(firstAxon: Int, template: Int, sources: AxonSources, slice: Int, delay: Int) {
    self.firstAxon = firstAxon
    self.template = template
    self.sources = sources
    self.slice = slice
    self.delay = delay
  }
}

/// Destinations of neurons: for each neuron a list of (core, axon).
public struct RouteTable: Sendable, Hashable {
  /// For each neuron the start of its entries; one more at the end (a single 0 for an empty table).
  public var offsets: [UInt32]
  /// The destination core of each entry (position in `HardwareImage.cores`).
  public var cores: [UInt32]
  /// The destination axon in that core.
  public var axons: [UInt32]

  /// Creates a table.
  public init(offsets: [UInt32] = [0], cores: [UInt32] = [], axons: [UInt32] = []) {
    self.offsets = offsets
    self.cores = cores
    self.axons = axons
  }
}

/// Where a core sits.
public struct CorePosition: Sendable, Hashable {
  /// The chip, row-major in the grid of chips.
  public var chip: Int
  /// The tile's column on its chip.
  public var column: Int
  /// The tile's row on its chip.
  public var row: Int
  /// The core's place in its tile.
  public var slot: Int

  /// Creates a position.
  public init(chip: Int, column: Int, row: Int, slot: Int) {
    self.chip = chip
    self.column = column
    self.row = row
    self.slot = slot
  }
}

/// One core: neurons, synapses, routes.
public struct ImageCore: Sendable, Hashable {
  /// Where it sits.
  public var position: CorePosition
  /// Its neurons: local neuron numbers run through the slices in order.
  public var slices: [NeuronSlice]
  /// Its input axons and what they feed.
  public var axonBlocks: [AxonBlock]
  /// Where its neurons' spikes go, by local neuron number.
  public var routes: RouteTable

  /// Creates a core.
  public init(
    position: CorePosition, slices: [NeuronSlice], axonBlocks: [AxonBlock], routes: RouteTable
  ) {
    self.position = position
    self.slices = slices
    self.axonBlocks = axonBlocks
    self.routes = routes
  }

  /// The number of neurons.
  public var neuronCount: Int { slices.reduce(0) { $0 + $1.box.count } }

  /// The number of input axons.
  public var axonCount: Int { axonBlocks.reduce(0) { $0 + $1.sources.count } }
}
