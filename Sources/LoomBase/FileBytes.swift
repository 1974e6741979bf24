/// The bytes of a file: in memory, or mapped from it and read in place.
public struct FileBytes: Sendable {
  @usableFromInline
  enum Storage: Sendable {
    case array(ArraySlice<UInt8>)
    case mapped(MappedBytes, start: Int)
  }

  @usableFromInline let storage: Storage
  /// The number of bytes.
  public let count: Int

  /// Takes bytes in memory.
  public init(_ bytes: ArraySlice<UInt8>) {
    storage = .array(bytes)
    count = bytes.count
  }

  /// Takes bytes in memory.
  public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Takes a mapped file.
  public init(_ mapped: MappedBytes) {
    storage = .mapped(mapped, start: 0)
    count = mapped.count
  }

  private init(_ storage: Storage, count: Int) {
    self.storage = storage
    self.count = count
  }

  /// Bytes in a range counted from the first; the range must lie within.
  public subscript(range: Range<Int>) -> FileBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes are in the file")
    switch storage {
    case .array(let bytes):
      let first = bytes.startIndex
      return FileBytes(bytes[(first + range.lowerBound)..<(first + range.upperBound)])
    case .mapped(let mapped, let start):
      return FileBytes(.mapped(mapped, start: start + range.lowerBound), count: range.count)
    }
  }

  /// The bytes as an array; those of a mapped file are copied.
  public var array: ArraySlice<UInt8> {
    switch storage {
    case .array(let bytes): bytes
    case .mapped: unsafe withUnsafeBytes { unsafe Array($0)[...] }
    }
  }

  /// Calls `body` with the bytes where they are.
  @inlinable
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch storage {
    case .array(let bytes):
      return unsafe bytes.withUnsafeBytes(body)
    case .mapped(let mapped, let start):
      return unsafe mapped.withUnsafeBytes(start: start, count: count, body)
    }
  }

  /// Whether a mapped file is still the one that was mapped; bytes in memory never change.
  public var isUnchanged: Bool {
    switch storage {
    case .array: true
    case .mapped(let mapped, _): mapped.isUnchanged()
    }
  }
}

/// A file in the address space of the process, for reading only, let go with the last reference.
///
/// Unchecked sending is safe: nothing is written after the start, and the region lives as long as this object.
public final class MappedBytes: @unchecked Sendable {
  /// The number of bytes.
  public let count: Int
  /// Asks the system whether the file has the size and time of change it had.
  let isUnchanged: @Sendable () -> Bool
  private let address: UInt
  private let release: @Sendable () -> Void

  /// Takes over a region that stays as it is until `release` is called.
  public init(
    _ region: UnsafeRawBufferPointer, isUnchanged: @escaping @Sendable () -> Bool,
    release: @escaping @Sendable () -> Void
  ) {
    guard let base = region.baseAddress else { preconditionFailure("a region has an address") }
    address = UInt(bitPattern: base)
    count = region.count
    self.isUnchanged = isUnchanged
    self.release = release
  }

  deinit { release() }

  /// Calls `body` with a part of the region.
  @usableFromInline
  func withUnsafeBytes<Result>(
    start: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    precondition(start >= 0 && count >= 0 && start + count <= self.count, "bytes are in the region")
    defer { withExtendedLifetime(self) {} }
    return unsafe body(
      UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: address + UInt(start)), count: count))
  }
}
