public import LoomEnergy

/// The whole run beside the whole ANN at one precision (estimate).
public struct BaselineComparison: Sendable, Hashable {
  /// One way of counting the ANN's energy, and the chip's total beside it.
  public struct Level: Sendable, Hashable {
    /// `operation`, `effectiveOperation`, `withMemory` or `withPackedMemory`.
    public var name: String
    /// The ANN's energy, pJ.
    public var picojoules: Double
    /// The chip's total over the ANN's energy; nil if the latter is zero or the former refused.
    public var ratio: Double?
    /// The same with every price of the chip at the low end of its range.
    public var lowRatio: Double?
    /// The same with every price at the high end.
    public var highRatio: Double?
    /// Pointers of the prices whose range alone decides who needs less; empty where none does.
    public var decidingPrices: [String] = []
    /// Whether the chip's total costs more, less, or either within the ranges of its prices.
    public var outcome: Outcome
    /// The rate at which both would cost the same.
    public var breakEven: BreakEven
  }

  /// Who needs less energy.
  public enum Outcome: String, Sendable, Hashable {
    /// The chip, even with every price at the high end of its range.
    case wins
    /// The ANN, even with every price of the chip at the low end of its range.
    case loses
    /// It depends on where in their ranges the chip's prices lie.
    case undecided
    /// There is no ANN to compare with.
    case none
    /// Prices of the chip are not published.
    case refused
  }

  /// The number formats.
  public var precision: ANNPrecision
  /// Ways of counting, from least to most inclusive.
  public var levels: [Level]

  /// Compares a run with the ANN at one precision.
  ///
  /// - Parameters:
  ///   - ledger: The chip's energy; nil if refused.
  ///   - synapticOperations: Per sample.
  public init(
    precision: ANNPrecision, ann: [ANNLayer], ledger: EnergyLedger?, synapticOperations: Double,
    macs: Double, timesteps: Int
  ) {
    self.precision = precision
    let energy = ANNBaseline.energy(of: ann, precision: precision)
    levels = energy.levels.map { name, picojoules in
      let priced = picojoules > 0 ? ledger : nil
      return Level(
        name: name, picojoules: picojoules,
        ratio: priced.map { $0.totalPicojoules / picojoules },
        lowRatio: priced.map { $0.lowPicojoules / picojoules },
        highRatio: priced.map { $0.highPicojoules / picojoules },
        decidingPrices: priced?.decidingPrices(against: picojoules) ?? [],
        outcome: BaselineComparison.outcome(ledger, against: picojoules),
        breakEven: BreakEven(
          fixed: ledger?.fixedPicojoules ?? 0, variable: ledger?.variablePicojoules ?? 0,
          synapticOperations: synapticOperations, macs: macs, timesteps: timesteps,
          baseline: picojoules))
    }
  }

  /// The level of a name; nil if there is none.
  public func level(_ name: String) -> Level? { levels.first { $0.name == name } }

  private static func outcome(_ ledger: EnergyLedger?, against picojoules: Double) -> Outcome {
    guard picojoules > 0 else { return .none }
    guard let ledger else { return .refused }
    if ledger.highPicojoules < picojoules { return .wins }
    return ledger.lowPicojoules > picojoules ? .loses : .undecided
  }
}
