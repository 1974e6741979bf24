/// How long a step's work takes and what decides it.
struct StepLength {
  /// The slowest core's work, ns, and that core; −1: none did anything.
  private var work: Double
  private(set) var core: Int
  /// How long the busiest link is taken, ns.
  private let link: Double
  /// When the last message arrives by counts: its core's work, then the longest route, ns.
  private let arrival: Double
  private let isArrivalRoute: Bool
  /// When the last packet really arrived, where packets are moved, ns.
  private var delivery: Double?
  /// What entering and leaving routers adds to a way through an empty network, which counts leave out, ns.
  private var passage = 0.0

  /// A step as counts tell it.
  init(work: Double, core: Int, link: Double, arrival: Double, isArrivalRoute: Bool) {
    self.work = work
    self.core = core
    self.link = link
    self.arrival = arrival
    self.isArrivalRoute = isArrivalRoute
    isStalled = false
  }

  /// Whether the slowest core would have been done earlier, had no packet of it waited for a slot.
  private var isStalled: Bool

  /// Takes what the packets themselves came to.
  mutating func take(_ result: EventStepResult) {
    delivery = Double(result.lastDelivery) / 1000
    passage = Double(result.passage) / 1000
    let finish = Double(result.latestFinish) / 1000
    // Ticks are rounded: a thousandth of a nanosecond a message is no stall.
    guard finish > work * (1 + 1e-9) + 0.01 else { return }
    isStalled = finish > work * 1.001
    work = finish
    core = result.latestCore
  }

  /// The time from the step's start to its barrier, ns.
  var nanoseconds: Double {
    if let delivery { return max(work, delivery) }
    return max(work, link, arrival)
  }

  /// What decided it.
  ///
  /// With packets: a core whose work ends last unless it was stalled; a route where the last packet comes no later
  /// than an empty network would bring it; else the links, whose queues held it (or its core) up.
  var bound: StepBound {
    guard let delivery else {
      if arrival == nanoseconds, isArrivalRoute { return .route }
      return work == nanoseconds || (arrival == nanoseconds && !isArrivalRoute) ? .core : .link
    }
    if work >= delivery { return isStalled ? .link : .core }
    if isStalled { return .link }
    return delivery <= arrival * 1.001 + passage ? (isArrivalRoute ? .route : .core) : .link
  }
}
