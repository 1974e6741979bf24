import LoomBase

/// Takes load off the busiest link, one move at a time.
///
/// A core that sends or receives over that link is moved to a tile near by; the move stays if weighted hops plus
/// the busiest link's share (`PlacementMeasure.cost`) fall.
struct LinkRelief {
  private(set) var state: PlacementState
  private let traffic: CoreTraffic
  private var loads: LinkLoads
  private var generator: SeededGenerator
  private let share: Double
  /// The first flow each core sends; flows ascend by source.
  private let firstFlows: [Int]
  /// The flows each core receives.
  private let received: [[Int]]

  init(_ state: PlacementState, _ traffic: CoreTraffic, seed: UInt64) {
    self.state = state
    self.traffic = traffic
    generator = SeededGenerator(seed: seed)
    share = PlacementMeasure.linkShare(state.grid, places: state.places)
    loads = LinkLoads(state.grid)
    var received = [[Int]](repeating: [], count: traffic.cores)
    var first = [Int](repeating: 0, count: traffic.cores + 1)
    for (index, flow) in traffic.flows.enumerated() {
      loads.add(flow.packets, from: state.places[flow.source], to: state.places[flow.target])
      received[flow.target].append(index)
      first[flow.source + 1] += 1
    }
    for core in 0..<traffic.cores { first[core + 1] += first[core] }
    self.received = received
    firstFlows = first
  }

  /// Tries a number of moves.
  mutating func run(moves: Int) {
    var busiest = loads.busiest
    var users = users(of: busiest.link)
    for _ in 0..<moves {
      guard !users.isEmpty else { return }
      let flow = traffic.flows[users[generator.below(users.count)]]
      let core = generator.below(2) == 0 ? flow.source : flow.target
      let own = state.places[core]
      let centre = (column: state.grid.columns[own], row: state.grid.rows[own])
      guard !state.isFixed[own],
        let place = state.grid.place(near: centre, reach: 2, awayFrom: own, &generator),
        !state.isFixed[place]
      else { continue }
      let change = state.delta(moving: core, to: place)
      // The busiest link can win at most its whole share.
      guard change < share * busiest.load else { continue }
      exchange(core, to: place)
      let now = loads.busiest
      if change + share * (now.load - busiest.load) < 0 {
        busiest = now
        users = self.users(of: now.link)
      } else {
        exchange(core, to: own)
      }
    }
  }

  private func users(of link: Int) -> [Int] {
    traffic.flows.indices.filter { index in
      let flow = traffic.flows[index]
      return loads.takes(link, from: state.places[flow.source], to: state.places[flow.target])
    }
  }

  /// Moves a core with its loads.
  private mutating func exchange(_ core: Int, to place: Int) {
    let other = state.occupants[place]
    let flows = flows(of: core, and: other)
    count(flows, sign: -1)
    state.move(core, to: place)
    count(flows, sign: 1)
  }

  /// The flows of one or two cores, once each.
  private func flows(of core: Int, and other: Int) -> [Int] {
    var result = Array(firstFlows[core]..<firstFlows[core + 1]) + received[core]
    guard other >= 0 else { return result }
    result += (firstFlows[other]..<firstFlows[other + 1]).filter {
      traffic.flows[$0].target != core
    }
    result += received[other].filter { traffic.flows[$0].source != core }
    return result
  }

  private mutating func count(_ flows: [Int], sign: Double) {
    for index in flows {
      let flow = traffic.flows[index]
      loads.add(
        sign * flow.packets, from: state.places[flow.source], to: state.places[flow.target])
    }
  }
}
