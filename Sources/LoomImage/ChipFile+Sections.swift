import LoomBase

extension ChipFile {
  /// The sections a version 1 image must have.
  private static let required = ["META", "POPS", "FRNT", "TMPL", "HOST", "CORE"]
  /// The sections only some images have.
  private static let further = ["HNEU", drawSection, countsSection, ordersSection, "PROV"]

  /// Checks header, table and checksums and reads every known section.
  static func parse(_ bytes: FileBytes) throws(ByteError) -> HardwareImage {
    let sections = try locate(bytes)
    for name in required where sections[name] == nil {
      throw .invalid(offset: headerBytes, reason: "needs a section '\(name)', has none")
    }
    var image = HardwareImage(
      profileName: "", structureDigest: Digest(of: []),
      schedule: ImageSchedule(timesteps: 0, depth: 0, readoutStart: 0, freeRunning: false),
      input: ImageInput(
        shape: MapShape(channels: 0), isSpikes: false, isBytes: false, floatFactor: 0,
        preprocessing: Preprocessing(scale: 1)), frontEnd: [], hostRoutes: RouteTable(),
      populations: [], templates: [], cores: [], outputs: [], provenance: nil)
    for name in required + further {
      guard let range = sections[name] else { continue }
      do throws(ByteError) {
        try decode(name, bytes[range], &image)
      } catch {
        throw moved(error, by: range.lowerBound)
      }
    }
    return image
  }

  private static func decode(
    _ name: String, _ bytes: FileBytes, _ image: inout HardwareImage
  ) throws(ByteError) {
    switch name {
    case "META": try decodeMeta(bytes, &image)
    case "POPS": image.populations = try decodePopulations(bytes)
    case "FRNT": image.frontEnd = try decodeFrontEnd(bytes)
    case "TMPL": image.templates = try decodeTemplates(bytes)
    case "HOST": image.hostRoutes = try decodeHost(bytes)
    case "CORE": image.cores = try decodeCores(bytes)
    case "HNEU": image.hostNeurons = try decodeHostNeurons(bytes)
    case drawSection: image.draw = try decodeDraw(bytes)
    case countsSection: image.spikeCounts = try decodeCounts(bytes)
    case ordersSection: try decodeOrders(bytes, &image.populations)
    default: image.provenance = try decodeProvenance(bytes)
    }
  }

  /// Errors inside a section, at their place in the file.
  private static func moved(_ error: ByteError, by base: Int) -> ByteError {
    switch error {
    case .truncated(let offset, let needed, let available):
      .truncated(offset: base + offset, needed: needed, available: available)
    case .invalid(let offset, let reason): .invalid(offset: base + offset, reason: reason)
    }
  }

  /// The byte ranges of the known sections.
  private static func locate(_ bytes: FileBytes) throws(ByteError) -> [String: Range<Int>] {
    var reader = ByteReader(bytes)
    guard bytes.count >= headerBytes, Array(try reader.take(8)) == magic else {
      throw .invalid(offset: 0, reason: "needs a chip image (it begins with LOOMCHIP)")
    }
    let major = try reader.read(UInt16.self)
    guard major == majorVersion else {
      throw .invalid(offset: 8, reason: "needs format version \(majorVersion), has \(major)")
    }
    _ = try reader.read(UInt16.self)
    let count = try reader.readCount(ofItems: entryBytes)
    let end = bytes.count - 32
    guard reader.offset + count * entryBytes <= end else {
      throw .truncated(offset: headerBytes, needed: count * entryBytes + 32, available: end)
    }
    guard digest(of: bytes[0..<end]).bytes == Array(bytes[end..<bytes.count].array) else {
      throw .invalid(
        offset: end, reason: "the checksum (SHA-256) does not match: the file is damaged or cut")
    }
    var sections: [String: Range<Int>] = [:]
    for _ in 0..<count { try addSection(&reader, bytes, end, &sections) }
    return sections
  }

  private static func addSection(
    _ reader: inout ByteReader, _ bytes: FileBytes, _ end: Int,
    _ sections: inout [String: Range<Int>]
  ) throws(ByteError) {
    let start = reader.offset
    let name = try reader.readText(count: 4)
    let flags = try reader.read(UInt32.self)
    let offset = try reader.read(UInt64.self)
    let length = try reader.read(UInt64.self)
    let checksum = try reader.read(UInt32.self)
    _ = try reader.read(UInt32.self)
    guard offset <= UInt64(end), length <= UInt64(end) - offset else {
      throw .invalid(offset: start, reason: "section '\(name)' lies outside the file")
    }
    let range = Int(offset)..<Int(offset + length)
    guard CyclicRedundancyCheck.checksum(bytes[range]) == checksum else {
      throw .invalid(offset: range.lowerBound, reason: "section '\(name)' is damaged (CRC-32)")
    }
    guard required.contains(name) || further.contains(name) else {
      guard flags & 1 == 1 else {
        throw .invalid(offset: start, reason: "needs no unknown section, has '\(name)'")
      }
      return
    }
    guard sections.updateValue(range, forKey: name) == nil else {
      throw .invalid(offset: start, reason: "section '\(name)' stands twice")
    }
  }
}
