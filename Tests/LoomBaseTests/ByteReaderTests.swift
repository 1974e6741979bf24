import LoomBase
import Testing

@Suite("Reading and writing bytes")
struct ByteReaderTests {
  @Test("values are written little-endian")
  func layout() {
    var writer = ByteWriter()
    writer.write(UInt8(0xAB))
    writer.write(Int8(-1))
    writer.write(UInt16(0x0102))
    writer.write(Int16(-2))
    writer.write(UInt32(0x0102_0304))
    writer.write(Int64(-3))
    writer.write(1.0)
    writer.write(Float(-2))
    writer.write(text: "é!")
    writer.write(raw: [9, 8])
    writer.write(contentsOf: [Int16(1), -1])
    #expect(
      writer.bytes == [
        0xAB, 0xFF, 0x02, 0x01, 0xFE, 0xFF, 0x04, 0x03, 0x02, 0x01,
        0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0xC0,
        3, 0, 0, 0, 0xC3, 0xA9, 0x21, 9, 8, 1, 0, 0xFF, 0xFF,
      ])
    writer.pad(to: 8)
    #expect(writer.bytes.count == 48)
    #expect(writer.bytes.suffix(6) == [0xFF, 0, 0, 0, 0, 0])
    writer.pad(to: 8)
    #expect(writer.bytes.count == 48)
  }

  static func record() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(Int32.min)
    writer.write(contentsOf: [UInt16.max, 0, 5])
    writer.write(contentsOf: [Int64.max, .min])
    writer.write(Double.pi)
    writer.write(-Float.leastNonzeroMagnitude)
    writer.write(text: "λ")
    return writer.bytes
  }

  static func read(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = ByteReader(bytes)
    #expect(try reader.read(Int32.self) == .min)
    #expect(try reader.readArray(UInt16.self, count: 3) == [.max, 0, 5])
    #expect(try reader.readArray(Int64.self, count: 2) == [.max, .min])
    #expect(try reader.readDouble() == .pi)
    #expect(try reader.readFloat() == -.leastNonzeroMagnitude)
    let length = Int(try reader.read(UInt32.self))
    #expect(try reader.readText(count: length) == "λ")
    #expect(reader.isAtEnd)
  }

  @Test("what was written reads back, also from the middle of an array")
  func roundTrip() throws {
    try Self.read(Self.record()[...])
    try Self.read(([1, 2, 3] + Self.record())[3...])
  }

  @Test("every cut of a record is refused with the offset and the bytes missing")
  func truncations() {
    let record = Self.record()
    // Field sizes of the record; the cut names the field it falls in.
    let fields = [4, 6, 16, 8, 4, 4, 2]
    for cut in 0..<record.count {
      var (start, index) = (0, 0)
      while start + fields[index] <= cut { (start, index) = (start + fields[index], index + 1) }
      #expect(
        throws: ByteError.truncated(offset: start, needed: fields[index], available: cut - start)
      ) {
        var reader = ByteReader(record[..<cut])
        _ = try reader.read(Int32.self)
        _ = try reader.readArray(UInt16.self, count: 3)
        _ = try reader.readArray(Int64.self, count: 2)
        _ = try reader.readDouble()
        _ = try reader.readFloat()
        _ = try reader.readText(count: Int(try reader.read(UInt32.self)))
      }
    }
  }

  @Test("counts that lie are refused before anything is allocated")
  func lyingCounts() {
    for count in [-1, .min, .max, Int.max / 2, 3] {
      var reader = ByteReader([UInt8](repeating: 0, count: 8))
      #expect(throws: ByteError.self) { try reader.readArray(UInt32.self, count: count) }
      #expect(reader.offset == 0)
      if count != 3 { #expect(throws: ByteError.self) { try reader.take(count) } }
    }
  }

  @Test("seeking stays within the bytes, text must be UTF-8")
  func seekAndText() throws {
    var reader = ByteReader([0x41, 0xFF, 0x42])
    try reader.seek(to: 3)
    #expect(reader.isAtEnd)
    #expect(throws: ByteError.invalid(offset: 3, reason: "offset 4 outside the file")) {
      try reader.seek(to: 4)
    }
    #expect(throws: ByteError.self) { try reader.seek(to: -1) }
    try reader.seek(to: 1)
    #expect(reader.remaining == 2)
    #expect(throws: ByteError.invalid(offset: 1, reason: "text is not UTF-8")) {
      try reader.readText(count: 2)
    }
    #expect(
      ByteError.truncated(offset: 3, needed: 4, available: 0).description
        == "needs 4 bytes at byte 3, has 0")
  }
}
