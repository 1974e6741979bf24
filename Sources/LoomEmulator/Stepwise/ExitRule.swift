/// When a sample may stop before its window ends: as soon as its best score is far enough ahead.
///
/// The host reads all answering potentials every k-th aligned step. At step t the scores are what the
/// potentials gained since the last reading at or before t0(t), the readout start of a run of t steps; the
/// margin is the best of them minus the second best. A sample stops at the first reading whose margin
/// reaches the threshold, else after T steps with the scores of an ordinary run (t0(T) is read for it).
public struct ExitRule: Sendable, Hashable, Codable {
  /// One reading: after aligned step `step` − 1, compared with the one after `base` − 1.
  public struct Check: Sendable, Hashable, Codable {
    /// Aligned steps done.
    public var step: Int
    /// Aligned steps that had been done at the reading it is compared with; 0: the start, which is known.
    public var base: Int
  }

  /// The readings before the window ends, in ascending order.
  public private(set) var checks: [Check] = []
  /// The end of the window.
  public let end: Check
  /// k, the steps from one reading to the next.
  public let interval: Int
  /// The margin that stops a sample, at least 1.
  public var threshold: Int64

  /// Creates a rule for a window.
  ///
  /// - Parameters:
  ///   - length: The window, and t0(T).
  ///   - interval: k ≥ 1.
  ///   - threshold: The margin.
  ///   - readoutStart: t0(t) of a run of t steps.
  public init(
    length: RunLength, interval: Int, threshold: Int64 = .max, readoutStart: (Int) -> Int
  ) {
    precondition(interval >= 1, "readings are at least one step apart")
    self.interval = interval
    self.threshold = max(1, threshold)
    end = Check(step: length.timesteps, base: length.readoutStart)
    for step in stride(from: interval, to: length.timesteps, by: interval) {
      let base = min(max(readoutStart(step), 0), step - 1) / interval * interval
      checks.append(Check(step: step, base: base))
    }
  }

  /// How one sample went.
  public struct Decision: Sendable, Hashable, Codable {
    /// Aligned steps done.
    public var steps: Int
    /// The class it was given.
    public var prediction: Int32
    /// How often the host read the potentials.
    public var readings: Int

    /// Creates a decision.
    public init(steps: Int, prediction: Int32, readings: Int) {
      self.steps = steps
      self.prediction = prediction
      self.readings = readings
    }
  }

  /// Runs the rule over the rows of one sample (`ScoreReadings.rows`); classes are the first of the scores
  /// (without `classes` all).
  public func decision(
    _ rows: ArraySlice<Int32>, countsSpikes: [Bool], classes: Int? = nil
  ) -> Decision {
    let classes = classes ?? countsSpikes.count
    for (number, check) in checks.enumerated() {
      let contest = contest(rows, check, countsSpikes, classes)
      if contest.margin >= threshold {
        return Decision(
          steps: check.step, prediction: Int32(truncatingIfNeeded: contest.best),
          readings: number + 1 + (readsBase(before: check.step) ? 1 : 0))
      }
    }
    let contest = contest(rows, end, countsSpikes, classes)
    return Decision(
      steps: end.step, prediction: Int32(truncatingIfNeeded: contest.best),
      readings: checks.count + 1 + (readsBase(before: end.step) ? 1 : 0))
  }

  private func contest(
    _ rows: ArraySlice<Int32>, _ check: Check, _ countsSpikes: [Bool], _ classes: Int
  ) -> Contest {
    Contest(
      ScoreReadings.scores(rows, from: check.base, to: check.step, countsSpikes: countsSpikes)
        .prefix(classes))
  }

  /// Whether a sample that gets to a step has had a reading of its own for t0(T).
  private func readsBase(before step: Int) -> Bool {
    end.base > 0 && end.base % interval != 0 && end.base < step
  }
}

extension ExitRule {
  /// How a threshold was found.
  public struct Calibration: Sendable, Hashable, Codable {
    /// Samples looked at.
    public var samples: Int
    /// The share of them that must be answered as after the whole window.
    public var target: Double
    /// The share that is.
    public var agreement: Double
    /// Their mean number of aligned steps.
    public var meanSteps: Double

    /// Creates a finding.
    public init(samples: Int, target: Double, agreement: Double, meanSteps: Double) {
      self.samples = samples
      self.target = target
      self.agreement = agreement
      self.meanSteps = meanSteps
    }
  }

  /// Chooses the smallest threshold from which on every larger one keeps the agreement; no labels.
  ///
  /// A sample stops at check i for thresholds above the largest margin before i and up to its margin at i.
  /// Going down from the largest margin, the threshold stops where the share of samples answered as after
  /// the whole window would fall below the target.
  public mutating func calibrate(_ readings: ScoreReadings, agreement target: Double) -> Calibration
  {
    var changes: [(threshold: Int64, disagreeing: Int)] = []
    for sample in 0..<readings.samples {
      changes += self.changes(
        readings.rows(sample: sample), readings.countsSpikes, readings.classes)
    }
    changes.sort { $0.threshold > $1.threshold }
    let allowed = Int((Double(readings.samples) * (1 - target) + 1e-9).rounded(.down))
    threshold = .max
    var (disagreeing, index) = (0, 0)
    while index < changes.count {
      let margin = changes[index].threshold
      while index < changes.count, changes[index].threshold == margin {
        disagreeing += changes[index].disagreeing
        index += 1
      }
      if disagreeing > allowed { break }
      threshold = margin
    }
    return measure(readings, target)
  }

  /// For each margin at which a sample's stop moves to an earlier check: how its disagreement changes.
  private func changes(_ rows: ArraySlice<Int32>, _ countsSpikes: [Bool], _ classes: Int)
    -> [(threshold: Int64, disagreeing: Int)]
  {
    let answer = contest(rows, end, countsSpikes, classes).best
    var records: [(margin: Int64, differs: Int)] = []
    for check in checks {
      let contest = contest(rows, check, countsSpikes, classes)
      if contest.margin > max(records.last?.margin ?? 0, 0) {
        records.append((contest.margin, contest.best == answer ? 0 : 1))
      }
    }
    // From high thresholds to low: first no check stops the sample, then the last record, then earlier ones.
    var changes: [(threshold: Int64, disagreeing: Int)] = []
    var before = 0
    for record in records.reversed() {
      changes.append((record.margin, record.differs - before))
      before = record.differs
    }
    return changes
  }

  private func measure(_ readings: ScoreReadings, _ target: Double) -> Calibration {
    var (agreeing, steps) = (0, 0)
    for sample in 0..<readings.samples {
      let rows = readings.rows(sample: sample)
      let decision = decision(
        rows, countsSpikes: readings.countsSpikes, classes: readings.classes)
      let answer = contest(rows, end, readings.countsSpikes, readings.classes).best
      if Int(decision.prediction) == answer { agreeing += 1 }
      steps += decision.steps
    }
    let count = Double(max(readings.samples, 1))
    return Calibration(
      samples: readings.samples, target: target, agreement: Double(agreeing) / count,
      meanSteps: Double(steps) / count)
  }
}
