import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("Files on disk")
struct AtomicFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("what is written is read back, over an old file, and no temporary file stays")
  func roundTrip() throws {
    try withFolder { folder in
      let path = folder.appending(path: "file").path
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try AtomicFile.write([1, 2, 3], to: path)
      try AtomicFile.write(bytes, to: path)
      #expect(try AtomicFile.read(path: path) == bytes)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }
  }

  @Test("a file that cannot be read or written is named with the system's reason")
  func failures() throws {
    try withFolder { folder in
      let missing = folder.appending(path: "none/file").path
      let reading = #expect(throws: DiagnosticsError.self) { try AtomicFile.read(path: missing) }
      #expect(reading?.diagnostics.first?.code == "SL1203")
      #expect(reading?.description.contains("No such file") == true)
      let writing = #expect(throws: DiagnosticsError.self) {
        try AtomicFile.write([1], to: missing)
      }
      #expect(writing?.diagnostics.first?.code == "SL1204")
      #expect(throws: DiagnosticsError.self) { try AtomicFile.read(path: folder.path) }
      #expect(throws: DiagnosticsError.self) { try AtomicFile.write([1], to: folder.path) }
      let left = try FileManager.default.contentsOfDirectory(
        atPath: folder.deletingLastPathComponent().path)
      #expect(!left.contains { $0.hasPrefix(folder.lastPathComponent) && $0.hasSuffix(".tmp") })
    }
  }

  @Test("a link's target is replaced, and devices are written to, not replaced")
  func linksAndDevices() throws {
    try withFolder { folder in
      let file = folder.appending(path: "file")
      let link = folder.appending(path: "link")
      try AtomicFile.write([1], to: file.path)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
      try AtomicFile.write([2], to: link.path)
      #expect(try AtomicFile.read(path: file.path) == [2])
      try AtomicFile.write([1], to: "/dev/null")
      #expect(try AtomicFile.read(path: "/dev/null") == [])
    }
  }
}
