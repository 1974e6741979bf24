import LoomBase

/// The central directory of a ZIP archive (APPNOTE 6.3), and its stored and deflated entries.
///
/// Archives and entries of 4 GiB and more (ZIP64) are refused, as are encrypted entries.
struct ZipArchive {
  struct Entry {
    var name: String
    fileprivate var method: Int
    fileprivate var isEncrypted: Bool
    fileprivate var checksum: UInt32
    fileprivate var packedSize: Int
    fileprivate var size: Int
    fileprivate var headerOffset: Int
  }

  private let bytes: ArraySlice<UInt8>
  private let file: String
  /// The entries in the directory's order.
  private(set) var entries: [Entry] = []

  static func isLikely(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
  }

  /// Reads the directory.
  ///
  /// - Throws: SL1201 if there is none or it does not hold together.
  init(_ bytes: ArraySlice<UInt8>, name: String) throws(DiagnosticsError) {
    self.bytes = bytes
    file = name
    do throws(ByteError) {
      entries = try ZipArchive.directory(bytes)
    } catch {
      throw .malformed(error, name)
    }
  }

  /// An entry's bytes, its checksum proved.
  ///
  /// - Throws: SL1201, SL1206 if they are not what the directory says.
  func contents(of entry: Entry) throws(DiagnosticsError) -> [UInt8] {
    let packed: ArraySlice<UInt8>
    do throws(ByteError) {
      packed = try packedBytes(of: entry)
    } catch {
      throw .malformed(error, file)
    }
    let contents: [UInt8]
    if entry.method == 0 {
      contents = Array(packed)
    } else {
      let output = try Inflater.inflate(packed, .raw, limit: entry.size + 1, file: file)
      contents = output.bytes
    }
    guard contents.count == entry.size, Checksum.crc32(contents) == entry.checksum else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1206",
          "needs the \(entry.size) bytes and the checksum its directory says for '\(entry.name)', "
            + "has others", at: .byteOffset(file: file, offset: entry.headerOffset)))
    }
    return contents
  }

  private func packedBytes(of entry: Entry) throws(ByteError) -> ArraySlice<UInt8> {
    func refuse(_ reason: String) -> ByteError {
      .invalid(offset: entry.headerOffset, reason: reason)
    }
    if entry.isEncrypted { throw refuse("needs '\(entry.name)' unencrypted, has it encrypted") }
    guard entry.method == 0 || entry.method == 8 else {
      throw refuse("needs '\(entry.name)' stored or deflated, has method \(entry.method)")
    }
    let possible = entry.packedSize * (entry.method == 0 ? 1 : Inflater.largestRatio) + 64
    guard entry.size <= possible, entry.method == 8 || entry.size == entry.packedSize else {
      throw refuse(
        "needs a size that \(entry.packedSize) packed bytes can hold, has \(entry.size)")
    }
    var reader = ByteReader(bytes)
    try reader.seek(to: entry.headerOffset)
    guard try reader.read(UInt32.self) == 0x0403_4b50 else {
      throw refuse("needs an entry's header, has other bytes")
    }
    _ = try reader.take(22)
    let nameLength = Int(try reader.read(UInt16.self))
    let extraLength = Int(try reader.read(UInt16.self))
    _ = try reader.take(nameLength + extraLength)
    return try reader.take(entry.packedSize)
  }

  private static func directory(_ bytes: ArraySlice<UInt8>) throws(ByteError) -> [Entry] {
    var reader = ByteReader(bytes)
    try reader.seek(to: try endRecord(bytes) + 10)
    let count = Int(try reader.read(UInt16.self))
    _ = try reader.read(UInt32.self)
    let offset = Int(try reader.read(UInt32.self))
    guard count < 0xffff, offset < 0xffff_ffff else {
      throw .invalid(offset: reader.offset, reason: "needs an archive below 4 GiB, has ZIP64")
    }
    try reader.seek(to: offset)
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try entry(&reader)) }
    return entries
  }

  private static func entry(_ reader: inout ByteReader) throws(ByteError) -> Entry {
    let start = reader.offset
    guard try reader.read(UInt32.self) == 0x0201_4b50 else {
      throw .invalid(offset: start, reason: "needs a directory entry, has other bytes")
    }
    _ = try reader.take(4)
    let flags = try reader.read(UInt16.self)
    let method = Int(try reader.read(UInt16.self))
    _ = try reader.take(4)
    let checksum = try reader.read(UInt32.self)
    let packedSize = Int(try reader.read(UInt32.self))
    let size = Int(try reader.read(UInt32.self))
    let nameLength = Int(try reader.read(UInt16.self))
    let extraLength = Int(try reader.read(UInt16.self))
    let commentLength = Int(try reader.read(UInt16.self))
    _ = try reader.take(8)
    let headerOffset = Int(try reader.read(UInt32.self))
    let name = String(decoding: try reader.take(nameLength), as: UTF8.self)
    _ = try reader.take(extraLength + commentLength)
    guard max(packedSize, size, headerOffset) < 0xffff_ffff else {
      throw .invalid(offset: start, reason: "needs entries below 4 GiB, has ZIP64")
    }
    return Entry(
      name: name, method: method, isEncrypted: flags & 1 != 0, checksum: checksum,
      packedSize: packedSize, size: size, headerOffset: headerOffset)
  }

  /// Where the end-of-directory record begins: the last one in reach of the longest comment.
  private static func endRecord(_ bytes: ArraySlice<UInt8>) throws(ByteError) -> Int {
    let signature: [UInt8] = [0x50, 0x4b, 5, 6]
    var place = bytes.count - 22
    while place >= 0, place > bytes.count - 22 - 65_536 {
      let start = bytes.startIndex + place
      if bytes[start..<(start + 4)].elementsEqual(signature) { return place }
      place -= 1
    }
    throw .invalid(offset: bytes.count, reason: "needs the directory of a ZIP archive, has none")
  }
}

/// The checksum of ZIP and gzip (ISO 3309).
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320
    }
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var value = UInt32.max
    for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 255)] ^ (value >> 8) }
    return ~value
  }
}
