import LoomBase
import LoomEmulator
import Testing

@Suite("The core that decides a step")
struct SlowestCoreTests {
  @Test("the first of several that take as long, whatever their order", arguments: 0..<UInt64(20))
  func ties(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    // Few lengths, so that many are equal; a route may be as long as a core's work or longer.
    let cores = (0..<12).map { core in
      (core: core, work: Double(generator.next() % 3), route: Double(generator.next() % 3))
    }
    var ascending = SlowestCore()
    var shuffled = SlowestCore()
    for core in cores { ascending.take(core: core.core, work: core.work, route: core.route) }
    for core in cores.shuffled(using: &generator) {
      shuffled.take(core: core.core, work: core.work, route: core.route)
    }
    #expect(ascending == shuffled)
    let most = cores.map(\.work).max() ?? 0
    #expect(ascending.work == most)
    #expect(ascending.core == (most > 0 ? cores.first { $0.work == most }?.core : -1))
    let arrivals = cores.filter { $0.route > 0 }.map { ($0, $0.work + $0.route) }
    let latest = arrivals.map(\.1).max() ?? 0
    let decisive = arrivals.first { $0.1 == latest }?.0
    #expect(ascending.lastArrival == latest)
    #expect(ascending.isArrivalRoute == decisive.map { $0.route > $0.work } ?? false)
  }
}
