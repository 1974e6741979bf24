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

/// The tiles of all chips as one grid with XY routes, x first; or trees (`TreeRoute`).
///
/// On a mesh a tile's place in the grid is chip column × tile columns + column, and likewise in y. A message goes
/// along its row to the destination's column, then along that column; a hop between neighbouring tiles of
/// different chips takes the link between the chips. So a route leaves a chip at the edge tile of the row
/// (or column) it travels in.
struct Mesh: Sendable {
  /// Directed links, numbered as routes first take them.
  private var linkNumbers: [LinkKey: Int] = [:]
  /// What each link joins.
  private(set) var linkKinds: [LinkKind] = []
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
    let first = pathLinks.count
    if path.staysInTile { path.nanoseconds = times.withinTile }
    if topology.kind == .tree {
      path.nanoseconds += climb(from: start, to: end, topology, times)
    } else {
      path.nanoseconds += walk(from: start, to: end, topology, times)
    }
    path.links = first..<pathLinks.count
    return path
  }

  /// The way of one message to several places, copied where ways part: every link once, the longest way's time.
  mutating func tree(
    from start: CorePosition, to ends: [CorePosition], _ topology: Topology, _ times: HopTimes
  ) -> MeshPath {
    let first = pathLinks.count
    var tree = MeshPath()
    for end in ends {
      let path = path(from: start, to: end, topology, times)
      tree.nanoseconds = max(tree.nanoseconds, path.nanoseconds)
      tree.staysInTile = tree.staysInTile || path.staysInTile
    }
    let links = Set(pathLinks[first...]).sorted()
    pathLinks.replaceSubrange(first..., with: links)
    for link in links {
      switch linkKinds[Int(link)] {
      case .eastWest: tree.hopsEastWest += 1
      case .northSouth: tree.hopsNorthSouth += 1
      case .betweenChips: tree.hopsBetweenChips += 1
      }
    }
    tree.links = first..<pathLinks.count
    return tree
  }

  /// Takes the links of a way through the grid of tiles; returns how long they take, ns.
  private mutating func walk(
    from start: CorePosition, to end: CorePosition, _ topology: Topology, _ times: HopTimes
  ) -> Double {
    var (x, y) = MeshHops.tile(of: start, topology)
    let (goalX, goalY) = MeshHops.tile(of: end, topology)
    var nanoseconds = 0.0
    while x != goalX {
      let next = x + (goalX > x ? 1 : -1)
      let crosses = x / topology.tileColumns != next / topology.tileColumns
      take(x, y, direction: goalX > x ? 0 : 1, crosses ? .betweenChips : .eastWest, topology)
      nanoseconds += crosses ? times.betweenChips : times.eastWest
      x = next
    }
    while y != goalY {
      let next = y + (goalY > y ? 1 : -1)
      let crosses = y / topology.tileRows != next / topology.tileRows
      take(x, y, direction: goalY > y ? 2 : 3, crosses ? .betweenChips : .northSouth, topology)
      nanoseconds += crosses ? times.betweenChips : times.northSouth
      y = next
    }
    return nanoseconds
  }

  /// Takes the links of a way up and down trees; returns how long they take, ns.
  private mutating func climb(
    from start: CorePosition, to end: CorePosition, _ topology: Topology, _ times: HopTimes
  ) -> Double {
    var nanoseconds = 0.0
    for link in TreeRoute(from: start, to: end, topology).links {
      var crosses = false
      if case .between = link { crosses = true }
      take(.tree(link), crosses ? .betweenChips : .northSouth)
      nanoseconds += crosses ? times.betweenChips : times.northSouth
    }
    return nanoseconds
  }

  private mutating func take(
    _ x: Int, _ y: Int, direction: Int, _ kind: LinkKind, _ topology: Topology
  ) {
    let width = topology.chipColumns * topology.tileColumns
    take(.mesh((y * width + x) * 4 + direction), kind)
  }

  private mutating func take(_ key: LinkKey, _ kind: LinkKind) {
    let number = linkNumbers[key] ?? linkKinds.count
    if number == linkKinds.count {
      linkNumbers[key] = number
      linkKinds.append(kind)
    }
    pathLinks.append(Int32(number))
  }
}

/// What a link joins.
enum LinkKind: Sendable {
  case eastWest
  case northSouth
  case betweenChips
}

/// What tells links apart.
private enum LinkKey: Sendable, Hashable {
  /// Tile of the grid × 4 + direction.
  case mesh(Int)
  case tree(TreeRoute.Link)
}

/// Durations of hops, ns.
struct HopTimes: Sendable {
  var eastWest = 0.0
  var northSouth = 0.0
  var withinTile = 0.0
  var betweenChips = 0.0
}
