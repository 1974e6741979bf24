public import LoomBase

/// Files of plain bytes, packed with gzip or not.
public enum PackedFile {
  /// The most bytes a file may hold unpacked.
  public static let unpackedLimit = 1 << 31

  /// Reads a file to its end and unpacks it if it begins as gzip does.
  ///
  /// - Throws: SL1203 if it cannot be read, SL1206 for damaged data, SL1207 beyond `unpackedLimit`.
  public static func read(path: String) throws(DiagnosticsError) -> [UInt8] {
    let bytes = try AtomicFile.read(path: path)
    guard bytes.starts(with: [0x1f, 0x8b]) else { return bytes }
    let output = try Inflater.inflate(bytes[...], .gzip, limit: unpackedLimit, file: path)
    guard output.isComplete else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1207", "needs at most \(unpackedLimit) unpacked bytes, has more",
          at: .file(path)))
    }
    return output.bytes
  }
}
