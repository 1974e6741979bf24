/// How far the copies of one message go: along the row it starts in, and in each column up and down.
struct LinkTree {
  /// Where it starts.
  let column: Int
  let row: Int
  /// The outermost columns it turns in.
  private(set) var west: Int
  private(set) var east: Int
  /// The outermost rows by column.
  private(set) var columns: [Int: (north: Int, south: Int)] = [:]

  init(column: Int, row: Int) {
    (self.column, self.row) = (column, row)
    (west, east) = (column, column)
  }

  /// Takes in a destination.
  mutating func reach(column target: Int, row end: Int) {
    west = min(west, target)
    east = max(east, target)
    let known = columns[target] ?? (row, row)
    columns[target] = (min(known.north, end), max(known.south, end))
  }
}
