import LoomBase

/// The header of an `.npy` file: a Python dictionary of three entries.
struct NumpyHeader {
  private(set) var type = NumberType(kind: .unsigned, width: 1, isBigEndian: false)
  private(set) var isFortranOrder = false
  private(set) var shape: [Int] = []
  /// Bytes before the first number.
  private(set) var length = 0
  /// Bytes of all numbers.
  private(set) var byteCount = 0

  /// Whether the numbers do not stand in C order.
  var isTransposed: Bool { isFortranOrder && shape.count > 1 }

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = ByteReader(bytes)
    guard try reader.take(6).elementsEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]) else {
      throw .invalid(offset: 0, reason: "needs the .npy magic, has other bytes")
    }
    let version = try reader.read(UInt8.self)
    _ = try reader.read(UInt8.self)
    guard (1...3).contains(version) else {
      throw .invalid(offset: 6, reason: "needs .npy version 1, 2 or 3, has \(version)")
    }
    let size = version == 1 ? Int(try reader.read(UInt16.self)) : Int(try reader.read(UInt32.self))
    let start = reader.offset
    let text = Array(try reader.take(size))
    var parser = PythonDictionary(text, offset: start)
    try parser.readEntries { (parser: inout PythonDictionary, key) throws(ByteError) in
      switch key {
      case "descr": type = try NumpyHeader.type(parser.readText(), at: start)
      case "fortran_order": isFortranOrder = try parser.readBoolean()
      case "shape": shape = try parser.readTuple()
      default: throw .invalid(offset: start, reason: "needs no header key '\(key)', has one")
      }
    }
    guard parser.keys == ["descr", "fortran_order", "shape"] else {
      throw .invalid(
        offset: start, reason: "needs descr, fortran_order and shape in its header, has fewer")
    }
    guard let count = elementCount(shape) else {
      throw .invalid(offset: start, reason: "needs a possible number of elements, has \(shape)")
    }
    length = start + size
    byteCount = count * type.width
  }

  /// The number type of a `descr` such as `<f4`.
  private static func type(_ descr: String, at offset: Int) throws(ByteError) -> NumberType {
    let letters = Array(descr)
    let kinds: [Character: NumberType.Kind] = [
      "b": .boolean, "u": .unsigned, "i": .signed, "f": .floating,
    ]
    guard letters.count == 3, "<>|=".contains(letters[0]), let kind = kinds[letters[1]],
      let width = letters[2].wholeNumberValue
    else { throw unsupported(descr, at: offset) }
    let widths: [Int] =
      switch kind {
      case .boolean: [1]
      case .floating: [2, 4, 8]
      case .unsigned, .signed: [1, 2, 4, 8]
      }
    guard widths.contains(width) else { throw unsupported(descr, at: offset) }
    return NumberType(kind: kind, width: width, isBigEndian: letters[0] == ">")
  }

  private static func unsupported(_ descr: String, at offset: Int) -> ByteError {
    .invalid(
      offset: offset,
      reason: "needs booleans, integers or floats of up to 8 bytes, has the type '\(descr)'")
  }
}

/// Just enough of Python's literals for an `.npy` header.
struct PythonDictionary {
  private let text: [UInt8]
  private let offset: Int
  private var place = 0
  /// The keys seen, sorted.
  private(set) var keys: [String] = []

  init(_ text: [UInt8], offset: Int) {
    self.text = text
    self.offset = offset
  }

  /// Reads `{'key': value, …}`; the body reads each value.
  mutating func readEntries(
    _ body: (inout PythonDictionary, String) throws(ByteError) -> Void
  ) throws(ByteError) {
    try expect("{")
    while !skips("}") {
      let key = try readText()
      guard !keys.contains(key) else { throw error("needs each key once, has '\(key)' twice") }
      keys.append(key)
      try expect(":")
      try body(&self, key)
      if !skips(",") {
        try expect("}")
        break
      }
    }
    keys.sort()
  }

  mutating func readText() throws(ByteError) -> String {
    skipBlanks()
    guard place < text.count, text[place] == 0x27 || text[place] == 0x22 else {
      throw error("needs a quoted text in the header, has something else")
    }
    let quote = text[place]
    let start = place + 1
    guard let end = text[start...].firstIndex(of: quote), end - start < 1000 else {
      throw error("needs the end of a quoted text in the header, has none")
    }
    place = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  mutating func readBoolean() throws(ByteError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)] {
      if text[place...].starts(with: Array(word.utf8)) {
        place += word.utf8.count
        return value
      }
    }
    throw error("needs True or False in the header, has something else")
  }

  mutating func readTuple() throws(ByteError) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !skips(")") {
      values.append(try readInteger())
      guard values.count <= 32 else { throw error("needs at most 32 axes, has more") }
      if !skips(",") {
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func readInteger() throws(ByteError) -> Int {
    skipBlanks()
    let digits = text[place...].prefix { (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw error("needs a length in the header's shape, has something else")
    }
    place += digits.count
    if place < text.count, text[place] == UInt8(ascii: "L") { place += 1 }
    return value
  }

  private mutating func skipBlanks() {
    while place < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[place]) { place += 1 }
  }

  private mutating func skips(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard place < text.count, text[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ByteError) {
    guard skips(character) else {
      throw error("needs '\(character)' in the header, has something else")
    }
  }

  private func error(_ reason: String) -> ByteError {
    .invalid(offset: offset + place, reason: reason)
  }
}
