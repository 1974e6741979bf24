import Foundation

/// The checked-out repository this test was compiled from.
enum Repository {
  /// Its root folder.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The text of a file, by path from the root.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// All Swift files below a folder, by path from the root, sorted.
  static func swiftFiles(below folder: String) -> [String] {
    let base = root.appendingPathComponent(folder)
    guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
    return walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
      .map { "\(folder)/\($0)" }.sorted()
  }

  /// The modules imported by a source text.
  static func imports(in source: String) -> Set<String> {
    var result: Set<String> = []
    for line in source.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place <= 2, words.count > place + 1 else {
        continue
      }
      if words[..<place].allSatisfy({ ["public", "package", "internal", "private"].contains($0) }) {
        result.insert(String(words[place + 1]))
      }
    }
    return result
  }
}
