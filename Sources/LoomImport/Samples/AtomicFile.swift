public import LoomBase
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files read whole, and written whole or not at all.
public enum AtomicFile {
  private static let serial = Atomic<Int>(0)

  /// Reads a file to its end.
  ///
  /// - Throws: SL1203 if it cannot be opened or read, or is a folder.
  public static func read(path: String) throws(DiagnosticsError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("SL1203", "needs a readable file", path) }
    defer { _ = close(descriptor) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(max(fileSize(descriptor), 0), 1 << 34))
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let got = readSome(descriptor, &chunk)
      if got == 0 { return bytes }
      guard got > 0 else { throw failure("SL1203", "needs a readable file", path) }
      bytes += chunk[..<got]
    }
  }

  /// Regular files from this size on are mapped rather than read.
  static let mappedFrom = 1 << 28

  /// The bytes of a file: read to its end, or mapped if there are many.
  ///
  /// Whoever reads a mapped file asks at the end whether it is unchanged (`FileBytes.isUnchanged`).
  ///
  /// - Throws: SL1203 if it cannot be opened or read, or is a folder.
  public static func bytes(path: String) throws(DiagnosticsError) -> FileBytes {
    try bytes(path: path, mappedFrom: mappedFrom)
  }

  /// The same with another size from which on files are mapped.
  package static func bytes(
    path: String, mappedFrom least: Int
  ) throws(DiagnosticsError) -> FileBytes {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("SL1203", "needs a readable file", path) }
    defer { _ = close(descriptor) }
    let stamp = FileStamp(descriptor)
    guard let stamp, stamp.size >= max(1, least),
      let region = unsafe mmap(nil, stamp.size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe region != MAP_FAILED
    else { return FileBytes(try read(path: path)) }
    let address = UInt(bitPattern: region)
    return unsafe FileBytes(
      MappedBytes(
        UnsafeRawBufferPointer(start: region, count: stamp.size),
        isUnchanged: { FileStamp(path: path) == stamp },
        release: { _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), stamp.size) }))
  }

  /// Writes a file under a temporary name in the same folder and renames it.
  ///
  /// What stood there before stays whole until then. Devices and pipes are written directly. A link's
  /// target is replaced, not the link.
  ///
  /// - Throws: SL1204 if it cannot be written; the temporary file is removed.
  public static func write(_ bytes: [UInt8], to path: String) throws(DiagnosticsError) {
    let target = resolved(path)
    if isSpecial(target) {
      let descriptor = unsafe open(target, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure("SL1204", "needs a writable file", path) }
      defer { _ = close(descriptor) }
      guard writeAll(descriptor, bytes) else {
        throw failure("SL1204", "needs room for \(bytes.count) bytes", path)
      }
      return
    }
    let number = serial.add(1, ordering: .relaxed).newValue
    let temporary = "\(target).\(getpid()).\(number).tmp"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("SL1204", "needs a writable folder", path) }
    let written = writeAll(descriptor, bytes)
    let writeError = errno
    let closed = close(descriptor) == 0
    guard written, closed, unsafe rename(temporary, target) == 0 else {
      let reason = written ? errno : writeError
      _ = unsafe unlink(temporary)
      throw failure("SL1204", "needs room for \(bytes.count) bytes", path, reason: reason)
    }
  }

  private static func failure(
    _ code: String, _ need: String, _ path: String, reason: Int32 = errno
  ) -> DiagnosticsError {
    let text = unsafe strerror(reason).map { unsafe String(cString: $0) } ?? "error \(reason)"
    return DiagnosticsError(
      Diagnostic(.error, code, "\(need), has '\(text)'", at: .file(path)))
  }

  private static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  private static func fileSize(_ descriptor: Int32) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return 0
    }
    return Int(status.st_size)
  }

  /// Whether something other than a regular file or a folder stands at the path.
  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind != S_IFREG && kind != S_IFDIR
  }

  /// The number of bytes read, 0 at the end, negative on failure.
  private static func readSome(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int {
    while true {
      let got = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
      }
      if got >= 0 || errno != EINTR { return got }
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        let count = unsafe systemWrite(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }
}

private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(file, buffer, count)
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(file, buffer, count)
}
