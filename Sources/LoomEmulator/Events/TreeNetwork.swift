import LoomHardware
import LoomImage

/// The quad trees of chips whose routers form them (`TreeRoute`), as far as the cores of an image reach.
///
/// Routers are made as ways need them; round robin takes the inputs in the order in which ways first used them,
/// sources last.
struct TreeNetwork: CoreWays {
  /// A router: the tile itself at level 0.
  private struct Router: Hashable {
    var chip: Int
    var level: Int
    var x: Int
    var y: Int
  }

  private let positions: [CorePosition]
  private let topology: Topology
  private var builder: NetworkPlanBuilder
  private var channels: [TreeRoute.Link: Int] = [:]
  private var ways: [[Int]: Int] = [:]
  let routerNames: [String]

  init(_ positions: [CorePosition], _ topology: Topology, _ times: RouterTimes) {
    self.positions = positions
    self.topology = topology
    var routers: [Router: Int] = [:]
    var names: [String] = []
    func number(_ router: Router) -> Int {
      if let known = routers[router] { return known }
      routers[router] = names.count
      names.append(
        "chip \(router.chip) level \(router.level) (\(router.x), \(router.y))")
      return names.count - 1
    }
    let top = TreeRoute.levels(topology)
    let tiles = positions.map { number(Router(chip: $0.chip, level: 0, x: $0.column, y: $0.row)) }
    var links: [(link: TreeRoute.Link, from: Int, to: Int, crosses: Bool)] = []
    var seen: Set<TreeRoute.Link> = []
    for position in positions {
      for level in 0..<top {
        let (x, y) = (position.column >> level, position.row >> level)
        let low = number(Router(chip: position.chip, level: level, x: x, y: y))
        let high = number(
          Router(chip: position.chip, level: level + 1, x: x >> 1, y: y >> 1))
        let up = TreeRoute.Link.up(chip: position.chip, level: level, x: x, y: y)
        guard seen.insert(up).inserted else { continue }
        links.append((up, low, high, false))
        links.append(
          (.down(chip: position.chip, level: level, x: x, y: y), high, low, false))
      }
    }
    let chips = (positions.map(\.chip).max() ?? 0) + 1
    func root(_ chip: Int) -> Int { number(Router(chip: chip, level: top, x: 0, y: 0)) }
    for chip in 0..<(chips > 1 ? chips : 0) {
      for next in [chip + 1, chip + topology.chipColumns] where next < chips {
        if next == chip + 1, next % topology.chipColumns == 0 { continue }
        links.append((.between(chip: chip, next: next), root(chip), root(next), true))
        links.append((.between(chip: next, next: chip), root(next), root(chip), true))
      }
    }
    routerNames = names
    builder = NetworkPlanBuilder(
      routers: max(1, names.count), depth: times.depth, choosesEarly: times.choosesEarly)
    for entry in links {
      channels[entry.link] = builder.addChannel(
        from: entry.from, to: entry.to, entry.crosses ? times.betweenChips : times.northSouth)
    }
    for tile in tiles {
      _ = builder.addSource(at: tile, times.source)
      _ = builder.addEjection(at: tile, times.ejection)
    }
  }

  var plan: NetworkPlan { builder.plan() }

  func source(ofCore core: Int) -> Int { core }

  mutating func way(from core: Int, to others: [Int]) -> Int {
    let paths = others.map { other in
      (
        core: other,
        channels: TreeRoute(from: positions[core], to: positions[other], topology).links
          .compactMap { channels[$0] }[...]
      )
    }
    return way(paths)
  }

  /// The waypoint at which these ways begin, which are all in one router.
  private mutating func way(_ paths: [(core: Int, channels: ArraySlice<Int>)]) -> Int {
    let key = [paths.count] + paths.flatMap { [$0.core, $0.channels.count] + $0.channels }
    if let known = ways[key] { return known }
    var exits: [NetworkPlanBuilder.Exit] = []
    var onward: [(channel: Int, paths: [(core: Int, channels: ArraySlice<Int>)])] = []
    for path in paths {
      guard let channel = path.channels.first else {
        exits.append(.ejection(path.core))
        continue
      }
      let rest = (core: path.core, channels: path.channels.dropFirst())
      if let place = onward.firstIndex(where: { $0.channel == channel }) {
        onward[place].paths.append(rest)
      } else {
        onward.append((channel, [rest]))
      }
    }
    for (channel, paths) in onward { exits.append(.channel(channel, then: way(paths))) }
    let made = builder.addWaypoint(exits)
    ways[key] = made
    return made
  }
}
