import LoomBase

/// Unpacks deflated bytes up to a limit the caller can justify.
enum Inflater {
  /// What surrounds the deflated bytes.
  enum Wrapper {
    /// gzip members, one after another, with checksums (RFC 1952).
    case gzip
    /// Nothing (RFC 1951), as in ZIP archives.
    case raw

    fileprivate var windowBits: Int32 {
      switch self {
      case .gzip: 31
      case .raw: -15
      }
    }
  }

  /// What came out.
  struct Output {
    var bytes: [UInt8]
    /// Whether the packed data ended, checksums right, within the limit.
    var isComplete: Bool
  }

  /// Deflate packs at most 1,032 bytes into one.
  static let largestRatio = 1032

  private static let chunkSize = 1 << 18

  /// Unpacks at most `limit` bytes.
  ///
  /// - Throws: SL1206 for damaged data, SL1205 without zlib.
  static func inflate(
    _ packed: ArraySlice<UInt8>, _ wrapper: Wrapper, limit: Int, file: String
  ) throws(DiagnosticsError) -> Output {
    let zlib = try Zlib.library()
    var output: [UInt8] = []
    output.reserveCapacity(min(limit, packed.count * largestRatio, 1 << 30))
    var chunk = [UInt8](repeating: 0, count: chunkSize)
    let outcome = unsafe packed.withUnsafeBufferPointer { input in
      unsafe chunk.withUnsafeMutableBufferPointer { chunk in
        unsafe run(zlib, input, chunk, wrapper, limit: limit, into: &output)
      }
    }
    switch outcome {
    case .complete: return Output(bytes: output, isComplete: true)
    case .limitReached: return Output(bytes: output, isComplete: false)
    case .damaged(let offset):
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1206", "needs undamaged compressed data, has bytes that do not unpack",
          at: .byteOffset(file: file, offset: packed.startIndex + offset)))
    case .truncated:
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1206", "needs the whole of its compressed data, has a file cut short",
          at: .byteOffset(file: file, offset: packed.endIndex)))
    }
  }

  private enum Outcome {
    case complete
    case limitReached
    case truncated
    case damaged(offset: Int)
  }

  private static func run(
    _ zlib: Zlib, _ input: UnsafeBufferPointer<UInt8>, _ chunk: UnsafeMutableBufferPointer<UInt8>,
    _ wrapper: Wrapper, limit: Int, into output: inout [UInt8]
  ) -> Outcome {
    guard let first = input.baseAddress, let room = chunk.baseAddress else { return .truncated }
    var stream = unsafe Zlib.Stream()
    let size = unsafe Int32(MemoryLayout<Zlib.Stream>.size)
    guard unsafe zlib.initialize(&stream, wrapper.windowBits, "1.2.11", size) == Zlib.ok else {
      return .damaged(offset: 0)
    }
    defer { _ = unsafe zlib.end(&stream) }
    var consumed = 0
    while true {
      if output.count >= limit { return .limitReached }
      let offered = min(input.count - consumed, 1 << 30)
      let wanted = min(chunk.count, limit - output.count)
      unsafe stream.nextInput = unsafe first + consumed
      unsafe stream.availableInput = UInt32(offered)
      unsafe stream.nextOutput = unsafe room
      unsafe stream.availableOutput = UInt32(wanted)
      let status = unsafe zlib.inflate(&stream, 0)
      let taken = offered - Int(unsafe stream.availableInput)
      let made = wanted - Int(unsafe stream.availableOutput)
      consumed += taken
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: room, count: made))
      switch status {
      case Zlib.streamEnd:
        if wrapper == .raw || consumed == input.count { return .complete }
        guard unsafe zlib.reset(&stream) == Zlib.ok else { return .damaged(offset: consumed) }
      case Zlib.ok, Zlib.bufferError:
        if taken == 0 && made == 0 {
          return consumed == input.count ? .truncated : .damaged(offset: consumed)
        }
      default:
        return .damaged(offset: consumed)
      }
    }
  }
}
