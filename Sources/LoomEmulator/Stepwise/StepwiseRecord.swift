/// What one run of T steps says of every shorter one.
public struct StepwiseRecord: Sendable, Hashable {
  /// How the times of the records were found.
  public enum Timing: Sendable, Hashable {
    /// From this run: every shorter run is the beginning of it, or has the same length.
    case everySample
    /// By running the first samples again, for as long as each length says; the number of samples. Those of
    /// length T are still from every sample.
    case firstSamples(Int)
  }

  /// The lengths, in the order asked for.
  public var lengths: [RunLength]
  /// One record for each length: counts and predictions those of a run of that length over the same samples.
  ///
  /// Cores are summed into one; populations, step durations, bounds and scores (see `readings`) are left
  /// empty. Latency and
  /// interval are as `timing` says, scaled to all samples.
  public var records: [RunRecord]
  /// How the times of the records were found.
  public var timing: Timing
  /// What the answering neurons held after every step.
  public var readings: ScoreReadings
  /// The same samples, each stopped when the exit rule says so.
  public var exit: ExitRecord?
}

/// What samples did that were stopped by an exit rule.
public struct ExitRecord: Sendable, Hashable {
  /// The rule.
  public var rule: ExitRule
  /// How each sample went.
  public var decisions: [ExitRule.Decision]
  /// Chip steps, summed over samples.
  public var chipSteps: Int
  /// Counts (all chip steps before the stop, whatever the population), readings of the host and times.
  ///
  /// Cores are summed into one; `stepsPerSample` is that of the whole window. The latency includes the
  /// readings before the last, during which the chip waits; samples do not overlap.
  public var record: RunRecord

  /// Creates a record from its parts.
  public init(
    rule: ExitRule, decisions: [ExitRule.Decision], chipSteps: Int, record: RunRecord
  ) {
    self.rule = rule
    self.decisions = decisions
    self.chipSteps = chipSteps
    self.record = record
  }

  /// Mean number of aligned steps.
  public var meanSteps: Double {
    Double(decisions.reduce(0) { $0 + $1.steps }) / Double(max(decisions.count, 1))
  }
}
