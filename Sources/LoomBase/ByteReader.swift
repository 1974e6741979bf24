/// Why bytes could not be read.
public enum ByteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file ends before the value does: the file is cut short or a count in it lies.
  case truncated(offset: Int, needed: Int, available: Int)
  /// A value is outside what the format allows.
  case invalid(offset: Int, reason: String)

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .truncated(let offset, let needed, let available):
      "needs \(needed) bytes at byte \(offset), has \(available)"
    case .invalid(let offset, let reason):
      "at byte \(offset): \(reason)"
    }
  }
}

/// Reads little-endian values from bytes and checks every count before it is believed.
public struct ByteReader: Sendable {
  /// The bytes read from.
  public let bytes: ArraySlice<UInt8>
  /// The offset of the next byte, from the start of `bytes`.
  public private(set) var offset: Int = 0

  /// Creates a reader at the start of the bytes.
  public init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  /// Creates a reader at the start of the bytes.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes[...]
  }

  /// How many bytes are left.
  public var remaining: Int { bytes.count - offset }

  /// Whether every byte has been read.
  public var isAtEnd: Bool { offset == bytes.count }

  /// Takes the next `count` bytes; throws if there are fewer.
  public mutating func take(_ count: Int) throws(ByteError) -> ArraySlice<UInt8> {
    guard count >= 0 else {
      throw .invalid(offset: offset, reason: "negative length \(count)")
    }
    guard count <= remaining else {
      throw .truncated(offset: offset, needed: count, available: remaining)
    }
    let start = bytes.startIndex + offset
    offset += count
    return bytes[start..<(start + count)]
  }

  /// Moves to an absolute offset; throws if it lies outside the bytes.
  public mutating func seek(to target: Int) throws(ByteError) {
    guard target >= 0, target <= bytes.count else {
      throw .invalid(offset: offset, reason: "offset \(target) outside the file")
    }
    offset = target
  }

  /// Reads one little-endian integer.
  @inlinable
  public mutating func read<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) throws(ByteError) -> Value {
    // Inlinable, so that callers of other modules get code for their own type of integer.
    let slice = try take(Value.bitWidth / 8)
    return unsafe slice.withUnsafeBytes { source in
      Value(littleEndian: unsafe source.loadUnaligned(as: Value.self))
    }
  }

  /// Reads `count` little-endian integers; the count is checked against the bytes left first.
  @inlinable
  public mutating func readArray<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self, count: Int
  ) throws(ByteError) -> [Value] {
    let width = Value.bitWidth / 8
    let (total, overflow) = count.multipliedReportingOverflow(by: width)
    guard count >= 0, !overflow else {
      throw .invalid(offset: offset, reason: "impossible element count \(count)")
    }
    let slice = try take(total)
    return unsafe [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe slice.withUnsafeBytes { source in
        for index in 0..<count {
          let value = unsafe source.loadUnaligned(fromByteOffset: index * width, as: Value.self)
          unsafe buffer.initializeElement(at: index, to: Value(littleEndian: value))
        }
      }
      initialized = count
    }
  }

  /// Reads a 32-bit float.
  public mutating func readFloat() throws(ByteError) -> Float {
    Float(bitPattern: try read(UInt32.self))
  }

  /// Reads a 64-bit float.
  public mutating func readDouble() throws(ByteError) -> Double {
    Double(bitPattern: try read(UInt64.self))
  }

  /// Reads `count` bytes as UTF-8 text; throws if they are not.
  public mutating func readText(count: Int) throws(ByteError) -> String {
    let start = offset
    let slice = try take(count)
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw .invalid(offset: start, reason: "text is not UTF-8")
    }
    return text
  }
}
