import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("Samples left in their file")
struct StoredSampleTests {
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try AtomicFile.write(bytes, to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// Numbers as they are written down: NaN and signs of zero do not occur.
  private static func text(_ samples: Samples, _ range: Range<Int>) -> String {
    let (storage, first) = samples.stored(range)
    let places = first..<(first + range.count * samples.elementsPerSample)
    switch storage {
    case .bytes(let values): return "bytes \(values[places].map { Int($0) })"
    case .floats(let values): return "floats \(values[places].map(\.bitPattern))"
    }
  }

  @Test(
    "every type, order and version gives what reading the whole file gives",
    arguments: [
      SampleFixtures.float32, SampleFixtures.float64Big, SampleFixtures.float16,
      SampleFixtures.int16BigFortran, SampleFixtures.uint8Fortran3, SampleFixtures.bool,
      SampleFixtures.uint64Version2, SampleFixtures.int32Version3, SampleFixtures.archive,
      SampleFixtures.idx, SampleFixtures.idxPacked,
    ])
  func types(bytes: [UInt8]) throws {
    try withFile(bytes) { path in
      let whole = try SampleFile.read(bytes, name: "x")
      let left = try SampleFile.read(path: path, storedFrom: 1)
      #expect(left.count == whole.count && left.sampleShape == whole.sampleShape)
      #expect(left.isBytes == whole.isBytes)
      for first in 0..<left.count {
        for end in first...left.count {
          #expect(Self.text(left, first..<end) == Self.text(whole, first..<end))
        }
      }
      try left.requireUnchanged()
    }
  }

  @Test("numbers are read when they are asked for, and a file that changed meanwhile is said")
  func changes() throws {
    try withFile(NumpyFile.encode(shape: [4, 2], bytes: [1, 2, 3, 4, 5, 6, 7, 8])) { path in
      let left = try SampleFile.read(path: path, storedFrom: 1)
      let inMemory = try SampleFile.read(path: path, storedFrom: 1 << 20)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seek(toOffset: 128 + 2)
      try handle.write(contentsOf: [40, 50])
      #expect(Self.text(left, 1..<2) == "bytes [40, 50]")
      #expect(Self.text(inMemory, 1..<2) == "bytes [3, 4]")
      #expect(throws: DiagnosticsError.self) { try left.requireUnchanged() }
      // Lost numbers are zeros, and the file is another.
      try handle.truncate(atOffset: 128 + 5)
      try handle.close()
      #expect(Self.text(left, 2..<4) == "bytes [5, 0, 0, 0]")
      let error = #expect(throws: DiagnosticsError.self) { try left.requireUnchanged() }
      #expect(error?.diagnostics.first?.code == "SL1210")
      try inMemory.requireUnchanged()
    }
  }

  @Test("a file that is too short or too long for its header is refused, large or not")
  func lengths() throws {
    let good = NumpyFile.encode(shape: [3, 4], floats: (0..<12).map { Float($0) })
    for bytes in [Array(good.dropLast()), good + [0]] {
      try withFile(bytes) { path in
        for least in [1, 1 << 20] {
          let error = #expect(throws: DiagnosticsError.self) {
            try SampleFile.read(path: path, storedFrom: least)
          }
          #expect(error?.diagnostics.first?.code == "SL1201")
        }
      }
    }
    let missing = #expect(throws: DiagnosticsError.self) {
      try SampleFile.read(path: "/none/there.npy", storedFrom: 1)
    }
    #expect(missing?.diagnostics.first?.code == "SL1203")
  }
}
