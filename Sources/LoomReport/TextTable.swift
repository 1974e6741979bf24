/// A table for a terminal: columns as wide as their widest cell, numbers to the right.
public struct TextTable: Sendable {
  /// Where a column's cells stand.
  public enum Alignment: Sendable {
    case left
    case right
  }

  /// Titles of the columns.
  public var titles: [String]
  /// Alignment of the columns; missing ones are right.
  public var alignments: [Alignment]
  /// The rows; short ones are filled up with empty cells.
  public var rows: [[String]] = []
  /// Positions of rows that have a rule above them.
  public var ruledRows: [Int] = []

  /// Creates an empty table.
  public init(_ titles: [String], alignments: [Alignment] = [.left]) {
    self.titles = titles
    self.alignments = alignments
  }

  /// Appends a row.
  public mutating func add(_ row: [String]) { rows.append(row) }

  /// Appends a row with a rule above it.
  public mutating func addTotal(_ row: [String]) {
    ruledRows.append(rows.count)
    rows.append(row)
  }

  /// The table as lines, without a line break at the end.
  public func render(indent: Int = 0) -> String {
    let widths = titles.indices.map { column in
      ([titles] + rows).reduce(0) { max($0, column < $1.count ? $1[column].count : 0) }
    }
    let margin = String(repeating: " ", count: indent)
    let rule = margin + widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    var lines = [margin + line(titles, widths), rule]
    for (index, row) in rows.enumerated() {
      if ruledRows.contains(index) { lines.append(rule) }
      lines.append(margin + line(row, widths))
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var result = ""
    for (column, width) in widths.enumerated() {
      let cell = column < cells.count ? cells[column] : ""
      let padding = String(repeating: " ", count: width - cell.count)
      let alignment = column < alignments.count ? alignments[column] : .right
      if column > 0 { result += "  " }
      result += alignment == .left ? cell + padding : padding + cell
    }
    while result.last == " " { result.removeLast() }
    return result
  }
}
