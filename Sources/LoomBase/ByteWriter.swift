/// Builds a byte array from little-endian values.
public struct ByteWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  /// Creates an empty writer.
  public init() {}

  /// Appends one integer, little-endian.
  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value
    for _ in 0..<(Value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      if Value.bitWidth > 8 { rest >>= 8 }
    }
  }

  /// Appends integers, little-endian, without a count.
  public mutating func write<Value: FixedWidthInteger>(contentsOf values: [Value]) {
    bytes.reserveCapacity(bytes.count + values.count * Value.bitWidth / 8)
    for value in values { write(value) }
  }

  /// Appends a 64-bit float.
  public mutating func write(_ value: Double) { write(value.bitPattern) }

  /// Appends a 32-bit float.
  public mutating func write(_ value: Float) { write(value.bitPattern) }

  /// Appends raw bytes.
  public mutating func write(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

  /// Appends a 32-bit length and the UTF-8 bytes of the text.
  public mutating func write(text: String) {
    let utf8 = Array(text.utf8)
    write(UInt32(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  /// Appends zero bytes until the length is a multiple of `alignment`.
  public mutating func pad(to alignment: Int) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }
}
