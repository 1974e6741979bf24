/// What decides a step by counts: the core with the most work, and the message that arrives last.
package struct SlowestCore: Sendable, Equatable {
  /// The most work, ns, and the core; of several the first; −1: none did anything.
  package private(set) var work = 0.0
  package private(set) var core = -1
  /// When the last message arrives: its core's work, then its route, ns.
  package private(set) var lastArrival = 0.0
  /// The longer part of that: the route rather than the core's work.
  package private(set) var isArrivalRoute = false
  private var arrivalCore = -1

  /// Nothing done yet.
  package init() {}

  /// Takes a core's work and its longest route, in whatever order cores come.
  package mutating func take(core: Int, work: Double, route: Double) {
    if work > self.work || (work == self.work && core < self.core) {
      (self.work, self.core) = (work, core)
    }
    guard route > 0 else { return }
    if work + route > lastArrival || (work + route == lastArrival && core < arrivalCore) {
      (lastArrival, isArrivalRoute, arrivalCore) = (work + route, route > work, core)
    }
  }

  /// Takes what later cores came to.
  mutating func take(_ later: SlowestCore) {
    if later.work > work { (work, core) = (later.work, later.core) }
    if later.lastArrival > lastArrival {
      lastArrival = later.lastArrival
      (isArrivalRoute, arrivalCore) = (later.isArrivalRoute, later.arrivalCore)
    }
  }
}
