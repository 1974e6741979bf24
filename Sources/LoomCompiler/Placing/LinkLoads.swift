/// Packets on every directed link of the grid in one sample, routes along x first.
struct LinkLoads {
  /// Packets by tile × 4 + direction: east, west, south (rows grow), north.
  private(set) var packets: [Double]
  /// What a packet counts: 1 on a chip, `PlacementGrid.chipHopFactor` between chips.
  private let weights: [Double]
  private let grid: PlacementGrid

  init(_ grid: PlacementGrid) {
    self.grid = grid
    packets = Array(repeating: 0, count: grid.width * grid.height * 4)
    weights = packets.indices.map { link in
      let (column, row) = (link / 4 % grid.width, link / 4 / grid.width)
      let crosses =
        switch link % 4 {
        case 0: column % grid.chipWidth == grid.chipWidth - 1
        case 1: column % grid.chipWidth == 0
        case 2: row % grid.chipHeight == grid.chipHeight - 1
        default: row % grid.chipHeight == 0
        }
      return crosses ? PlacementGrid.chipHopFactor : 1
    }
  }

  /// Adds packets (or takes them off, if negative) to every link between two places.
  mutating func add(_ count: Double, from start: Int, to end: Int) {
    var column = grid.columns[start]
    var row = grid.rows[start]
    let (lastColumn, lastRow) = (grid.columns[end], grid.rows[end])
    while column != lastColumn {
      let east = lastColumn > column
      packets[(row * grid.width + column) * 4 + (east ? 0 : 1)] += count
      column += east ? 1 : -1
    }
    while row != lastRow {
      let south = lastRow > row
      packets[(row * grid.width + column) * 4 + (south ? 2 : 3)] += count
      row += south ? 1 : -1
    }
  }

  /// Adds packets to every link of the ways from one place to others together, once each.
  mutating func add(_ count: Double, from start: Int, toAll ends: [Int]) {
    if ends.count == 1 { return add(count, from: start, to: ends[0]) }
    var tree = LinkTree(column: grid.columns[start], row: grid.rows[start])
    for end in ends { tree.reach(column: grid.columns[end], row: grid.rows[end]) }
    for column in tree.west..<tree.column { packets[link(column + 1, tree.row, 1)] += count }
    for column in tree.column..<tree.east { packets[link(column, tree.row, 0)] += count }
    for (column, rows) in tree.columns {
      for row in rows.north..<tree.row { packets[link(column, row + 1, 3)] += count }
      for row in tree.row..<rows.south { packets[link(column, row, 2)] += count }
    }
  }

  private func link(_ column: Int, _ row: Int, _ direction: Int) -> Int {
    (row * grid.width + column) * 4 + direction
  }

  /// Whether a message between two places takes a link.
  func takes(_ link: Int, from start: Int, to end: Int) -> Bool {
    let (column, row) = (link / 4 % grid.width, link / 4 / grid.width)
    let (firstColumn, firstRow) = (grid.columns[start], grid.rows[start])
    let (lastColumn, lastRow) = (grid.columns[end], grid.rows[end])
    switch link % 4 {
    case 0: return row == firstRow && firstColumn <= column && column < lastColumn
    case 1: return row == firstRow && lastColumn < column && column <= firstColumn
    case 2: return column == lastColumn && firstRow <= row && row < lastRow
    default: return column == lastColumn && lastRow < row && row <= firstRow
    }
  }

  /// The link with the greatest weighted load and that load.
  var busiest: (link: Int, load: Double) {
    var best = (link: 0, load: 0.0)
    for link in packets.indices where packets[link] * weights[link] > best.load {
      best = (link, packets[link] * weights[link])
    }
    return best
  }

  /// Packets on links between chips, crossing by crossing.
  var betweenChips: Double {
    packets.indices.reduce(0) { weights[$1] > 1 ? $0 + packets[$1] : $0 }
  }
}
