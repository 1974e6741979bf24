public import LoomBase

/// Diagnostics for a terminal and for machines.
public enum DiagnosticText {
  /// All diagnostics, gravest first within the order found, and a line that counts them.
  ///
  /// - Parameters:
  ///   - diagnostics: The findings.
  ///   - colored: Whether to colour severities with ANSI escapes (standard error is a terminal).
  public static func render(_ diagnostics: [Diagnostic], colored: Bool = false) -> String {
    guard !diagnostics.isEmpty else { return "" }
    var lines = sorted(diagnostics).map { render($0, colored: colored) }
    lines.append(summary(diagnostics))
    return lines.joined(separator: "\n") + "\n"
  }

  /// One diagnostic: severity, code, place and sentence; notes and remedy below it.
  public static func render(_ diagnostic: Diagnostic, colored: Bool = false) -> String {
    var head = "\(diagnostic.severity.rawValue) \(diagnostic.code)"
    if colored { head = "\u{1B}[1;\(color(diagnostic.severity))m\(head)\u{1B}[0m" }
    let place = diagnostic.anchor.description
    var lines = ["\(head): \(place.isEmpty ? "" : place + ": ")\(diagnostic.message)"]
    lines += diagnostic.notes.map { "  note: \($0)" }
    if let remedy = diagnostic.remedy { lines.append("  remedy: \(remedy)") }
    // What a file wrote into a name must not move the cursor.
    return lines.map { printable($0, colored: colored) }.joined(separator: "\n")
  }

  /// The diagnostics as an array of objects.
  public static func jsonValue(_ diagnostics: [Diagnostic]) -> JSONValue {
    .array(
      sorted(diagnostics).map { diagnostic in
        var members: [String: JSONValue] = [
          "code": .text(diagnostic.code), "severity": .text(diagnostic.severity.rawValue),
          "message": .text(diagnostic.message),
          "notes": .array(diagnostic.notes.map { .text($0) }),
        ]
        if diagnostic.anchor != .none { members["at"] = .text(diagnostic.anchor.description) }
        if let remedy = diagnostic.remedy { members["remedy"] = .text(remedy) }
        return .object(members)
      })
  }

  private static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    [Severity.error, .warning, .note, .remark].flatMap { severity in
      diagnostics.filter { $0.severity == severity }
    }
  }

  private static func summary(_ diagnostics: [Diagnostic]) -> String {
    let parts = [Severity.error, .warning, .note, .remark].compactMap { severity -> String? in
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return parts.joined(separator: ", ")
  }

  private static func color(_ severity: Severity) -> Int {
    switch severity {
    case .error: 31
    case .warning: 33
    case .note: 36
    case .remark: 32
    }
  }

  private static func printable(_ line: String, colored: Bool) -> String {
    let isHostile = line.unicodeScalars.contains { scalar in
      scalar.value < 0x20 && !(colored && scalar == "\u{1B}") || scalar.value == 0x7F
    }
    guard isHostile else { return line }
    var result = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      let isControl = scalar.value < 0x20 || scalar.value == 0x7F
      result.append(isControl && !(colored && scalar == "\u{1B}") ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }
}
