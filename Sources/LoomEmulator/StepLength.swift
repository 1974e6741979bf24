/// How long a step's work takes and what decides it.
struct StepLength {
  /// The slowest core's work, ns, and that core; −1: none did anything.
  private var serial: Double
  private(set) var core: Int
  /// How long the busiest link is taken, ns.
  private let link: Double
  /// When the last message arrives by counts: its core's work, then the longest route, ns.
  private let arrival: Double
  private let isArrivalRoute: Bool
  /// The least length of a step, ns; 0: none.
  private let tick: Double
  /// When the last packet really arrived, where packets are moved, ns.
  private var delivery: Double?
  /// What entering and leaving routers adds to a way through an empty network, which counts leave out, ns.
  private var passage = 0.0

  /// A step as counts tell it.
  init(
    work: Double, core: Int, link: Double, arrival: Double, isArrivalRoute: Bool, tick: Double
  ) {
    serial = work
    self.tick = tick
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
    guard finish > serial * (1 + 1e-9) + 0.01 else { return }
    isStalled = finish > serial * 1.001
    serial = finish
    core = result.latestCore
  }

  /// What cores and packets take, ns.
  var work: Double {
    if let delivery { return max(serial, delivery) }
    return max(serial, link, arrival)
  }

  /// The time from the step's start to its barrier or to the end of its tick, ns.
  var nanoseconds: Double { max(work, tick) }

  /// Whether the work takes longer than the tick.
  var overrunsTick: Bool { tick > 0 && work > tick * (1 + 1e-9) }

  /// What decided it.
  ///
  /// With packets: a core whose work ends last unless it was stalled; a route where the last packet comes no later
  /// than an empty network would bring it; else the links, whose queues held it (or its core) up.
  var bound: StepBound {
    if tick > 0, work <= tick { return .tick }
    guard let delivery else {
      if arrival == work, isArrivalRoute { return .route }
      return serial == work || (arrival == work && !isArrivalRoute) ? .core : .link
    }
    if serial >= delivery { return isStalled ? .link : .core }
    if isStalled { return .link }
    return delivery <= arrival * 1.001 + passage ? (isArrivalRoute ? .route : .core) : .link
  }
}
