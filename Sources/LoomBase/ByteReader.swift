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
  @usableFromInline let source: FileBytes
  /// The offset of the next byte, from the start of the bytes.
  public private(set) var offset: Int = 0

  /// Creates a reader at the start of the bytes.
  public init(_ bytes: ArraySlice<UInt8>) { source = FileBytes(bytes) }

  /// Creates a reader at the start of the bytes.
  public init(_ bytes: [UInt8]) { source = FileBytes(bytes) }

  /// Creates a reader at the start of a file's bytes.
  public init(_ bytes: FileBytes) { source = bytes }

  /// How many bytes are left.
  public var remaining: Int { source.count - offset }

  /// Whether every byte has been read.
  public var isAtEnd: Bool { offset == source.count }

  /// Takes the next `count` bytes; throws if there are fewer.
  public mutating func take(_ count: Int) throws(ByteError) -> ArraySlice<UInt8> {
    let start = try skip(count)
    return source[start..<(start + count)].array
  }

  /// Passes over the next `count` bytes and returns where they begin; throws if there are fewer.
  @usableFromInline
  mutating func skip(_ count: Int) throws(ByteError) -> Int {
    guard count >= 0 else {
      throw .invalid(offset: offset, reason: "negative length \(count)")
    }
    guard count <= remaining else {
      throw .truncated(offset: offset, needed: count, available: remaining)
    }
    offset += count
    return offset - count
  }

  /// Moves to an absolute offset; throws if it lies outside the bytes.
  public mutating func seek(to target: Int) throws(ByteError) {
    guard target >= 0, target <= source.count else {
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
    let start = try skip(Value.bitWidth / 8)
    return unsafe source.withUnsafeBytes { bytes in
      Value(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: Value.self))
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
    let start = try skip(total)
    return unsafe [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe source.withUnsafeBytes { bytes in
        for index in 0..<count {
          let value = unsafe bytes.loadUnaligned(
            fromByteOffset: start + index * width, as: Value.self)
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
