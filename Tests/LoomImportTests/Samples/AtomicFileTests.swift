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

  @Test("a mapped file reads as one in memory does, and says when it was changed")
  func mapped() throws {
    try withFolder { folder in
      let path = folder.appending(path: "file").path
      var writer = ByteWriter()
      writer.write(contentsOf: [Int16(-3), 700])
      writer.write(text: "λ")
      writer.write(UInt64(1) << 40)
      try AtomicFile.write(writer.bytes, to: path)
      let mapped = try AtomicFile.bytes(path: path, mappedFrom: 1)
      let inMemory = try AtomicFile.bytes(path: path)
      for bytes in [mapped, inMemory] {
        #expect(bytes.count == writer.bytes.count && bytes.isUnchanged)
        #expect(Array(bytes.array) == writer.bytes)
        #expect(Array(bytes[4..<9][0..<1].array) == [2])
        var reader = ByteReader(bytes[2..<bytes.count])
        #expect(try reader.read(Int16.self) == 700)
        #expect(try reader.readText(count: Int(try reader.read(UInt32.self))) == "λ")
        #expect(try reader.readArray(UInt64.self, count: 1) == [1 << 40])
        #expect(reader.isAtEnd && reader.remaining == 0)
        #expect(throws: ByteError.self) { try reader.read(UInt8.self) }
      }
      try AtomicFile.write([1, 2], to: path)
      // The old file lives on behind the mapping; its name is another file's.
      #expect(Array(mapped.array) == writer.bytes && !mapped.isUnchanged && inMemory.isUnchanged)
      #expect(throws: DiagnosticsError.self) { try AtomicFile.bytes(path: folder.path) }
      try AtomicFile.write([], to: path)
      #expect(try AtomicFile.bytes(path: path, mappedFrom: 0).count == 0)
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
