/// Writes JSON values as text.
struct JSONWriter {
  /// Whether lines are broken and indented.
  let isIndented: Bool
  /// What has been written so far.
  var text = ""

  init(isIndented: Bool) { self.isIndented = isIndented }

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: text += "null"
    case .boolean(let flag): text += flag ? "true" : "false"
    case .integer(let whole): text += String(whole)
    case .number(let number): text += JSONWriter.numeral(number)
    case .text(let string): quote(string)
    case .array(let values): write(values, indent: indent)
    case .object(let members): write(members, indent: indent)
    }
  }

  private static func numeral(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return String(whole) }
    return String(number)
  }

  private mutating func breakLine(_ indent: Int) {
    guard isIndented else { return }
    text += "\n"
    text += String(repeating: "  ", count: indent)
  }

  private mutating func write(_ values: [JSONValue], indent: Int) {
    let isOneLine = values.allSatisfy { $0.elements == nil && $0.members == nil }
    text += "["
    for (index, value) in values.enumerated() {
      if index > 0 { text += isOneLine && isIndented ? ", " : "," }
      if !isOneLine { breakLine(indent + 1) }
      write(value, indent: indent + 1)
    }
    if !isOneLine { breakLine(indent) }
    text += "]"
  }

  private mutating func write(_ members: [String: JSONValue], indent: Int) {
    let sorted = members.sorted {
      $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
    }
    text += "{"
    for (index, member) in sorted.enumerated() {
      if index > 0 { text += "," }
      breakLine(indent + 1)
      quote(member.key)
      text += isIndented ? ": " : ":"
      write(member.value, indent: indent + 1)
    }
    if !sorted.isEmpty { breakLine(indent) }
    text += "}"
  }

  private mutating func quote(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
