/// JSON text (RFC 8259): written so that its bytes depend on the value alone, read strictly.
///
/// Keys are sorted by their Unicode scalars, numbers have the shortest digits that read back the same.
/// Numbers that JSON cannot hold (NaN, infinity) become null.
public enum JSONText {
  /// How a document is laid out.
  public enum Layout: Sendable {
    /// Two spaces a level, arrays of plain values on one line, a line break at the end: for people.
    case indented
    /// No space at all: for text inside other files.
    case compact
  }

  /// The document as text.
  public static func encode(_ value: JSONValue, layout: Layout = .indented) -> String {
    var writer = JSONWriter(isIndented: layout == .indented)
    writer.write(value, indent: 0)
    if layout == .indented { writer.text += "\n" }
    return writer.text
  }

  /// The value of a whole document in UTF-8; time and memory are linear in the bytes.
  ///
  /// Stricter than RFC 8259 where files nobody vouches for could mislead: at most 64 levels of nesting,
  /// no key twice in one object (the last one would silently win), only numbers a `Double` can hold.
  /// Whole numbers that fit 64 bits become `integer`, others `number`.
  ///
  /// - Throws: `JSONSyntaxError` with the offset of the first byte that does not belong.
  public static func decode(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> JSONValue {
    try JSONParser.parse(Array(bytes))
  }

  /// The value of a file that a user gave.
  ///
  /// - Throws: `DiagnosticsError` with the caller's code and the offset in the file, as `decode`.
  public static func document(
    _ bytes: [UInt8], named name: String, code: String
  ) throws(DiagnosticsError) -> JSONValue {
    do {
      return try decode(bytes)
    } catch {
      throw DiagnosticsError(
        Diagnostic(
          .error, code, "needs JSON: \(error.reason)",
          at: .byteOffset(file: name, offset: error.offset)))
    }
  }
}

/// Why bytes are not a JSON document.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Offset of the offending byte from the start of the document.
  public var offset: Int
  /// What is needed there, as `needs X, has Y`.
  public var reason: String

  /// Creates the error.
  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  /// The error as a sentence.
  public var description: String { "at byte \(offset): \(reason)" }
}
