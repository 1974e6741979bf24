public import LoomBase

/// What one layer takes of a chip, and what it asks of a core that the core does not have.
public struct LayerSizing: Sendable, Hashable {
  /// The population's name.
  public var name: String
  /// Its shape.
  public var shape: MapShape
  /// Neurons.
  public var neurons: Int
  /// Compartments: neurons, and second compartments of soft reset.
  public var compartments: Int
  /// Cores with at least one of its neurons; where it fits none, the least that would hold its totals.
  public var cores: Int
  /// Tiles: cores it would take if it shared none.
  public var tiles: Int
  /// Stored synapses onto it.
  public var synapses: Int
  /// Words of synapse memory (0 for crossbars).
  public var words: Int
  /// Input axons, duplicates counted.
  public var axonsIn: Int
  /// Output axon entries.
  public var axonsOut: Int
  /// Whether no tile of it fits a core: its numbers are then totals of one undivided copy.
  public var isRefused: Bool
  /// Whether the network has it only because the chip lacks something (relays, gates).
  public var isLowering: Bool
  /// Spikes of one sample expected from calibration; nil where nothing is calibrated.
  public var expectedSpikes: Double?
  /// Packets of one sample expected: spikes × output entries; nil where nothing is calibrated.
  public var expectedPackets: Double?
}

/// How much of one resource the cores in use take.
public struct ResourceSizing: Sendable, Hashable {
  /// The resource in words, as diagnostics name it.
  public var name: String
  /// What all tiles take.
  public var used: Int
  /// What one core has.
  public var perCore: Int
  /// The least cores that hold the total.
  public var leastCores: Int
  /// Share of the cores in use.
  public var utilisation: Double
}

/// One thing a network needs that a chip does not have.
public struct SizingViolation: Sendable, Hashable {
  /// The resource or capability.
  public var resource: String
  /// The layer; nil for the whole network.
  public var layer: String?
  /// How much is needed; nil for capabilities.
  public var needs: Int?
  /// How much there is; nil for capabilities.
  public var has: Int?
  /// The finding as a compile would say it.
  public var diagnostic: Diagnostic
}

/// What a network takes of one chip, from its geometry.
public struct ChipSizing: Sendable, Hashable {
  /// The profile's name.
  public var profile: String
  /// Overrides of the profile.
  public var overrides: [String]
  /// Everything that keeps it from fitting, all at once.
  public var violations: [SizingViolation]
  /// Cores in use; with refused layers the least that would be needed.
  public var cores: Int
  /// Cores of all chips.
  public var availableCores: Int
  /// Cores of one chip.
  public var coresPerChip: Int
  /// Cores if layers shared none.
  public var unsharedCores: Int
  /// Whether `cores` is a bound, leaves core sharing out or assumes thresholds, instead of being the compiler's own cut.
  public var isEstimate: Bool
  /// One row for each population that takes cores.
  public var layers: [LayerSizing]
  /// The resources of the cores.
  public var resources: [ResourceSizing]
  /// What binds first: the violated resource, else the one whose total needs most cores.
  public var bottleneck: String
  /// D, the greatest start.
  public var depth: Int
  /// Neurons of all layers, lowering included.
  public var neurons: Int
  /// Compartments of all layers.
  public var compartments: Int
  /// Stored synapses, duplicates of a tile counted once.
  public var synapses: Int
  /// What exists only because the chip lacks something.
  public var lowering: LoweringInventory

  /// Whether nothing is short.
  public var fits: Bool { violations.isEmpty }

  /// Chips the cores take.
  public var chips: Int { (cores + max(1, coresPerChip) - 1) / max(1, coresPerChip) }

  /// Chips there are.
  public var availableChips: Int { availableCores / max(1, coresPerChip) }
}
