public import LoomBase

/// CRC-32 as in ISO 3309 and zlib (reflected, polynomial 0xEDB88320).
///
/// Eight bytes at a time with eight tables (Kounavis and Berry, IEEE Trans. Computers 57, 2008).
public enum CyclicRedundancyCheck {
  /// Table k: the remainder of a byte that k bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
      tables[index] = value
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = tables[Int(before & 0xFF)] ^ (before >> 8)
    }
    return tables
  }()

  /// The checksum of bytes.
  public static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 { checksum(FileBytes(bytes)) }

  /// The checksum of a file's bytes.
  public static func checksum(_ bytes: FileBytes) -> UInt32 {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe tables.withUnsafeBufferPointer { tables in unsafe checksum(bytes, tables) }
    }
  }

  private static func checksum(
    _ bytes: UnsafeRawBufferPointer, _ tables: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    var place = 0
    while place + 8 <= bytes.count {
      let word = UInt64(
        littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      var rest = word ^ UInt64(value)
      value = 0
      for table in stride(from: 7 * 256, through: 0, by: -256) {
        unsafe value ^= tables[table &+ Int(rest & 0xFF)]
        rest &>>= 8
      }
      place += 8
    }
    while place < bytes.count {
      value = unsafe tables[Int((value ^ UInt32(bytes[place])) & 0xFF)] ^ (value >> 8)
      place += 1
    }
    return value ^ 0xFFFF_FFFF
  }
}
