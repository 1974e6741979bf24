import LoomHardware
import LoomImage

/// The way of a message from one core to another.
struct MeshPath: Sendable {
  var hopsEastWest = 0
  var hopsNorthSouth = 0
  var hopsBetweenChips = 0
  var staysInTile = false
  /// Time on the way when nothing is in it, ns.
  var nanoseconds = 0.0
  /// Positions in `Mesh.pathLinks` of the links it takes.
  var links = 0..<0
}

/// The tiles of all chips as one grid: XY routes, x first.
///
/// A tile's place in the grid is chip column × tile columns + column, and likewise in y. A message goes
/// along its row to the destination's column, then along that column; a hop between neighbouring tiles of
/// different chips takes the link between the chips. So a route leaves a chip at the edge tile of the row
/// (or column) it travels in.
struct Mesh: Sendable {
  /// Directed links, numbered as routes first take them.
  private var linkNumbers: [Int: Int] = [:]
  /// Whether a link joins two chips.
  private(set) var linkIsBetweenChips: [Bool] = []
  /// The links of all paths.
  private(set) var pathLinks: [Int32] = []

  /// The path between two places.
  mutating func path(
    from start: CorePosition, to end: CorePosition, _ topology: Topology, _ times: HopTimes
  ) -> MeshPath {
    let hops = MeshHops(from: start, to: end, topology)
    var path = MeshPath(
      hopsEastWest: hops.eastWest, hopsNorthSouth: hops.northSouth,
      hopsBetweenChips: hops.betweenChips, staysInTile: hops.staysInTile)
    var (x, y) = MeshHops.tile(of: start, topology)
    let (goalX, goalY) = MeshHops.tile(of: end, topology)
    let first = pathLinks.count
    if path.staysInTile { path.nanoseconds = times.withinTile }
    while x != goalX {
      let next = x + (goalX > x ? 1 : -1)
      let crosses = x / topology.tileColumns != next / topology.tileColumns
      take(x, y, direction: goalX > x ? 0 : 1, crosses, topology)
      path.nanoseconds += crosses ? times.betweenChips : times.eastWest
      x = next
    }
    while y != goalY {
      let next = y + (goalY > y ? 1 : -1)
      let crosses = y / topology.tileRows != next / topology.tileRows
      take(x, y, direction: goalY > y ? 2 : 3, crosses, topology)
      path.nanoseconds += crosses ? times.betweenChips : times.northSouth
      y = next
    }
    path.links = first..<pathLinks.count
    return path
  }

  private mutating func take(
    _ x: Int, _ y: Int, direction: Int, _ crosses: Bool, _ topology: Topology
  ) {
    let width = topology.chipColumns * topology.tileColumns
    let key = (y * width + x) * 4 + direction
    let number = linkNumbers[key] ?? linkIsBetweenChips.count
    if number == linkIsBetweenChips.count {
      linkNumbers[key] = number
      linkIsBetweenChips.append(crosses)
    }
    pathLinks.append(Int32(number))
  }
}

/// Durations of hops, ns.
struct HopTimes: Sendable {
  var eastWest = 0.0
  var northSouth = 0.0
  var withinTile = 0.0
  var betweenChips = 0.0
}
