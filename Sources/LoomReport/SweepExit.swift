public import LoomBase
public import LoomEmulator
import LoomEnergy
public import LoomHardware

/// What stopping samples early brings, beside the same samples run for the whole window.
public struct SweepExit: Sendable, Hashable {
  /// Which samples stop when.
  public var rule: ExitRule
  /// How its threshold was found.
  public var calibration: ExitRule.Calibration
  /// The whole window.
  public var whole: SweepPoint
  /// The same with early exit: `timesteps` is the most a sample may take.
  public var early: SweepPoint
  /// Mean number of aligned steps a sample took.
  public var meanSteps: Double
  /// The share of samples answered as after the whole window.
  public var agreement: Double
  /// Numbers the host reads of one sample that may stop.
  public var earlyReadouts: Double
  /// Numbers the host reads of one sample otherwise.
  public var wholeReadouts: Double
  /// Energy of the readings of one sample, pJ; part of the total; nil without a price.
  public var readoutPicojoules: Double?

  /// Prices both runs.
  ///
  /// - Parameters:
  ///   - exit: The samples that stopped.
  ///   - calibration: How the threshold was found.
  ///   - whole: The same samples run for the whole window.
  ///   - wholePoint: The same, priced.
  ///   - accuracy: The fraction the stopped samples answered right.
  ///   - profile: The prices.
  /// - Throws: `DiagnosticsError` of `Ledger.account` (a needed price is missing without a reason).
  public init(
    exit: ExitRecord, calibration: ExitRule.Calibration, whole: RunRecord, wholePoint: SweepPoint,
    accuracy: Double?, profile: Profile
  ) throws(DiagnosticsError) {
    let samples = Double(max(exit.record.samples, 1))
    rule = exit.rule
    self.calibration = calibration
    self.whole = wholePoint
    early = try SweepPoint(
      length: RunLength(
        timesteps: wholePoint.timesteps, readoutStart: wholePoint.readoutStart),
      record: exit.record, accuracy: accuracy, cores: wholePoint.cores,
      imageSHA256: wholePoint.imageSHA256, profile: profile, hybrid: wholePoint.hybrid?.facts)
    meanSteps = exit.meanSteps
    let same = zip(exit.record.predictions, whole.predictions).count { $0 == $1 }
    agreement = Double(same) / samples
    earlyReadouts = Double(exit.record.host.readouts) / samples
    wholeReadouts = Double(whole.host.readouts) / samples
    readoutPicojoules = profile.prices.readout.map { earlyReadouts * $0.value }
    // The ledger counts the barriers of whole windows; those after the stop do not happen.
    let run = Double(exit.chipSteps) / samples / Double(max(exit.record.stepsPerSample, 1))
    let account = try Ledger.account(record: exit.record, profile: profile)
    for id in ["barrier", "management"] {
      guard let line = account.ledger?.line(id) else { continue }
      early.energy?.remove(line, share: 1 - run)
    }
  }

  /// The share of synaptic operations that are saved.
  public var savedOperations: Double {
    saved(whole.operations.synapticOperations, early.operations.synapticOperations)
  }

  /// The share of energy that is saved, negative if it costs more; nil if refused.
  public var savedEnergy: Double? {
    guard let before = whole.energy, let after = early.energy else { return nil }
    return saved(before.totalPicojoules, after.totalPicojoules)
  }

  /// The share of latency that is saved, negative if it takes longer.
  public var savedLatency: Double { saved(whole.latencyNanoseconds, early.latencyNanoseconds) }

  /// The share of the interval between samples that is saved, negative if it gets longer.
  public var savedInterval: Double { saved(whole.intervalNanoseconds, early.intervalNanoseconds) }

  private func saved(_ whole: Double, _ early: Double) -> Double {
    whole > 0 ? 1 - early / whole : 0
  }

  /// Whether it pays, in one sentence.
  public var verdict: String {
    guard let savedEnergy else {
      return savedLatency > 0
        ? "Early exit pays in latency; energy is refused."
        : "Early exit does not pay in latency; energy is refused."
    }
    switch (savedEnergy > 0, savedLatency > 0) {
    case (true, true):
      return
        "Early exit pays against the whole window: less energy and less latency, readings included."
    case (true, false):
      return "Early exit pays in energy but not in latency: the readings take longer."
    case (false, true): return "Early exit pays in latency but not in energy."
    case (false, false):
      return "Early exit does not pay here: it costs more energy and takes longer."
    }
  }

  /// The summary as JSON.
  public var jsonValue: JSONValue {
    .object([
      "every": .integer(rule.interval), "agreementTarget": .number(calibration.target),
      "marginThreshold": rule.threshold == .max ? .null : .integer(Int(rule.threshold)),
      "calibration": .object([
        "samples": .integer(calibration.samples), "agreement": .number(calibration.agreement),
        "meanSteps": .number(calibration.meanSteps),
      ]),
      "meanSteps": .number(meanSteps), "agreement": .number(agreement),
      "readouts": .members(["early": earlyReadouts, "whole": wholeReadouts]),
      "readoutPicojoules": readoutPicojoules.map { .number($0) } ?? .null, "whole": whole.jsonValue,
      "early": early.jsonValue,
      "saved": .members([
        "synapticOperations": savedOperations, "energy": savedEnergy, "latency": savedLatency,
        "interval": savedInterval,
      ]),
      "pays": .object([
        "energy": savedEnergy.map { .boolean($0 > 0) } ?? .null,
        "latency": .boolean(savedLatency > 0),
        "text": .text(verdict),
      ]),
    ])
  }
}

extension SweepEnergy {
  /// Takes a share of a line's energy off the dynamic energy and the totals.
  fileprivate mutating func remove(_ line: LedgerLine, share: Double) {
    totalPicojoules -= line.picojoules * share
    dynamicPicojoules -= line.picojoules * share
    let low = rangePicojoules.lowerBound - line.lowPicojoules * share
    let high = rangePicojoules.upperBound - line.highPicojoules * share
    rangePicojoules = min(low, high)...max(low, high)
  }
}
