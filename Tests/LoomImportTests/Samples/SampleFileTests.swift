import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("Files of samples and labels")
struct SampleFileTests {
  private func array(_ bytes: [UInt8]) throws -> NumericArray {
    try SampleFile.array(bytes, name: "fixture", preferring: [])
  }

  @Test("every type and order NumPy writes is read")
  func numpyTypes() throws {
    let quarters: [Double] = [-0.5, -0.25, 0, 0.25, 0.5, 0.75]
    #expect(
      try array(SampleFixtures.float32)
        == NumericArray(shape: [2, 3], elements: .floats(quarters.map { Float($0) })))
    #expect(
      try array(SampleFixtures.float64Big)
        == NumericArray(shape: [2, 3], elements: .doubles(quarters)))
    let halves: [Float] = [0, 1, -2, 65504, 0x1p-24, 0.333251953125, -.infinity]
    #expect(
      try array(SampleFixtures.float16) == NumericArray(shape: [7], elements: .floats(halves)))
    #expect(
      try array(SampleFixtures.int16BigFortran)
        == NumericArray(
          shape: [2, 3], elements: .integers([-2000, -1000, 0, 1000, 2000, 3000])))
    #expect(
      try array(SampleFixtures.uint8Fortran3)
        == NumericArray(shape: [2, 3, 4], elements: .bytes(Array(0..<24))))
    #expect(
      try array(SampleFixtures.bool)
        == NumericArray(shape: [2, 2], elements: .bytes([1, 0, 0, 1])))
    #expect(
      try array(SampleFixtures.uint64Version2)
        == NumericArray(shape: [3], elements: .integers([0, 7, Int64.max])))
    #expect(
      try array(SampleFixtures.int32Version3)
        == NumericArray(shape: [3], elements: .integers([3, 1, 2])))
  }

  @Test("bytes stay bytes, all else becomes floats, the first axis counts samples")
  func samples() throws {
    let bytes = try SampleFile.read(SampleFixtures.uint8Fortran3, name: "x")
    #expect(bytes.isBytes && bytes.count == 2 && bytes.sampleShape == [3, 4])
    let floats = try SampleFile.read(SampleFixtures.float64Big, name: "x")
    guard case .floats(let values) = floats.storage else {
      Issue.record("needs floats")
      return
    }
    #expect(values == [-0.5, -0.25, 0, 0.25, 0.5, 0.75])
  }

  @Test("an archive's array is chosen by name for samples and for labels")
  func archive() throws {
    let samples = try SampleFile.read(SampleFixtures.archive, name: "x")
    #expect(samples.count == 2 && samples.sampleShape == [2, 2])
    #expect(try SampleFile.readLabels(SampleFixtures.archive, name: "x") == [4, 9])
    let only = try SampleFile.read(SampleFixtures.storedArchive, name: "x")
    #expect(only.count == 3 && only.sampleShape == [])
  }

  @Test("IDX files are read, raw and packed, in one gzip member or two")
  func idx() throws {
    let expected = NumericArray(shape: [2, 2, 3], elements: .bytes(Array(0..<12)))
    #expect(try array(SampleFixtures.idx) == expected)
    #expect(try array(SampleFixtures.idxPacked) == expected)
    #expect(try array(SampleFixtures.twoMembers) == expected)
    #expect(
      try array(SampleFixtures.idxFloat)
        == NumericArray(shape: [2], elements: .floats([1.5, -2])))
  }

  @Test("labels must be whole and not negative")
  func labels() throws {
    #expect(try SampleFile.readLabels(SampleFixtures.int32Version3, name: "x") == [3, 1, 2])
    for bad in [
      SampleFixtures.float32, SampleFixtures.int16BigFortran,
      NumpyFile.encode(shape: [2], floats: [0.5, 1]), NumpyFile.encode(shape: [1], int64: [-1]),
      NumpyFile.encode(shape: [1], floats: [.nan]),
    ] {
      #expect(throws: DiagnosticsError.self) { try SampleFile.readLabels(bad, name: "x") }
    }
  }

  @Test("packed data is not unpacked further than its header declares")
  func bomb() throws {
    let error = #expect(throws: DiagnosticsError.self) { try array(SampleFixtures.bomb) }
    #expect(error?.diagnostics.first?.code == "SL1206")
  }

  @Test("wrong checksums, types and lengths are named with a code")
  func refused() throws {
    func code(_ bytes: [UInt8]) -> String? {
      let error = #expect(throws: DiagnosticsError.self) { try array(bytes) }
      return error?.diagnostics.first?.code
    }
    #expect(code(SampleFixtures.complex) == "SL1201")
    #expect(code([]) == "SL1201")
    #expect(code(SampleFixtures.float32 + [0]) == "SL1201")
    #expect(code(SampleFixtures.idx.dropLast()) == "SL1201")
    #expect(code(SampleFixtures.idxPacked.dropLast(3)) == "SL1206")
    var flipped = SampleFixtures.idxPacked
    flipped[flipped.count - 6] ^= 1
    #expect(code(flipped) == "SL1206")
    var stored = SampleFixtures.storedArchive
    stored[try #require(stored.firstRange(of: [0x93, 0x4e])).lowerBound + 60] ^= 1
    #expect(code(stored) == "SL1206")
  }

  @Test("what is encoded is read back, headers aligned to 64 bytes as NumPy's are")
  func roundTrip() throws {
    let files = [
      (NumpyFile.encode(shape: [2, 2], bytes: [1, 2, 3, 255]), 4),
      (NumpyFile.encode(shape: [2], int32: [-5, 7]), 8),
      (NumpyFile.encode(shape: [2, 1], int64: [-5, 1 << 40]), 16),
    ]
    for (file, payload) in files { #expect((file.count - payload) % 64 == 0) }
    #expect(
      try array(files[0].0) == NumericArray(shape: [2, 2], elements: .bytes([1, 2, 3, 255])))
    #expect(try array(files[1].0) == NumericArray(shape: [2], elements: .integers([-5, 7])))
    #expect(
      try array(files[2].0) == NumericArray(shape: [2, 1], elements: .integers([-5, 1 << 40])))
    let quarters: [Float] = [-0.5, -0.25, 0, 0.25, 0.5, 0.75]
    #expect(NumpyFile.encode(shape: [2, 3], floats: quarters) == SampleFixtures.float32)
  }

  @Test("steps × inputs become rasters")
  func rasters() throws {
    let rows = Samples(storage: .bytes([1, 0, 0, 1, 1, 1, 0, 0]), sampleShape: [2], count: 4)
    let rasters = rows.asRasters(timesteps: 2, stepShape: MapShape(channels: 2))
    #expect(rasters?.sampleShape == [2, 2] && rasters?.count == 2)
    #expect(rows.asRasters(timesteps: 3, stepShape: MapShape(channels: 2)) == nil)
    #expect(rows.asRasters(timesteps: 2, stepShape: MapShape(channels: 3)) == nil)
  }

  @Test("mutated files of every kind give an array or a diagnostic, never a trap")
  func fuzz() {
    var random = SeededGenerator(seed: 2026)
    var accepted = 0
    for fixture in SampleFixtures.all {
      for _ in 0..<1500 {
        let bytes = Mutation.mutated(fixture, &random)
        accepted += (try? SampleFile.read(bytes, name: "fuzz")) == nil ? 0 : 1
        _ = try? SampleFile.readLabels(bytes, name: "fuzz")
      }
    }
    #expect(accepted > 0)
  }
}

/// Damage done to files, always the same for a seed.
enum Mutation {
  static func mutated(_ file: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = file
    for _ in 0...(random.next() % 3) where !bytes.isEmpty {
      let place = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 6 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
      case 4: bytes[place] = [0, 0xff, 0x7f, 0x80, 0x2d, 0x39][Int(random.next() % 6)]
      default: bytes.remove(at: place)
      }
    }
    return bytes
  }
}
