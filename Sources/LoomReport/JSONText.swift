public import LoomBase

/// JSON text whose bytes depend on the value alone.
///
/// Keys are sorted by their Unicode scalars, numbers have the shortest digits that read back the same,
/// arrays of plain values stand on one line. Numbers that JSON cannot hold (NaN, infinity) become null.
public enum JSONText {
  /// The document as text, with a line break at the end.
  public static func encode(_ value: JSONValue) -> String {
    var text = ""
    write(value, indent: 0, to: &text)
    text += "\n"
    return text
  }

  private static func write(_ value: JSONValue, indent: Int, to text: inout String) {
    switch value {
    case .null: text += "null"
    case .boolean(let flag): text += flag ? "true" : "false"
    case .integer(let whole): text += String(whole)
    case .number(let number): text += numeral(number)
    case .text(let string): quote(string, to: &text)
    case .array(let values): write(values, indent: indent, to: &text)
    case .object(let members): write(members, indent: indent, to: &text)
    }
  }

  private static func numeral(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    if let whole = Int(exactly: number), abs(whole) < 1 << 53 { return String(whole) }
    return String(number)
  }

  private static func write(_ values: [JSONValue], indent: Int, to text: inout String) {
    let isPlain = values.allSatisfy { $0.elements == nil && $0.members == nil }
    if isPlain {
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        write(value, indent: indent, to: &text)
      }
      text += "]"
      return
    }
    text += "["
    for (index, value) in values.enumerated() {
      text += index > 0 ? ",\n" : "\n"
      text += String(repeating: "  ", count: indent + 1)
      write(value, indent: indent + 1, to: &text)
    }
    text += "\n" + String(repeating: "  ", count: indent) + "]"
  }

  private static func write(
    _ members: [String: JSONValue], indent: Int, to text: inout String
  ) {
    let keys = members.keys.sorted {
      $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    guard !keys.isEmpty else {
      text += "{}"
      return
    }
    text += "{"
    for (index, key) in keys.enumerated() {
      text += index > 0 ? ",\n" : "\n"
      text += String(repeating: "  ", count: indent + 1)
      quote(key, to: &text)
      text += ": "
      write(members[key] ?? .null, indent: indent + 1, to: &text)
    }
    text += "\n" + String(repeating: "  ", count: indent) + "}"
  }

  private static func quote(_ string: String, to text: inout String) {
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
