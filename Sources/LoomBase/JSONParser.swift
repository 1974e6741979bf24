/// A recursive-descent parser of RFC 8259 documents; `JSONText.decode` says what it refuses beyond that.
struct JSONParser {
  /// The deepest nesting accepted: bounds the stack; the project's own files need a handful of levels.
  static let maximumDepth = 64

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Parses a whole document.
  static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.failure("needs the end of the file after the document")
    }
    return value
  }

  private func failure(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: position, reason: reason)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONSyntaxError) {
    guard let byte = next, byte == UInt8(ascii: character) else {
      throw failure("needs '\(character)'")
    }
    position += 1
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    guard depth < JSONParser.maximumDepth else {
      throw failure("needs at most \(JSONParser.maximumDepth) levels of nesting")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("needs a value, has the end of the file")
    case UInt8(ascii: "-"), .some(0x30...0x39): return try number()
    default: throw failure("needs a value")
    }
  }

  private mutating func word(
    _ word: String, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8) else {
      throw failure("needs '\(word)'")
    }
    position = end
    return value
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try expect("{")
    var members: [String: JSONValue] = [:]
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipSpace()
      let start = position
      let key = try text()
      skipSpace()
      try expect(":")
      let member = try value(depth: depth + 1)
      guard members.updateValue(member, forKey: key) == nil else {
        throw JSONSyntaxError(offset: start, reason: "needs each key once, has '\(key)' twice")
      }
      skipSpace()
      if next == UInt8(ascii: "}") {
        position += 1
        return .object(members)
      }
      try expect(",")
    }
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try expect("[")
    var values: [JSONValue] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array(values)
    }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: "]") {
        position += 1
        return .array(values)
      }
      try expect(",")
    }
  }

  private mutating func digits() throws(JSONSyntaxError) {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw failure("needs a digit") }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let integerStart = position
    try digits()
    guard position == integerStart + 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw JSONSyntaxError(
        offset: integerStart, reason: "needs a number without leading zeros")
    }
    var isWhole = true
    if next == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let token = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(token) { return .integer(value) }
    guard let value = Double(token), value.isFinite else {
      throw JSONSyntaxError(
        offset: start, reason: "needs a finite number, has '\(token.prefix(40))'")
    }
    return .number(value)
  }

  /// Anything but ASCII is only possible inside strings, so validating those validates the document.
  private mutating func text() throws(JSONSyntaxError) -> String {
    try expect("\"")
    let start = position
    var result: [UInt8] = []
    var runStart = start
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        result += bytes[runStart..<position]
        position += 1
        guard let text = String(validating: result, as: UTF8.self) else {
          throw JSONSyntaxError(offset: start, reason: "needs text in UTF-8, has other bytes")
        }
        return text
      case UInt8(ascii: "\\"):
        result += bytes[runStart..<position]
        position += 1
        result += Array(String(try escape()).utf8)
        runStart = position
      case 0..<0x20: throw failure("needs control characters in strings to be escaped")
      default: position += 1
      }
    }
    throw failure("needs a closing quotation mark, has the end of the file")
  }

  private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
    guard let byte = next else { throw failure("needs an escaped character, has the end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      throw JSONSyntaxError(offset: position - 1, reason: "needs a known escape after '\\'")
    }
  }

  private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
    let start = position
    let high = try hexadecimal()
    if let scalar = Unicode.Scalar(high) { return scalar }
    let lone = JSONSyntaxError(offset: start, reason: "needs a surrogate pair, has half of one")
    guard high < 0xDC00, next == UInt8(ascii: "\\") else { throw lone }
    position += 1
    guard next == UInt8(ascii: "u") else { throw lone }
    position += 1
    let low = try hexadecimal()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw lone }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = JSONParser.digit(byte) else {
        throw failure("needs four hexadecimal digits")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }
}
