/// How the routers of a chip are joined.
public enum TopologyKind: String, Codable, Sendable {
  /// A two-dimensional mesh; messages go along their row, then along their column.
  case mesh
  /// A quad tree over the tiles: a router joins 2 × 2 tiles, or 2 × 2 routers below it (PAICORE 2.0).
  ///
  /// Messages climb to the lowest router above both tiles and descend; both ways count as hops in y.
  case tree
}

/// A grid of tiles on each chip, and a row-major grid of chips.
public struct Topology: Sendable, Hashable, Codable {
  /// Tiles in x on one chip.
  public var tileColumns: Int
  /// Tiles in y on one chip.
  public var tileRows: Int
  /// Cores that share one router.
  public var coresPerTile: Int
  /// The largest number of chips.
  public var maximumChips: Int
  /// Chips in x of the grid of chips; with fewer chips the only row is shorter.
  public var chipColumns: Int
  /// How the routers of a chip are joined; chips lie in a grid whatever it is.
  public var kind: TopologyKind

  /// Creates a topology.
  public init(
    tileColumns: Int, tileRows: Int, coresPerTile: Int, maximumChips: Int, chipColumns: Int,
    kind: TopologyKind = .mesh
  ) {
    self.tileColumns = tileColumns
    self.tileRows = tileRows
    self.coresPerTile = coresPerTile
    self.maximumChips = maximumChips
    self.chipColumns = chipColumns
    self.kind = kind
  }

  /// Tiles on one chip.
  public var tilesPerChip: Int { tileColumns * tileRows }

  /// Cores on one chip.
  public var coresPerChip: Int { tilesPerChip * coresPerTile }
}
