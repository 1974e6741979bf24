public import LoomHardware

/// How long samples take when one duration of the profile alone moves between its ends.
public struct TimeEffect: Sendable, Hashable {
  /// Where in the profile it stands.
  public var pointer: String
  /// Its value, unit, source and method.
  public var quantity: Quantity
  /// The interval at the low end over the interval as it is.
  public var lowRatio: Double
  /// The interval at the high end over the interval as it is.
  public var highRatio: Double

  /// Creates an effect.
  public init(pointer: String, quantity: Quantity, lowRatio: Double, highRatio: Double) {
    self.pointer = pointer
    self.quantity = quantity
    self.lowRatio = lowRatio
    self.highRatio = highRatio
  }
}

/// Which constants of a profile decide the total, most important first: each moved alone between its ends.
///
/// Durations act through static power, which is drawn as long as a sample takes.
public struct Sensitivity: Sendable, Hashable {
  /// How far a constant without a range is moved to either side: ±20 %, an assumption that is printed.
  public static let unstatedShare = 0.2

  /// All energy of one sample as it is, pJ.
  public var totalPicojoules: Double
  /// The effects, those that move the total most first; without effect left out.
  public var effects: [ConstantEffect]
  /// All energy of one sample with every constant that states a range at its low end, durations included, pJ.
  public var allLowPicojoules: Double
  /// The same with all at their high ends, pJ.
  public var allHighPicojoules: Double
  /// How many samples the durations were tried on; 0: durations were left as they are.
  public var timedSamples: Int

  /// Moves every price of a ledger, and takes in what moving durations did.
  ///
  /// - Parameters:
  ///   - times: What durations do to the interval.
  ///   - together: The interval with all stated durations at their low and at their high ends, over what it is.
  ///   - timedSamples: How many samples that was tried on.
  public init(
    ledger: EnergyLedger, times: [TimeEffect] = [], together: (low: Double, high: Double) = (1, 1),
    timedSamples: Int = 0
  ) {
    totalPicojoules = ledger.totalPicojoules
    self.timedSamples = timedSamples
    let base = ledger.totalPicojoules - ledger.staticPicojoules
    let fixedPower = ledger.line("static")
    allLowPicojoules =
      ledger.lowPicojoules + (fixedPower?.lowPicojoules ?? 0) * (together.low - 1)
    allHighPicojoules =
      ledger.highPicojoules + (fixedPower?.highPicojoules ?? 0) * (together.high - 1)
    let timed = times.map { time in
      ConstantEffect(
        pointer: time.pointer, quantity: time.quantity,
        span: ConstantEffect.span(of: time.quantity, unstated: Sensitivity.unstatedShare),
        isStated: time.quantity.range != nil,
        lowPicojoules: base + ledger.staticPicojoules * time.lowRatio,
        highPicojoules: base + ledger.staticPicojoules * time.highRatio)
    }
    let all = ledger.priceEffects(unstated: Sensitivity.unstatedShare) + timed
    effects = all.filter { $0.swingPicojoules > 0 }.sorted {
      $0.swingPicojoules == $1.swingPicojoules
        ? $0.pointer < $1.pointer : $0.swingPicojoules > $1.swingPicojoules
    }
  }
}
