/// A SHA-256 digest (FIPS 180-4).
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  /// Computes the digest of bytes.
  public init(of message: some Collection<UInt8>) {
    // One call through the witness table; all else works on the buffer.
    if let hash = message.withContiguousStorageIfAvailable({ unsafe Digest.hash($0) }) {
      bytes = hash
    } else {
      bytes = unsafe Array(message).withUnsafeBufferPointer { unsafe Digest.hash($0) }
    }
  }

  /// Computes the digest of parts put together.
  public init(ofParts parts: some Sequence<[UInt8]>) {
    var (state, rest, count) = (SecureHashState(), [UInt8](), 0)
    for part in parts {
      rest += part
      count += part.count
      let whole = rest.count & ~63
      unsafe rest.withUnsafeBytes { unsafe state.absorb($0, blocks: whole / 64) }
      rest.removeFirst(whole)
    }
    bytes = Digest.finish(&state, rest, count: count)
  }

  /// Takes 32 bytes as a digest; nil if there are not exactly 32.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.bytes = Array(bytes)
  }

  /// The digest as 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  private static func hash(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var state = SecureHashState()
    let whole = message.count & ~63
    unsafe state.absorb(UnsafeRawBufferPointer(message), blocks: whole / 64)
    var tail: [UInt8] = []
    for index in whole..<message.count { tail.append(unsafe message[index]) }
    return finish(&state, tail, count: message.count)
  }

  /// Takes in what is left of a message of `count` bytes, less than a block.
  private static func finish(
    _ state: inout SecureHashState, _ rest: [UInt8], count: Int
  ) -> [UInt8] {
    var tail = rest + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bitCount = UInt64(count) &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    let blocks = tail.count / 64
    unsafe tail.withUnsafeBytes { unsafe state.absorb($0, blocks: blocks) }
    return state.words.flatMap { word in
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }
}
