/// Counts times prices of one run: means per sample, every line with its price and source (estimate).
///
/// `total = dynamic + static`; front end, lowering and host are parts of the dynamic energy.
/// Energy by core plus host, barrier and static lines is the total, and so is energy by layer plus
/// these and what no layer accounts for.
public struct EnergyLedger: Sendable, Hashable {
  /// The name of the profile that priced it.
  public var profileName: String
  /// Number of samples the means run over.
  public var samples: Int
  /// Chips in use.
  public var chips: Int
  /// The window static power was taken over: the mean interval between samples, ns.
  public var staticWindowNanoseconds: Double
  /// The lines, those with a count of zero left out.
  public var lines: [LedgerLine]
  /// Energy of the events of each core (network and lowering), pJ.
  public var corePicojoules: [Double]
  /// Energy by layer.
  public var layers: [LayerEnergy]

  /// Creates a ledger from its parts.
  public init(
    profileName: String, samples: Int, chips: Int, staticWindowNanoseconds: Double,
    lines: [LedgerLine], corePicojoules: [Double], layers: [LayerEnergy]
  ) {
    self.profileName = profileName
    self.samples = samples
    self.chips = chips
    self.staticWindowNanoseconds = staticWindowNanoseconds
    self.lines = lines
    self.corePicojoules = corePicojoules
    self.layers = layers
  }

  /// The line of an identifier; nil if nothing was counted.
  public func line(_ id: String) -> LedgerLine? { lines.first { $0.id == id } }

  /// Energy of one category, pJ.
  public func picojoules(of category: LedgerCategory) -> Double {
    lines.reduce(0) { $1.category == category ? $0 + $1.picojoules : $0 }
  }

  /// All energy of one sample, pJ.
  public var totalPicojoules: Double { lines.reduce(0) { $0 + $1.picojoules } }

  /// The total with every price at the low end of its range, pJ.
  public var lowPicojoules: Double { lines.reduce(0) { $0 + $1.lowPicojoules } }

  /// The total with every price at the high end of its range, pJ.
  public var highPicojoules: Double { lines.reduce(0) { $0 + $1.highPicojoules } }

  /// Static energy: all chips in use over the window, pJ.
  public var staticPicojoules: Double { picojoules(of: .staticPower) }

  /// Everything but static energy, pJ.
  public var dynamicPicojoules: Double {
    lines.reduce(0) { $1.category == .staticPower ? $0 : $0 + $1.picojoules }
  }

  /// Multiply-accumulates of the front end, pJ.
  public var frontEndPicojoules: Double { picojoules(of: .frontEnd) }

  /// Events of lowering, pJ.
  public var loweringPicojoules: Double { picojoules(of: .lowering) }

  /// Energy that follows the spikes, lowering included but for what gates cause, pJ.
  public var variablePicojoules: Double {
    lines.reduce(0) { $0 + $1.variablePicojoules }
  }

  /// Energy that is there however few spikes there are, events of gates included, pJ.
  public var fixedPicojoules: Double {
    lines.reduce(0) { $0 + ($1.picojoules - $1.variablePicojoules) }
  }

  /// Synaptic operations of the network, per sample.
  public var synapticOperations: Double { line("synapticOperation")?.count ?? 0 }

  /// What one more synaptic operation costs with its share of spikes, messages and hops, pJ; nil without
  /// any.
  public var marginalPicojoulesPerOperation: Double? {
    synapticOperations > 0 ? variablePicojoules / synapticOperations : nil
  }

  /// Everything, static included, over the synaptic operations, pJ; nil without any.
  public var allInPicojoulesPerOperation: Double? {
    synapticOperations > 0 ? totalPicojoules / synapticOperations : nil
  }

  /// Energy of events on cores that no layer accounts for, pJ (near zero unless the host sent spikes).
  public var unattributedPicojoules: Double {
    corePicojoules.reduce(0, +) - layers.reduce(0) { $0 + ($1.totalPicojoules ?? 0) }
  }
}
