public import LoomBase
public import LoomEmulator
public import LoomHardware

/// What a sweep knows besides its runs.
public struct SweepFacts: Sendable, Equatable {
  /// How often the network was converted.
  public enum Conversion: Sendable, Hashable {
    /// Once, for this T; every T was read off one run.
    case once(timesteps: Int)
    /// Once for each T.
    case each
  }

  /// The tool and its version.
  public var tool: String
  /// The network's name.
  public var network: String
  /// The conversion method.
  public var method: String
  /// How often the network was converted.
  public var conversion: Conversion
  /// Whether one conversion was run for each T, because the host injects spikes.
  public var runsEach = false
  /// Samples run.
  public var samples: Int
  /// The fraction the ANN answers right; nil without labels.
  public var annAccuracy: Double?
  /// Where calibration samples come from.
  public var calibration: String
  /// How latencies were found.
  public var timing: StepwiseRecord.Timing
  /// Whether latencies are those of counts or of packets.
  public var mode = TimingMode.analytic
  /// Remarks of the stages.
  public var remarks: [String]
  /// Times of day, durations, paths: all that may differ between equal runs.
  public var host: [String: JSONValue]

  /// Creates the facts.
  public init(
    tool: String, network: String, method: String, conversion: Conversion, samples: Int,
    annAccuracy: Double?, calibration: String, timing: StepwiseRecord.Timing = .everySample,
    remarks: [String] = [], host: [String: JSONValue] = [:]
  ) {
    self.tool = tool
    self.network = network
    self.method = method
    self.conversion = conversion
    self.samples = samples
    self.annAccuracy = annAccuracy
    self.calibration = calibration
    self.timing = timing
    self.remarks = remarks
    self.host = host
  }

  /// How the T of the points came to be, as a label.
  public var label: String {
    switch conversion {
    case .once(let timesteps):
      "converted for T = \(timesteps), \(runsEach ? "a run for each T" : "every T from one run")"
    case .each: "converted once for each T"
    }
  }
}

/// Accuracy, synaptic operations, latency and energy against T.
public struct SweepReport: Sendable, Equatable {
  /// Who and what.
  public var facts: SweepFacts
  /// The chip.
  public var profile: Profile
  /// One point for each T, ascending.
  public var points: [SweepPoint]
  /// The loss against the ANN that is accepted, in percentage points.
  public var lossPoints: Double
  /// Early exit, if asked for.
  public var exit: SweepExit?

  /// Creates a report; points are sorted by T.
  public init(
    facts: SweepFacts, profile: Profile, points: [SweepPoint], lossPoints: Double,
    exit: SweepExit? = nil
  ) {
    self.facts = facts
    self.profile = profile
    self.points = points.sorted { $0.timesteps < $1.timesteps }
    self.lossPoints = lossPoints
    self.exit = exit
  }

  /// Percentage points a point loses against the ANN; nil without labels.
  public func loss(_ point: SweepPoint) -> Double? {
    guard let ann = facts.annAccuracy, let accuracy = point.accuracy else { return nil }
    return (ann - accuracy) * 100
  }

  /// Whether a point is within the accepted loss.
  public func isWithinLoss(_ point: SweepPoint) -> Bool {
    // Accuracies are fractions of the same count; a loss of exactly the limit must not fail by rounding.
    loss(point).map { $0 <= lossPoints + 1e-9 } ?? false
  }

  /// The point of the smallest T within the accepted loss; nil if there is none.
  public var smallest: SweepPoint? { points.first(where: isWithinLoss) }

  /// Whether every larger T of the sweep is within the accepted loss too.
  public var holdsBeyond: Bool {
    guard let smallest else { return false }
    return points.filter { $0.timesteps > smallest.timesteps }.allSatisfy(isWithinLoss)
  }

  /// The smallest T without early exit that answers at least as many samples right as early exit does.
  ///
  /// What early exit must beat to be worth its readings: stopping all samples at a smaller T is free.
  public var exitRival: SweepPoint? {
    guard let accuracy = exit?.early.accuracy else { return nil }
    return points.first { ($0.accuracy ?? -1) >= accuracy - 1e-12 }
  }
}
