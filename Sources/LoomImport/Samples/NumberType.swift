import LoomBase

/// How a file stores one number, and how a run of them is read.
struct NumberType: Equatable {
  enum Kind: Equatable {
    case boolean
    case unsigned
    case signed
    case floating
  }

  var kind: Kind
  /// Bytes per number: 1, 2, 4 or 8.
  var width: Int
  var isBigEndian: Bool

  /// Reads `count` numbers from bytes that hold exactly as many.
  func elements(_ bytes: ArraySlice<UInt8>, count: Int) -> NumericArray.Elements {
    precondition(bytes.count == count * width, "as many bytes as numbers")
    switch (kind, width) {
    case (.boolean, _): return .bytes(bytes.map { $0 == 0 ? 0 : 1 })
    case (.unsigned, 1): return .bytes(Array(bytes))
    case (.signed, 1): return .integers(bytes.map { Int64(Int8(bitPattern: $0)) })
    case (.unsigned, 2): return .integers(words(bytes, UInt16.self) { Int64($0) })
    case (.signed, 2): return .integers(words(bytes, Int16.self) { Int64($0) })
    case (.unsigned, 4): return .integers(words(bytes, UInt32.self) { Int64($0) })
    case (.signed, 4): return .integers(words(bytes, Int32.self) { Int64($0) })
    case (.unsigned, _): return .integers(words(bytes, UInt64.self) { Int64(clamping: $0) })
    case (.signed, _): return .integers(words(bytes, Int64.self))
    case (.floating, 2): return .floats(words(bytes, UInt16.self) { NumberType.half($0) })
    case (.floating, 4): return .floats(words(bytes, UInt32.self) { Float(bitPattern: $0) })
    case (.floating, _): return .doubles(words(bytes, UInt64.self) { Double(bitPattern: $0) })
    }
  }

  /// The words of bytes that hold a whole number of them, in this type's byte order.
  func words<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ type: Word.Type) -> [Word] {
    words(bytes, type) { $0 }
  }

  /// The values of words of bytes that hold a whole number of them, in this type's byte order.
  func words<Word: FixedWidthInteger, Value>(
    _ bytes: ArraySlice<UInt8>, _ type: Word.Type, _ value: (Word) -> Value
  ) -> [Value] {
    let size = Word.bitWidth / 8
    let swaps = isBigEndian
    return unsafe bytes.withUnsafeBytes { source in
      (0..<(bytes.count / size)).map { index in
        let word = unsafe source.loadUnaligned(fromByteOffset: index * size, as: Word.self)
        return value(swaps ? Word(bigEndian: word) : Word(littleEndian: word))
      }
    }
  }

  /// The value of an IEEE 754 half-precision number.
  static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction * 0x1p-10)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

/// The bytes of numbers, each little-endian: one copy, where a writer would take a call a number.
func littleEndianBytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
  unsafe values.map(\.littleEndian).withUnsafeBytes { unsafe Array($0) }
}

/// The number of elements of a shape; nil if a length is negative or the product too large.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for length in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: length)
    guard length >= 0, !overflow, product < 1 << 40 else { return nil }
    count = product
  }
  return count
}
