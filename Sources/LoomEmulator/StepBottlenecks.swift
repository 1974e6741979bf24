/// What decided each chip step, over all samples: time by bound and by core, ps.
public struct StepBottlenecks: Sendable, Hashable, Codable {
  /// Step × 4 + bound (core, link, route, tick).
  private var bounds: [UInt64]
  /// Step × cores + core; empty where that would be too many.
  private var coreTicks: [UInt64]
  private let steps: Int
  private let cores: Int
  /// The most pairs of step and core that are told apart.
  private static let mostPairs = 1 << 22

  init(steps: Int, cores: Int) {
    self.steps = steps
    self.cores = cores
    bounds = Array(repeating: 0, count: 4 * steps)
    coreTicks = steps * cores <= Self.mostPairs ? Array(repeating: 0, count: steps * cores) : []
  }

  /// Whether these are counts of so many steps and cores, whatever wrote them.
  func isPossible(steps: Int, cores: Int) -> Bool {
    let none = self.steps == 0 && bounds.isEmpty && coreTicks.isEmpty
    let pairs = steps.multipliedReportingOverflow(by: cores)
    return none
      || (self.steps == steps && self.cores == cores && bounds.count == 4 * steps
        && (coreTicks.isEmpty || (!pairs.overflow && coreTicks.count == pairs.partialValue)))
  }

  /// Counts what decided a step.
  mutating func note(_ length: StepLength, bound: Int, step: Int, ticks: UInt64) {
    guard step < steps else { return }
    bounds[4 * step + bound] &+= ticks
    guard bound == 0, length.core >= 0, !coreTicks.isEmpty else { return }
    coreTicks[step * cores + length.core] &+= ticks
  }

  /// Adds another part's counts, which come from a file.
  mutating func append(_ other: StepBottlenecks) throws(PartMismatch) {
    try PartArithmetic.add(other.bounds, to: &bounds, "bottlenecks")
    try PartArithmetic.add(other.coreTicks, to: &coreTicks, "bottlenecks")
  }

  /// Adds another thread's counts.
  mutating func add(_ other: StepBottlenecks) {
    for index in bounds.indices { bounds[index] &+= other.bounds[index] }
    for index in coreTicks.indices { coreTicks[index] &+= other.coreTicks[index] }
  }

  /// By step, what decided most of its time.
  var named: [StepBottleneck] {
    (0..<steps).map { step in
      let times = bounds[(4 * step)..<(4 * step + 4)]
      let total = times.reduce(0.0) { $0 + Double($1) }
      guard total > 0, let most = times.max(), let place = times.firstIndex(of: most) else {
        return StepBottleneck(bound: nil, core: nil, share: 0)
      }
      let bound = StepBound.allCases[place - 4 * step]
      guard bound == .core, !coreTicks.isEmpty else {
        return StepBottleneck(bound: bound, core: nil, share: Double(most) / total)
      }
      let row = coreTicks[(step * cores)..<((step + 1) * cores)]
      let slowest = row.max() ?? 0
      return StepBottleneck(
        bound: bound, core: row.firstIndex(of: slowest).map { $0 - step * cores },
        share: Double(slowest) / total)
    }
  }
}

/// What decides most of a chip step's time, over all samples of a run.
public struct StepBottleneck: Sendable, Hashable {
  /// What decides it; nil: nothing is done in it.
  public var bound: StepBound?
  /// The core, where cores decide it and are told apart.
  public var core: Int?
  /// Its share of the step's time, barrier and tick left out.
  public var share: Double

  /// Creates a bottleneck.
  public init(bound: StepBound?, core: Int?, share: Double) {
    self.bound = bound
    self.core = core
    self.share = share
  }
}
