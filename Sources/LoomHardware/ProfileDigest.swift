import LoomBase

/// Canonical bytes of a profile document, whatever its spacing and order of keys.
enum ProfileDigest {
  /// The digest of structure and capabilities, from `pointer=value` lines in reading order.
  static func structure(_ lines: [String]) -> Digest {
    var writer = ByteWriter()
    writer.write(text: "spikeloom.structure/1")
    for line in lines.sorted() { writer.write(text: line) }
    return Digest(of: writer.bytes)
  }

  /// The digest of a whole document and the overrides applied to it.
  static func whole(_ document: JSONValue, overrides: [String]) -> Digest {
    var writer = ByteWriter()
    writer.write(text: "spikeloom.profile.digest/1")
    write(document, to: &writer)
    for pointer in overrides { writer.write(text: pointer) }
    return Digest(of: writer.bytes)
  }

  /// Writes one value; whole numbers and floats of one value have the same bytes.
  private static func write(_ value: JSONValue, to writer: inout ByteWriter) {
    switch value {
    case .null: writer.write(UInt8(0))
    case .boolean(let flag): writer.write(flag ? UInt8(2) : UInt8(1))
    case .integer(let whole): writeNumber(Double(whole), to: &writer)
    case .number(let number): writeNumber(number, to: &writer)
    case .text(let text):
      writer.write(UInt8(4))
      writer.write(text: text)
    case .array(let values):
      writer.write(UInt8(5))
      writer.write(UInt32(truncatingIfNeeded: values.count))
      for element in values { write(element, to: &writer) }
    case .object(let members):
      writer.write(UInt8(6))
      writer.write(UInt32(truncatingIfNeeded: members.count))
      for key in members.keys.sorted() {
        writer.write(text: key)
        if let member = members[key] { write(member, to: &writer) }
      }
    }
  }

  private static func writeNumber(_ number: Double, to writer: inout ByteWriter) {
    writer.write(UInt8(3))
    writer.write(number)
  }
}
