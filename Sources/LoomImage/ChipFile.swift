public import LoomBase

/// The `.chip` file: a hardware image as bytes (the article *The chip file* has every byte).
///
/// Equal images give equal bytes. Taking away the provenance leaves the bytes of all other sections as
/// they are.
public enum ChipFile {
  /// The first eight bytes.
  static let magic: [UInt8] = Array("LOOMCHIP".utf8)
  /// Readers refuse another major version.
  static let majorVersion: UInt16 = 2
  /// Later minor versions only add optional sections.
  static let minorVersion: UInt16 = 0
  /// Bytes of one entry of the section table.
  static let entryBytes = 32
  /// Bytes before the section table.
  static let headerBytes = 16

  /// A section's name and bytes.
  struct Section {
    var name: String
    var isOptional: Bool
    var bytes: [UInt8]
  }

  /// The bytes of an image.
  public static func encode(_ image: HardwareImage) -> [UInt8] {
    var sections = [
      Section(name: "META", isOptional: false, bytes: encodeMeta(image)),
      Section(name: "POPS", isOptional: false, bytes: encodePopulations(image.populations)),
      Section(name: "FRNT", isOptional: false, bytes: encodeFrontEnd(image.frontEnd)),
      Section(name: "TMPL", isOptional: false, bytes: encodeTemplates(image.templates)),
      Section(name: "HOST", isOptional: false, bytes: encodeHost(image.hostRoutes)),
      Section(name: "CORE", isOptional: false, bytes: encodeCores(image.cores)),
    ]
    if !image.hostNeurons.isEmpty {
      sections.append(
        Section(name: "HNEU", isOptional: false, bytes: encodeHostNeurons(image.hostNeurons)))
    }
    if let draw = image.draw {
      sections.append(Section(name: drawSection, isOptional: false, bytes: encodeDraw(draw)))
    }
    if let readout = image.spikeCounts {
      sections.append(
        Section(name: countsSection, isOptional: false, bytes: encodeCounts(readout)))
    }
    if image.populations.contains(where: { $0.order != nil }) {
      sections.append(
        Section(
          name: ordersSection, isOptional: false, bytes: encodeOrders(image.populations)))
    }
    if let provenance = image.provenance {
      sections.append(
        Section(name: "PROV", isOptional: true, bytes: encodeProvenance(provenance)))
    }
    return assemble(sections)
  }

  /// Header, section table, sections at multiples of eight, SHA-256 of all before it.
  static func assemble(_ sections: [Section]) -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(
      sections.reduce(headerBytes + 32) { $0 + entryBytes + $1.bytes.count + 8 })
    writer.write(raw: magic)
    writer.write(majorVersion)
    writer.write(minorVersion)
    writer.write(UInt32(sections.count))
    var offset = headerBytes + entryBytes * sections.count
    for section in sections {
      writer.write(raw: Array(section.name.utf8))
      writer.write(UInt32(section.isOptional ? 1 : 0))
      writer.write(UInt64(offset))
      writer.write(UInt64(section.bytes.count))
      writer.write(CyclicRedundancyCheck.checksum(section.bytes[...]))
      writer.write(UInt32(0))
      offset = (offset + section.bytes.count + 7) / 8 * 8
    }
    for section in sections {
      writer.write(raw: section.bytes)
      writer.pad(to: 8)
    }
    writer.write(raw: Digest(of: writer.bytes).bytes)
    return writer.bytes
  }

  /// The SHA-256 of a whole file, as reports name an image.
  public static func sha256(of bytes: [UInt8]) -> Digest { Digest(of: bytes) }

  /// The SHA-256 of a whole file, as reports name an image.
  public static func sha256(of bytes: FileBytes) -> Digest { digest(of: bytes) }

  static func digest(of bytes: FileBytes) -> Digest {
    unsafe bytes.withUnsafeBytes { unsafe Digest(of: $0) }
  }

  /// The image in the bytes of a file; `name` is used in diagnostics.
  ///
  /// Any bytes are safe: counts are checked before they are believed, and what is returned has passed
  /// `ImageStructure`. Throws what is wrong with a file that is cut short, damaged or inconsistent.
  public static func decode(
    _ bytes: [UInt8], name: String
  ) throws(DiagnosticsError) -> HardwareImage {
    try decode(FileBytes(bytes), name: name)
  }

  /// The image in the bytes of a file, which may be mapped: then sections are read where they are.
  ///
  /// Throws as the other one does, and if the file was changed meanwhile.
  public static func decode(
    _ bytes: FileBytes, name: String
  ) throws(DiagnosticsError) -> HardwareImage {
    let image: HardwareImage
    do throws(ByteError) {
      image = try parse(bytes)
      guard bytes.isUnchanged else {
        throw .invalid(offset: 0, reason: "needs a file that stays as it is while it is read")
      }
    } catch {
      throw DiagnosticsError(diagnostic(error, name))
    }
    let findings = ImageStructure.findings(image)
    if !findings.isEmpty {
      throw DiagnosticsError(.badInput, findings.map { relabel($0, name) })
    }
    return image
  }

  private static func diagnostic(_ error: ByteError, _ name: String) -> Diagnostic {
    let offset =
      switch error {
      case .truncated(let offset, _, _): offset
      case .invalid(let offset, _): offset
      }
    let reason =
      switch error {
      case .truncated(_, let needed, let available):
        "needs \(needed) more bytes, has \(available)"
      case .invalid(_, let reason): reason
      }
    return Diagnostic(
      .error, "SL5001", reason, at: .byteOffset(file: name, offset: offset),
      remedy: "compile the image again, or fetch the file again")
  }

  private static func relabel(_ finding: Diagnostic, _ name: String) -> Diagnostic {
    var copy = finding
    if case .none = copy.anchor { copy.anchor = .file(name) }
    return copy
  }
}
