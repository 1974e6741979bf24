#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A large file that is read here and there, as long as it is the one that was opened.
final class OpenFile: Sendable {
  private let descriptor: Int32
  private let path: String
  private let stamp: FileStamp

  /// Opens a regular file of so many bytes or more; nil: it is none, or smaller.
  init?(path: String, least: Int) {
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return nil }
    guard let stamp = FileStamp(opened), stamp.size >= least else {
      _ = close(opened)
      return nil
    }
    descriptor = opened
    self.path = path
    self.stamp = stamp
  }

  deinit { _ = close(descriptor) }

  /// The number of bytes.
  var count: Int { stamp.size }

  /// Whether the path still leads to this file, of the size and time of change it had.
  var isUnchanged: Bool { FileStamp(path: path) == stamp }

  /// The bytes of a range; zeros where the file has lost them (then it is not unchanged).
  func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let got = unsafe pread(
          descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + done))
        if got > 0 {
          done += got
        } else if got == 0 || errno != EINTR {
          return
        }
      }
    }
    return bytes
  }
}
