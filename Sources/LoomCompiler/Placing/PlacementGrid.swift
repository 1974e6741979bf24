package import LoomHardware
package import LoomImage

/// In which order the tiles of a chip are filled.
package enum TileOrder: Sendable {
  /// Along a Hilbert curve.
  case hilbert
  /// Row by row.
  case rows

  /// The tiles of a chip in this order.
  func tiles(_ topology: Topology) -> [(x: Int, y: Int)] {
    switch self {
    case .hilbert:
      HilbertCurve(width: topology.tileColumns, height: topology.tileRows).points
    case .rows:
      (0..<topology.tilesPerChip).map { ($0 % topology.tileColumns, $0 / topology.tileColumns) }
    }
  }
}

/// The places cores may take on the chips in use, chip after chip and tile after tile in a given order.
///
/// Tiles of all chips lie in one grid, as `LoomEmulator` sees them: a message goes along its row to the
/// destination's column, then along that column, and what it crosses between two chips is one hop too. Because both
/// coordinates grow with the chip's, chips × a factor added to each make the distance of two places a sum of two
/// absolute differences with every crossing weighted. On trees (`TopologyKind.tree`) coordinates are no distances;
/// only `PlacementMeasure` is used there, which asks for the tree's own links.
package struct PlacementGrid: Sendable {
  /// What a hop over a link between chips counts in the cost, in hops on a chip.
  ///
  /// A fixed factor, so that a list of prices changes no image. Published prices lie further apart (832 pJ to
  /// 3–4 pJ on Loihi, 100 ns to 4–6 ns), but beyond this factor crossings hardly fall while hops grow.
  package static let chipHopFactor = 16.0

  /// The places in the order of filling.
  package private(set) var positions: [CorePosition] = []
  /// The tile's column in the grid of all chips, by place.
  private(set) var columns: [Int] = []
  /// The tile's row in the grid of all chips, by place.
  private(set) var rows: [Int] = []
  /// The column with crossings weighted, by place.
  private(set) var weightedColumns: [Double] = []
  /// The row with crossings weighted, by place.
  private(set) var weightedRows: [Double] = []
  /// Tiles of the grid in x.
  let width: Int
  /// Tiles of the grid in y.
  let height: Int
  /// Tiles of one chip in x.
  let chipWidth: Int
  /// Tiles of one chip in y.
  let chipHeight: Int
  /// Cores of one tile.
  let coresPerTile: Int
  /// Where the tiles lie, and how their routers are joined.
  let topology: Topology
  /// The first place of each tile of the grid, row-major; −1 where no chip is in use.
  private(set) var firstPlaces: [Int]

  /// The places of some chips, given by number in the order of filling.
  package init(_ topology: Topology, chips: [Int], order: TileOrder) {
    let last = (
      column: chips.map { $0 % topology.chipColumns }.max() ?? 0,
      row: chips.map { $0 / topology.chipColumns }.max() ?? 0
    )
    width = (last.column + 1) * topology.tileColumns
    height = (last.row + 1) * topology.tileRows
    chipWidth = topology.tileColumns
    chipHeight = topology.tileRows
    coresPerTile = topology.coresPerTile
    self.topology = topology
    firstPlaces = Array(repeating: -1, count: width * height)
    let tiles = order.tiles(topology)
    for chip in chips {
      for tile in tiles { add(tile, chip: chip, topology) }
    }
  }

  private mutating func add(_ tile: (x: Int, y: Int), chip: Int, _ topology: Topology) {
    let (chipColumn, chipRow) = (chip % topology.chipColumns, chip / topology.chipColumns)
    let column = chipColumn * chipWidth + tile.x
    let row = chipRow * chipHeight + tile.y
    firstPlaces[row * width + column] = positions.count
    for slot in 0..<coresPerTile {
      positions.append(CorePosition(chip: chip, column: tile.x, row: tile.y, slot: slot))
      columns.append(column)
      rows.append(row)
      weightedColumns.append(Double(column) + (Self.chipHopFactor - 1) * Double(chipColumn))
      weightedRows.append(Double(row) + (Self.chipHopFactor - 1) * Double(chipRow))
    }
  }

  /// The places of cores: pinned ones where they belong, the others in order on the free places given.
  func places(
    inOrder order: [Int], fixed: [CorePosition?], from candidates: [Int]? = nil
  ) -> [Int] {
    var result = [Int](repeating: -1, count: order.count)
    var isTaken = [Bool](repeating: false, count: positions.count)
    if fixed.contains(where: { $0 != nil }) {
      let known = Dictionary(uniqueKeysWithValues: zip(positions, positions.indices))
      for (core, position) in fixed.enumerated() {
        guard let place = position.flatMap({ known[$0] }) else { continue }
        result[core] = place
        isTaken[place] = true
      }
    }
    var free = (candidates ?? Array(positions.indices)).filter { !isTaken[$0] }[...]
    for core in order where result[core] < 0 {
      guard let place = free.popFirst() else { break }
      result[core] = place
    }
    return result
  }

  /// The first place of a tile; nil outside the chips in use.
  func firstPlace(column: Int, row: Int) -> Int? {
    guard column >= 0, row >= 0, column < width, row < height else { return nil }
    let first = firstPlaces[row * width + column]
    return first < 0 ? nil : first
  }
}
