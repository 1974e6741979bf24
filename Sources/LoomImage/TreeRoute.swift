public import LoomHardware

/// The way of a message on chips whose routers form quad trees (`TopologyKind.tree`).
///
/// A router of level k joins the 2^k × 2^k tiles whose coordinates agree but for their last k bits; tiles are
/// the leaves, level 0. On one chip a message climbs to the lowest router above both tiles and descends. To
/// another chip it climbs to the root, goes from root to root over the grid of chips, in x, then in y, and
/// descends. Each step up or down counts as a hop in y, each step between roots as one between chips.
public struct TreeRoute: Sendable, Hashable {
  /// A directed link.
  public enum Link: Sendable, Hashable {
    /// From a router (or tile) of a level to the one above it, on a chip; x and y count routers of that level.
    case up(chip: Int, level: Int, x: Int, y: Int)
    /// From the router above down to one of a level.
    case down(chip: Int, level: Int, x: Int, y: Int)
    /// From the root of a chip to that of a neighbour.
    case between(chip: Int, next: Int)
  }

  /// The links in the order a message takes them.
  public var links: [Link] = []

  /// The way from one core to another; without links in the same tile.
  public init(from start: CorePosition, to end: CorePosition, _ topology: Topology) {
    let top = TreeRoute.level(from: start, to: end, topology)
    for level in 0..<top {
      links.append(
        .up(chip: start.chip, level: level, x: start.column >> level, y: start.row >> level))
    }
    addChips(from: start.chip, to: end.chip, topology.chipColumns)
    for level in (0..<top).reversed() {
      links.append(.down(chip: end.chip, level: level, x: end.column >> level, y: end.row >> level))
    }
  }

  private mutating func addChips(from start: Int, to end: Int, _ chipColumns: Int) {
    var chip = start
    while chip != end {
      let across = end % chipColumns - chip % chipColumns
      let next = chip + (across != 0 ? across.signum() : (end - chip).signum() * chipColumns)
      links.append(.between(chip: chip, next: next))
      chip = next
    }
  }

  /// The level of the root of a chip's tree.
  public static func levels(_ topology: Topology) -> Int {
    let side = max(topology.tileColumns, topology.tileRows)
    return side <= 1 ? 0 : Int.bitWidth - (side - 1).leadingZeroBitCount
  }

  /// How far a message climbs.
  static func level(
    from start: CorePosition, to end: CorePosition, _ topology: Topology
  ) -> Int {
    guard start.chip == end.chip else { return levels(topology) }
    let differing = (start.column ^ end.column) | (start.row ^ end.row)
    return Int.bitWidth - differing.leadingZeroBitCount
  }
}

extension MeshHops {
  /// The hops of a message on chips whose routers form quad trees.
  init(onTreeFrom start: CorePosition, to end: CorePosition, _ topology: Topology) {
    let (x, y) = (start.chip % topology.chipColumns, start.chip / topology.chipColumns)
    let (goalX, goalY) = (end.chip % topology.chipColumns, end.chip / topology.chipColumns)
    let level = TreeRoute.level(from: start, to: end, topology)
    self.init(
      northSouth: 2 * level, betweenChips: abs(goalX - x) + abs(goalY - y),
      staysInTile: start.chip == end.chip && level == 0)
  }
}
