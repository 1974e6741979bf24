public import LoomHardware

/// Hops of one message, the one place where they are counted: emulator and comparisons share it.
///
/// The tiles of all chips are one grid: a tile's place in it is chip column × tile columns + column, and
/// likewise in y. A message goes along its row, then along its column; a step between neighbouring tiles of
/// different chips is a hop between chips, not one in x or y. On chips whose routers form trees see `TreeRoute`.
public struct MeshHops: Sendable, Hashable {
  /// Hops in x within chips.
  public var eastWest: Int
  /// Hops in y within chips.
  public var northSouth: Int
  /// Hops over links between chips.
  public var betweenChips: Int
  /// Whether the message never leaves its tile.
  public var staysInTile: Bool

  /// Creates counts.
  public init(
    eastWest: Int = 0, northSouth: Int = 0, betweenChips: Int = 0, staysInTile: Bool = false
  ) {
    self.eastWest = eastWest
    self.northSouth = northSouth
    self.betweenChips = betweenChips
    self.staysInTile = staysInTile
  }

  /// The hops from one core to another.
  public init(from start: CorePosition, to end: CorePosition, _ topology: Topology) {
    if topology.kind == .tree {
      self.init(onTreeFrom: start, to: end, topology)
      return
    }
    let (x, y) = MeshHops.tile(of: start, topology)
    let (goalX, goalY) = MeshHops.tile(of: end, topology)
    let crossedX = abs(goalX / topology.tileColumns - x / topology.tileColumns)
    let crossedY = abs(goalY / topology.tileRows - y / topology.tileRows)
    self.init(
      eastWest: abs(goalX - x) - crossedX, northSouth: abs(goalY - y) - crossedY,
      betweenChips: crossedX + crossedY, staysInTile: x == goalX && y == goalY)
  }

  /// All steps between routers.
  public var total: Int { eastWest + northSouth + betweenChips }

  /// The place of a core's tile in the grid of all tiles.
  public static func tile(of position: CorePosition, _ topology: Topology) -> (x: Int, y: Int) {
    (
      position.chip % topology.chipColumns * topology.tileColumns + position.column,
      position.chip / topology.chipColumns * topology.tileRows + position.row
    )
  }
}
