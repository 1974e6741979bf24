/// One layer of the chip beside its ANN layers in one number format and one way of counting (estimate).
public struct LayerBaseline: Sendable, Hashable {
  /// Who needs less for the layer.
  public enum Outcome: String, Sendable, Hashable {
    /// The chip's events of the layer.
    case wins
    /// The ANN's layer.
    case loses
    /// There is nothing to compare: no layer of the ANN, none of the chip, or energy refused.
    case none
  }

  /// The name of the number format.
  public var precision: String
  /// The way of counting: `operation`, `effectiveOperation`, `withPackedMemory`, `withMemory`.
  public var level: String
  /// The ANN's layers, pJ.
  public var picojoules: Double
  /// The rate at which both would cost the same, beside the real one.
  public var breakEven: BreakEven
  /// Who needs less.
  public var outcome: Outcome

  /// Sets a layer's energy on the chip beside the ANN's; `total` nil: none or refused.
  init(
    precision: String, level: String, picojoules: Double, breakEven: BreakEven, total: Double?
  ) {
    self.precision = precision
    self.level = level
    self.picojoules = picojoules
    self.breakEven = breakEven
    guard let total, picojoules > 0, breakEven.spikeRate ?? 0 > 0 else {
      outcome = .none
      return
    }
    outcome = total < picojoules ? .wins : .loses
  }
}

extension ANNEnergy {
  /// The ways of counting with their energies, from least to most inclusive.
  public var levels: [(name: String, picojoules: Double)] {
    [
      ("operation", operationPicojoules), ("effectiveOperation", effectiveOperationPicojoules),
      ("withPackedMemory", withPackedMemoryPicojoules), ("withMemory", withMemoryPicojoules),
    ]
  }
}
