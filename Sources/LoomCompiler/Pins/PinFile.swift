public import LoomBase

/// Pin documents (`spikeloom.pins/1`): which part of which layer sits on which core.
///
///     {"schema": "spikeloom.pins/1",
///      "pins": [{"layer": "conv1", "columns": [0, 7], "core": 0},
///               {"layer": "conv1", "columns": [7, 14],
///                "core": {"chip": 0, "column": 1, "row": 0, "slot": 0}}]}
///
/// Ranges of `rows`, `columns` and `channels` are half-open; what is left out is whole.
public enum PinFile {
  /// The schema identifier.
  public static let schema: String = "spikeloom.pins/1"
  /// Larger files are no pins.
  public static let maximumBytes: Int = 1 << 22

  /// Decodes a document.
  ///
  /// - Throws: `DiagnosticsError` of kind `badInput`: SL4045 with a byte offset for what is no JSON, SL4046 with a
  ///   JSON pointer for every key that is unknown, missing or of the wrong kind.
  public static func decode(
    _ bytes: [UInt8], name: String
  ) throws(DiagnosticsError) -> [SlicePin] {
    guard bytes.count <= maximumBytes else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL4045", "needs at most \(maximumBytes) bytes of JSON, has \(bytes.count)",
          at: .file(name)))
    }
    let document = try JSONText.document(bytes, named: name, code: "SL4045")
    var reader = PinReader(file: name)
    let pins = reader.read(document)
    guard reader.findings.isEmpty else { throw DiagnosticsError(.badInput, reader.findings) }
    return pins
  }
}

/// Reads a document and collects what is wrong with it.
private struct PinReader {
  let file: String
  var findings: [Diagnostic] = []

  init(file: String) { self.file = file }

  private mutating func report(_ message: String, at pointer: String) {
    findings.append(
      Diagnostic(.error, "SL4046", message, at: .jsonPointer(file: file, pointer: pointer)))
  }

  mutating func read(_ document: JSONValue) -> [SlicePin] {
    guard let members = members(document, at: "", ["schema", "pins"]) else { return [] }
    if members["schema"]?.string != PinFile.schema {
      report("needs the schema '\(PinFile.schema)'", at: "/schema")
    }
    guard let pins = members["pins"]?.elements else {
      report("needs a list of pins", at: "/pins")
      return []
    }
    return pins.enumerated().compactMap { pin($1, at: "/pins/\($0)") }
  }

  private mutating func members(
    _ value: JSONValue, at pointer: String, _ known: [String]
  ) -> [String: JSONValue]? {
    guard let members = value.members else {
      report("needs an object", at: pointer)
      return nil
    }
    for key in members.keys.sorted() where !known.contains(key) {
      report(
        "needs one of the keys \(known.joined(separator: ", ")), has '\(key)'",
        at: "\(pointer)/\(key.jsonPointerToken)")
    }
    return members
  }

  private mutating func pin(_ value: JSONValue, at pointer: String) -> SlicePin? {
    let keys = ["layer", "rows", "columns", "channels", "core"]
    guard let members = members(value, at: pointer, keys) else { return nil }
    let layer = members["layer"]?.string
    if layer == nil { report("needs the name of a layer", at: pointer + "/layer") }
    let ranges = ["rows", "columns", "channels"].map { key in
      members[key].flatMap { range($0, at: "\(pointer)/\(key)") }
    }
    let core = core(members["core"] ?? .null, at: pointer + "/core")
    guard let layer, let core else { return nil }
    return SlicePin(
      layer: layer, rows: ranges[0], columns: ranges[1], channels: ranges[2], core: core)
  }

  private mutating func range(_ value: JSONValue, at pointer: String) -> Range<Int>? {
    guard let list = value.elements, list.count == 2, let first = list[0].int,
      let end = list[1].int, first >= 0, first < end
    else {
      report("needs [first, end] with 0 ≤ first < end", at: pointer)
      return nil
    }
    return first..<end
  }

  private mutating func core(_ value: JSONValue, at pointer: String) -> PinnedPlace? {
    if let number = value.int, number >= 0 { return .number(number) }
    guard value.members != nil else {
      report(
        "needs the number of a core or an object with chip, column, row and slot", at: pointer)
      return nil
    }
    let keys = ["chip", "column", "row", "slot"]
    guard let members = members(value, at: pointer, keys) else { return nil }
    var numbers: [Int] = []
    for key in keys {
      if let number = members[key]?.int, number >= 0 {
        numbers.append(number)
      } else {
        report("needs a whole number of 0 or more", at: "\(pointer)/\(key)")
      }
    }
    guard numbers.count == keys.count else { return nil }
    return .tile(chip: numbers[0], column: numbers[1], row: numbers[2], slot: numbers[3])
  }
}
