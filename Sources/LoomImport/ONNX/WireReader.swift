import LoomBase

/// One field of a Protocol Buffers message.
struct WireField {
  /// The payload, by wire type.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// The number of the field.
  var number: Int
  /// The payload.
  var value: Value
}

/// Reads the fields of one Protocol Buffers message; every length is checked before it is believed.
struct WireReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// Creates a reader over the bytes of one message.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Whether every byte has been read.
  var isAtEnd: Bool { position == bytes.endIndex }

  /// The next field, or nil at the end.
  mutating func next() throws(ByteError) -> WireField? {
    guard !isAtEnd else { return nil }
    let start = position
    let tag = try varint()
    let number = tag >> 3
    guard number >= 1, number < 1 << 29 else {
      throw .invalid(offset: start, reason: "field number \(number) is outside 1..<2^29")
    }
    return WireField(number: Int(number), value: try value(wireType: tag & 7, at: start))
  }

  private mutating func value(
    wireType: UInt64, at start: Int
  ) throws(ByteError) -> WireField.Value {
    switch wireType {
    case 0: return .varint(try varint())
    case 1: return .fixed64(try fixed(8))
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length) else {
        throw .invalid(offset: start, reason: "impossible length \(length)")
      }
      return .bytes(try take(count))
    case 5: return .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
    default: throw .invalid(offset: start, reason: "wire type \(wireType) is not used by ONNX")
    }
  }

  /// A variable-length integer of at most ten bytes.
  mutating func varint() throws(ByteError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    let start = position
    while shift < 70 {
      guard position < bytes.endIndex else {
        throw .truncated(offset: start, needed: position - start + 1, available: position - start)
      }
      let byte = bytes[position]
      position += 1
      if shift < 64 { result |= UInt64(byte & 0x7f) << shift }
      if byte < 0x80 { return result }
      shift += 7
    }
    throw .invalid(offset: start, reason: "a variable-length integer of more than 10 bytes")
  }

  private mutating func fixed(_ count: Int) throws(ByteError) -> UInt64 {
    var result: UInt64 = 0
    for byte in try take(count).reversed() { result = result << 8 | UInt64(byte) }
    return result
  }

  private mutating func take(_ count: Int) throws(ByteError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.endIndex - position else {
      throw .truncated(offset: position, needed: count, available: bytes.endIndex - position)
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }
}

extension WireField {
  /// The payload as bytes; throws if it is a number.
  func message() throws(ByteError) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = value else {
      throw .invalid(offset: 0, reason: "field \(number) needs bytes, has a number")
    }
    return bytes
  }

  /// The payload as text, ill-formed parts replaced.
  func text() throws(ByteError) -> String {
    String(decoding: try message(), as: UTF8.self)
  }

  /// The payload as an integer; throws if it is none.
  func integer() throws(ByteError) -> Int64 {
    switch value {
    case .varint(let bits): Int64(bitPattern: bits)
    default: throw .invalid(offset: 0, reason: "field \(number) needs an integer")
    }
  }

  /// Appends integers, packed or single.
  func append(to list: inout [Int64]) throws(ByteError) {
    switch value {
    case .varint(let bits): list.append(Int64(bitPattern: bits))
    case .bytes(let bytes):
      var reader = WireReader(bytes)
      while !reader.isAtEnd { list.append(Int64(bitPattern: try reader.varint())) }
    default: throw .invalid(offset: 0, reason: "field \(number) needs integers")
    }
  }

  /// Appends 32-bit floats, packed or single.
  func append(to list: inout [Float]) throws(ByteError) {
    switch value {
    case .fixed32(let bits): list.append(Float(bitPattern: bits))
    case .bytes(let bytes):
      var reader = ByteReader(bytes)
      guard bytes.count % 4 == 0 else {
        throw .invalid(offset: 0, reason: "field \(number) needs whole floats")
      }
      list += try reader.readArray(UInt32.self, count: bytes.count / 4)
        .map { Float(bitPattern: $0) }
    default: throw .invalid(offset: 0, reason: "field \(number) needs floats")
    }
  }

  /// Appends 64-bit floats, packed or single.
  func append(to list: inout [Double]) throws(ByteError) {
    switch value {
    case .fixed64(let bits): list.append(Double(bitPattern: bits))
    case .bytes(let bytes):
      var reader = ByteReader(bytes)
      guard bytes.count % 8 == 0 else {
        throw .invalid(offset: 0, reason: "field \(number) needs whole doubles")
      }
      list += try reader.readArray(UInt64.self, count: bytes.count / 8)
        .map { Double(bitPattern: $0) }
    default: throw .invalid(offset: 0, reason: "field \(number) needs doubles")
    }
  }
}
