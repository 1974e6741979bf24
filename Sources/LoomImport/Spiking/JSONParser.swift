import LoomBase

/// Reads JSON text (RFC 8259) of files nobody vouches for: nesting is bounded, time is linear.
///
/// `JSONValue`'s own `Codable` conformance costs a thrown error per guess at a value's kind: milliseconds a
/// kilobyte, which a hostile header of megabytes would turn into minutes.
struct JSONParser {
  private static let deepest = 64

  private let text: [UInt8]
  private var place = 0

  /// The value of JSON text; nil if it is not JSON or nested deeper than 64 levels.
  static func value(of text: some Sequence<UInt8>) -> JSONValue? {
    var parser = JSONParser(text: Array(text))
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipBlanks()
    return parser.place == parser.text.count ? value : nil
  }

  private init(text: [UInt8]) { self.text = text }

  private var current: UInt8? { place < text.count ? text[place] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || (0x09...0x0d).contains(byte) { place += 1 }
  }

  private mutating func skips(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard current == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) -> JSONValue? {
    guard depth < JSONParser.deepest else { return nil }
    skipBlanks()
    switch current {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "t"): return word("true", .boolean(true))
    case UInt8(ascii: "f"): return word("false", .boolean(false))
    case UInt8(ascii: "n"): return word("null", .null)
    default: return number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
    let letters = Array(word.description.utf8)
    guard text[place...].starts(with: letters) else { return nil }
    place += letters.count
    return value
  }

  private mutating func object(depth: Int) -> JSONValue? {
    place += 1
    var members: [String: JSONValue] = [:]
    if skips("}") { return .object(members) }
    repeat {
      skipBlanks()
      guard current == UInt8(ascii: "\""), let key = string(), skips(":"),
        let value = value(depth: depth + 1)
      else { return nil }
      members[key] = value
    } while skips(",")
    return skips("}") ? .object(members) : nil
  }

  private mutating func array(depth: Int) -> JSONValue? {
    place += 1
    var elements: [JSONValue] = []
    if skips("]") { return .array(elements) }
    repeat {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
    } while skips(",")
    return skips("]") ? .array(elements) : nil
  }

  /// A number: whole if written without fraction and exponent and 64 bits hold it.
  private mutating func number() -> JSONValue? {
    let start = place
    while let byte = current, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) {
      place += 1
    }
    let digits = String(decoding: text[start..<place], as: UTF8.self)
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: ".")
    else { return nil }
    if let whole = Int(digits) { return .integer(whole) }
    return Double(digits).flatMap { $0.isFinite ? .number($0) : nil }
  }

  private mutating func string() -> String? {
    place += 1
    var units: [UInt8] = []
    while let byte = current {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        units += Array(String(Character(scalar)).utf8)
      case 0..<0x20: return nil
      default: units.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte = current else { return nil }
    place += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"): return unicode()
    default: return nil
    }
  }

  private mutating func unicode() -> Unicode.Scalar? {
    guard let high = hexadecimal() else { return nil }
    guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high) }
    guard current == UInt8(ascii: "\\") else { return nil }
    place += 1
    guard current == UInt8(ascii: "u") else { return nil }
    place += 1
    guard let low = hexadecimal(), (0xdc00..<0xe000).contains(low) else { return nil }
    return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
  }

  private mutating func hexadecimal() -> UInt32? {
    guard place + 4 <= text.count else { return nil }
    let digits = text[place..<(place + 4)]
    place += 4
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }) else {
      return nil
    }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
