public import LoomBase

/// One layer on one chip.
public struct FitLayer: Sendable, Hashable {
  /// The population's name.
  public var name: String
  /// Channels × height × width.
  public var shape: String
  /// Neurons.
  public var neurons: Int
  /// Compartments, second ones of soft reset counted.
  public var compartments: Int
  /// Cores with its neurons; the least possible where it fits no core.
  public var cores: Int
  /// Stored synapses onto it.
  public var synapses: Int
  /// Words of synapse memory.
  public var words: Int
  /// Input axons, duplicates counted.
  public var axonsIn: Int
  /// Output axon entries.
  public var axonsOut: Int
  /// Whether some tile of it fits a core.
  public var fitsCore: Bool
  /// Whether it exists only because the chip lacks something.
  public var isLowering: Bool
  /// Spikes of one sample; nil without calibration.
  public var expectedSpikes: Double?
  /// Packets of one sample; nil without calibration.
  public var expectedPackets: Double?

  /// Creates a row; spikes and packets are per sample, nil without calibration.
  public init(
    name: String, shape: String, neurons: Int, compartments: Int, cores: Int, synapses: Int,
    words: Int, axonsIn: Int, axonsOut: Int, fitsCore: Bool, isLowering: Bool,
    expectedSpikes: Double?, expectedPackets: Double?
  ) {
    self.name = name
    self.shape = shape
    self.neurons = neurons
    self.compartments = compartments
    self.cores = cores
    self.synapses = synapses
    self.words = words
    self.axonsIn = axonsIn
    self.axonsOut = axonsOut
    self.fitsCore = fitsCore
    self.isLowering = isLowering
    self.expectedSpikes = expectedSpikes
    self.expectedPackets = expectedPackets
  }
}

/// One resource of a chip's cores.
public struct FitResource: Sendable, Hashable {
  /// The resource's name.
  public var name: String
  /// What all tiles take.
  public var used: Int
  /// What one core has.
  public var perCore: Int
  /// The least cores that hold the total.
  public var leastCores: Int
  /// Share of what the cores in use have.
  public var utilisation: Double

  /// Creates a row; utilisation is a share of the cores in use.
  public init(name: String, used: Int, perCore: Int, leastCores: Int, utilisation: Double) {
    self.name = name
    self.used = used
    self.perCore = perCore
    self.leastCores = leastCores
    self.utilisation = utilisation
  }
}

/// One thing a network needs that a chip does not have.
public struct FitViolation: Sendable, Hashable {
  /// The resource, `cores` or `capability`.
  public var resource: String
  /// The layer; nil for the whole network.
  public var layer: String?
  /// How much is needed.
  public var needs: Int?
  /// How much there is.
  public var has: Int?
  /// The finding as a compile would say it.
  public var diagnostic: Diagnostic

  /// Creates a violation; numbers are nil for capabilities.
  public init(
    resource: String, layer: String?, needs: Int?, has: Int?, diagnostic: Diagnostic
  ) {
    self.resource = resource
    self.layer = layer
    self.needs = needs
    self.has = has
    self.diagnostic = diagnostic
  }

  /// How many times over what there is; nil without numbers.
  public var ratio: Double? {
    guard let needs, let has, has > 0 else { return nil }
    return Double(needs) / Double(has)
  }
}

/// One chip: what a network takes of it.
public struct FitChip: Sendable, Hashable {
  /// The profile's name.
  public var profile: String
  /// Pointers overridden by `--set`.
  public var overrides: [String]
  /// Whether nothing is short.
  public var fits: Bool
  /// Cores in use or needed.
  public var cores: Int
  /// Cores of all chips.
  public var availableCores: Int
  /// Cores if layers shared none.
  public var unsharedCores: Int
  /// Chips the cores take.
  public var chips: Int
  /// Chips there are.
  public var availableChips: Int
  /// Whether the cut is not the compiler's own.
  public var isEstimate: Bool
  /// What binds first.
  public var bottleneck: String
  /// Neurons, lowering included.
  public var neurons: Int
  /// Compartments, lowering included.
  public var compartments: Int
  /// Stored synapses.
  public var synapses: Int
  /// The greatest start, in chip steps.
  public var depth: Int
  /// The resources of the cores.
  public var resources: [FitResource]
  /// Everything that is short.
  public var violations: [FitViolation]
  /// The layers, in order.
  public var layers: [FitLayer]

  /// Creates a chip's row.
  public init(
    profile: String, overrides: [String], fits: Bool, cores: Int, availableCores: Int,
    unsharedCores: Int, chips: Int, availableChips: Int, isEstimate: Bool, bottleneck: String,
    neurons: Int, compartments: Int, synapses: Int, depth: Int, resources: [FitResource],
    violations: [FitViolation], layers: [FitLayer]
  ) {
    self.profile = profile
    self.overrides = overrides
    self.fits = fits
    self.cores = cores
    self.availableCores = availableCores
    self.unsharedCores = unsharedCores
    self.chips = chips
    self.availableChips = availableChips
    self.isEstimate = isEstimate
    self.bottleneck = bottleneck
    self.neurons = neurons
    self.compartments = compartments
    self.synapses = synapses
    self.depth = depth
    self.resources = resources
    self.violations = violations
    self.layers = layers
  }

  /// The violation that is most times over, said in a few words; empty where nothing is short.
  public var shortBy: String {
    let counted = violations.filter { $0.ratio != nil }
    if let worst = counted.max(by: { ($0.ratio ?? 0) < ($1.ratio ?? 0) }), let ratio = worst.ratio {
      return "\(ScaledUnits.ratio(ratio)) \(worst.resource)"
    }
    return violations.first?.resource ?? ""
  }
}

/// What a remedy cost when it was converted, compiled and run.
public struct FitMeasurement: Sendable, Hashable {
  /// The samples run.
  public var samples: Int
  /// Fraction right, trained network.
  public var annAccuracy: Double?
  /// Fraction right, emulated chip.
  public var chipAccuracy: Double?
  /// First input step to readout of one sample.
  public var latencyNanoseconds: Double
  /// Modelled energy of one sample; nil where the profile has no prices.
  public var energyPicojoules: Double?

  /// Creates a measurement: fractions of the same samples, means of one sample.
  public init(
    samples: Int, annAccuracy: Double?, chipAccuracy: Double?, latencyNanoseconds: Double,
    energyPicojoules: Double?
  ) {
    self.samples = samples
    self.annAccuracy = annAccuracy
    self.chipAccuracy = chipAccuracy
    self.latencyNanoseconds = latencyNanoseconds
    self.energyPicojoules = energyPicojoules
  }
}

/// One remedy that was tried.
public struct FitRemedy: Sendable, Hashable {
  /// What is changed.
  public var name: String
  /// What to add to the command line.
  public var flags: String
  /// Whether the network then fits.
  public var fits: Bool
  /// Cores it then takes.
  public var cores: Int
  /// Chips it then takes.
  public var chips: Int
  /// What it costs, in words.
  public var price: String
  /// What running it gave; nil: not run.
  public var measurement: FitMeasurement?

  /// Creates a remedy; `flags` is what to add to the command line.
  public init(
    name: String, flags: String, fits: Bool, cores: Int, chips: Int, price: String,
    measurement: FitMeasurement?
  ) {
    self.name = name
    self.flags = flags
    self.fits = fits
    self.cores = cores
    self.chips = chips
    self.price = price
    self.measurement = measurement
  }
}

/// The answer of `fit`: chips, what is short on each, what would help.
public struct FitReport: Sendable {
  /// The model's name.
  public var model: String
  /// Whether layers were sized as a compile would cut them, or how not.
  public var method: String
  /// Nodes that conversion refuses, beside the table.
  public var refused: [Diagnostic]
  /// Dense MACs of one sample of the trained network; nil for spiking networks.
  public var macs: Int?
  /// Remarks on the sizing.
  public var remarks: [String]
  /// The chips, in the order asked for.
  public var chips: [FitChip]
  /// Remedies that were tried; empty where the chip fits or several were asked for.
  public var remedies: [FitRemedy]

  /// Creates a report.
  public init(
    model: String, method: String, refused: [Diagnostic], macs: Int?, remarks: [String],
    chips: [FitChip], remedies: [FitRemedy]
  ) {
    self.model = model
    self.method = method
    self.refused = refused
    self.macs = macs
    self.remarks = remarks
    self.chips = chips
    self.remedies = remedies
  }
}
