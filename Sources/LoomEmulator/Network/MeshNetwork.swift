/// A mesh of routers with XY routing (x first), over one chip or over a grid of chips.
///
/// Router = y × columns + x. Every router has the same number of cores; core c of router r is source and ejection
/// port r × cores + c. Round robin takes the inputs in the order from x + 1, from x − 1, from y + 1, from y − 1,
/// sources. Ways are made as they are asked for and share what lies before a destination.
public struct MeshNetwork: Sendable {
  /// Routers in y.
  public let rows: Int
  /// Routers in x.
  public let columns: Int
  /// Cores at each router.
  public let cores: Int
  private var builder: NetworkPlanBuilder
  /// The channels that leave each router, by direction; −1: none.
  private var outputs: [Int32]
  /// The waypoint at a router on the way to an ejection port.
  private var ways: [Int: Int32] = [:]

  /// Where a channel leads.
  private enum Direction: Int {
    case east
    case west
    case up
    case down

    /// The place of such a channel in the turn of registers: source, y + 1, y − 1, x + 1, x − 1.
    var place: Int { 4 - rawValue }
  }

  /// A mesh; channels between routers of different chips, `chipRows` × `chipColumns` routers each, have their own
  /// class.
  public init(
    rows: Int, columns: Int, cores: Int = 1, chipRows: Int? = nil, chipColumns: Int? = nil,
    _ times: RouterTimes
  ) {
    precondition(rows > 0 && columns > 0 && cores > 0, "a mesh has routers and cores")
    self.rows = rows
    self.columns = columns
    self.cores = cores
    let routers = rows * columns
    builder = NetworkPlanBuilder(
      routers: routers, depth: times.depth, choosesEarly: times.choosesEarly,
      registers: times.hasRegisters ? OutputRegisters(places: 4 + cores, first: 2) : nil)
    outputs = Array(repeating: -1, count: routers * 4)
    let (chipRows, chipColumns) = (chipRows ?? rows, chipColumns ?? columns)
    for y in 0..<rows {
      for x in 0..<columns {
        let inX = { $0 / chipColumns == x / chipColumns ? times.eastWest : times.betweenChips }
        let inY = { $0 / chipRows == y / chipRows ? times.northSouth : times.betweenChips }
        let here = y * columns + x
        if x + 1 < columns { addChannel(from: here + 1, .west, to: here, inX(x + 1)) }
        if x > 0 { addChannel(from: here - 1, .east, to: here, inX(x - 1)) }
        if y + 1 < rows { addChannel(from: here + columns, .down, to: here, inY(y + 1)) }
        if y > 0 { addChannel(from: here - columns, .up, to: here, inY(y - 1)) }
      }
    }
    for core in 0..<routers * cores {
      let place = core % cores
      _ = builder.addSource(at: core / cores, times.source, place: place == 0 ? 0 : 4 + place)
      _ = builder.addEjection(at: core / cores, times.ejection)
    }
  }

  /// Slots that the FIFOs of a mesh have together.
  public static func slots(rows: Int, columns: Int, cores: Int = 1, depth: Int) -> Int {
    (2 * (rows * (columns - 1) + columns * (rows - 1)) + rows * columns * cores) * depth
  }

  /// The network with all ways made so far.
  public var plan: NetworkPlan { builder.plan() }

  /// The waypoint at which a packet from a router to a core begins; from its own router too.
  public mutating func way(from start: Int, to core: Int) -> Int {
    let count = rows * columns * cores
    precondition(start >= 0 && start < rows * columns && core >= 0 && core < count, "both exist")
    var path: [(router: Int, direction: Direction)] = []
    var router = start
    var next: Int?
    while true {
      next = ways[router * count + core].map(Int.init)
      guard next == nil, let direction = direction(from: router, to: core / cores) else { break }
      path.append((router, direction))
      router = neighbour(of: router, direction)
    }
    var waypoint = next ?? builder.addWaypoint(.ejection(core))
    ways[router * count + core] = Int32(waypoint)
    for (router, direction) in path.reversed() {
      let channel = Int(outputs[router * 4 + direction.rawValue])
      waypoint = builder.addWaypoint(.channel(channel, then: waypoint))
      ways[router * count + core] = Int32(waypoint)
    }
    return waypoint
  }

  /// The waypoint at which a packet to several cores begins: their ways as one tree, copied where they part.
  public mutating func way(from start: Int, toAll cores: Set<Int>) -> Int {
    precondition(!cores.isEmpty, "a packet goes somewhere")
    if cores.count == 1, let only = cores.first { return way(from: start, to: only) }
    var exits: [NetworkPlanBuilder.Exit] = []
    var onward: [Direction: Set<Int>] = [:]
    for core in cores.sorted() {
      if let direction = direction(from: start, to: core / self.cores) {
        onward[direction, default: []].insert(core)
      } else {
        exits.append(.ejection(core))
      }
    }
    for (direction, cores) in onward.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let next = way(from: neighbour(of: start, direction), toAll: cores)
      exits.append(.channel(Int(outputs[start * 4 + direction.rawValue]), then: next))
    }
    return builder.addWaypoint(exits)
  }

  private mutating func addChannel(
    from: Int, _ direction: Direction, to: Int, _ times: ChannelClass
  ) {
    outputs[from * 4 + direction.rawValue] = Int32(
      builder.addChannel(from: from, to: to, times, place: direction.place))
  }

  /// Which way a packet goes at a router; nil at its destination's.
  private func direction(from router: Int, to goal: Int) -> Direction? {
    let (x, goalX) = (router % columns, goal % columns)
    if x != goalX { return goalX > x ? .east : .west }
    if router == goal { return nil }
    return goal > router ? .up : .down
  }

  private func neighbour(of router: Int, _ direction: Direction) -> Int {
    switch direction {
    case .east: router + 1
    case .west: router - 1
    case .up: router + columns
    case .down: router - columns
    }
  }
}
