/// Builds a byte array from little-endian values.
public struct ByteWriter: Sendable {
  @usableFromInline var storage: [UInt8] = []

  /// What has been written so far.
  public var bytes: [UInt8] { storage }

  /// Creates an empty writer.
  public init() {}

  /// Appends one integer, little-endian.
  @inlinable
  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    // Inlinable, so that callers of other modules get code for their own type of integer.
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe storage.append(contentsOf: $0) }
  }

  /// Appends integers, little-endian, without a count.
  @inlinable
  public mutating func write<Value: FixedWidthInteger>(contentsOf values: [Value]) {
    #if _endian(little)
      unsafe values.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    #else
      for value in values { write(value) }
    #endif
  }

  /// Appends a 64-bit float.
  public mutating func write(_ value: Double) { write(value.bitPattern) }

  /// Appends a 32-bit float.
  public mutating func write(_ value: Float) { write(value.bitPattern) }

  /// Makes room for so many bytes more.
  public mutating func reserve(_ count: Int) { storage.reserveCapacity(storage.count + count) }

  /// Appends raw bytes.
  public mutating func write(raw bytes: [UInt8]) { storage.append(contentsOf: bytes) }

  /// Appends raw bytes.
  public mutating func write(raw: some Sequence<UInt8>) { storage.append(contentsOf: raw) }

  /// Appends a 32-bit length and the UTF-8 bytes of the text.
  public mutating func write(text: String) {
    let utf8 = Array(text.utf8)
    write(UInt32(utf8.count))
    storage.append(contentsOf: utf8)
  }

  /// Appends zero bytes until the length is a multiple of `alignment`.
  public mutating func pad(to alignment: Int) {
    while storage.count % alignment != 0 { storage.append(0) }
  }
}
