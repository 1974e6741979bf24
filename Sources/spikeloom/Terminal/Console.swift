import Foundation
import LoomBase
import LoomReport

/// Standard output for answers, standard error for progress and diagnostics.
enum Console {
  /// Writes a line to standard output.
  static func print(_ text: String) {
    write(text + "\n", to: FileHandle.standardOutput)
  }

  /// Writes a line to standard error.
  static func note(_ text: String) {
    write(text + "\n", to: FileHandle.standardError)
  }

  /// Writes diagnostics to standard error.
  static func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { note(diagnostic.description) }
  }

  /// Writes JSON to standard output.
  static func print(json: JSONValue) {
    print(JSONText.encode(json))
  }

  private static func write(_ text: String, to handle: FileHandle) {
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
