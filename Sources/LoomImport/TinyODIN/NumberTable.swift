import LoomBase

/// Whole numbers in a text file: lines of fields, read with the line they stand in.
struct NumberTable {
  /// One line that is not blank.
  struct Line {
    /// Counted from one.
    var number: Int
    /// Its fields, without the blanks around them.
    var fields: [Substring]
  }

  /// What separates the fields of a line.
  enum Separator {
    case comma
    case blanks
  }

  let name: String
  let lines: [Line]

  /// Splits a file into lines that hold something.
  ///
  /// - Throws: SL1701 if it is not text.
  init(_ bytes: [UInt8], name: String, separator: Separator) throws(DiagnosticsError) {
    self.name = name
    let marked = bytes.starts(with: [0xef, 0xbb, 0xbf])
    guard let text = String(validating: bytes.dropFirst(marked ? 3 : 0), as: UTF8.self) else {
      throw NumberTable.fault("needs text, has bytes that are none", name)
    }
    var lines: [Line] = []
    let pieces = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, piece) in pieces.enumerated() {
      let fields =
        switch separator {
        case .comma:
          piece.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        case .blanks: piece.split { $0 == " " || $0 == "\t" }
        }
      guard fields.contains(where: { !$0.isEmpty }) else { continue }
      lines.append(Line(number: index + 1, fields: fields))
    }
    self.lines = lines
  }

  private static func trimmed(_ field: Substring) -> Substring {
    let start = field.drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
    return start[...last]
  }

  /// The places of named columns in the first line, which must name each once.
  ///
  /// - Throws: SL1701 naming the columns that are missing.
  func places(of columns: [String]) throws(DiagnosticsError) -> [Int] {
    let header = lines.first?.fields ?? []
    var places: [Int] = []
    for column in columns {
      let found = header.indices.filter { header[$0] == column }
      guard found.count == 1 else {
        throw fault(
          "needs a first line with the columns \(columns.joined(separator: ",")), has '\(column)' \(found.count) times",
          at: lines.first?.number ?? 1)
      }
      places.append(found[0])
    }
    return places
  }

  /// The lines below the first, each with as many fields.
  ///
  /// - Throws: SL1701 for a line with more or fewer.
  func body() throws(DiagnosticsError) -> ArraySlice<Line> {
    let width = lines.first?.fields.count ?? 0
    for line in lines where line.fields.count != width {
      throw fault("needs \(width) fields, has \(line.fields.count)", at: line.number)
    }
    return lines.dropFirst()
  }

  /// A field as a whole number within a range.
  ///
  /// - Throws: SL1701 naming the line.
  func number(
    _ field: Substring, in range: ClosedRange<Int>, _ what: String, at line: Int
  ) throws(DiagnosticsError) -> Int {
    guard let value = Int(field), range.contains(value) else {
      throw fault(
        "needs \(what) from \(range.lowerBound) to \(range.upperBound), has '\(field.prefix(40))'",
        at: line)
    }
    return value
  }

  /// A finding at a line.
  func fault(_ message: String, at line: Int) -> DiagnosticsError {
    NumberTable.fault(message, "\(name) line \(line)")
  }

  /// A finding about a file.
  static func fault(_ message: String, _ place: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL1701", message, at: .file(place)))
  }
}
