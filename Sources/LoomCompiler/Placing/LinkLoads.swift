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
