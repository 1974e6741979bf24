/// How grave a diagnostic is.
public enum Severity: String, Codable, Sendable, Comparable {
  case remark
  case note
  case warning
  case error

  private var rank: Int {
    switch self {
    case .remark: 0
    case .note: 1
    case .warning: 2
    case .error: 3
    }
  }

  /// Orders severities from remark to error.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// Where in the user's model, profile or file a diagnostic points.
public enum Anchor: Hashable, Sendable, CustomStringConvertible {
  case none
  case file(String)
  case onnxNode(name: String, operation: String)
  case layer(String)
  case core(Int)
  case jsonPointer(file: String, pointer: String)
  case byteOffset(file: String, offset: Int)

  /// The anchor as a person reads it.
  public var description: String {
    switch self {
    case .none: ""
    case .file(let name): name
    case .onnxNode(let name, let operation): "node '\(name)' (\(operation))"
    case .layer(let name): "layer '\(name)'"
    case .core(let index): "core \(index)"
    case .jsonPointer(let file, let pointer): "\(file)#\(pointer)"
    case .byteOffset(let file, let offset): "\(file) at byte \(offset)"
    }
  }
}

/// One finding about the user's model, profile or data.
///
/// The message is one sentence in the grammar *needs X, has Y*: lower-case first word, no final stop.
public struct Diagnostic: Hashable, Sendable {
  /// A stable code such as `SL2104`: the first digit names the stage (1 files, 2 conversion, 3 fixed
  /// point, 4 mapping, 5 image, 6 emulation, 7 prices, 8 command line).
  public var code: String
  /// How grave it is.
  public var severity: Severity
  /// One sentence: what is needed and what is there.
  public var message: String
  /// Where it points.
  public var anchor: Anchor
  /// Further facts, one sentence each.
  public var notes: [String]
  /// What the user can do about it.
  public var remedy: String?

  /// Creates a diagnostic.
  public init(
    _ severity: Severity, _ code: String, _ message: String, at anchor: Anchor = .none,
    notes: [String] = [], remedy: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.anchor = anchor
    self.notes = notes
    self.remedy = remedy
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The diagnostic on one line, notes and remedy indented below it.
  public var description: String {
    let place = anchor.description
    var lines = ["\(severity.rawValue) \(code): \(place.isEmpty ? "" : place + ": ")\(message)"]
    lines += notes.map { "  note: \($0)" }
    if let remedy { lines.append("  remedy: \(remedy)") }
    return lines.joined(separator: "\n")
  }
}

/// All findings of one stage, thrown together when at least one is an error.
public struct DiagnosticsError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure the findings mean for the caller (and so the exit code).
  public enum Kind: Sendable {
    /// The user's file, model or profile is at fault (exit code 1).
    case badInput
    /// The model does not fit the chip, or a budget is missed (exit code 2).
    case doesNotFit
  }

  /// The kind of failure.
  public var kind: Kind
  /// The findings, errors first as found.
  public var diagnostics: [Diagnostic]

  /// Creates the error from all findings of a stage.
  public init(_ kind: Kind, _ diagnostics: [Diagnostic]) {
    self.kind = kind
    self.diagnostics = diagnostics
  }

  /// Creates the error from a single finding about bad input.
  public init(_ diagnostic: Diagnostic) {
    self.init(.badInput, [diagnostic])
  }

  /// All findings, one after another.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n")
  }
}
