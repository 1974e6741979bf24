import LoomBase
import LoomEmulator
import LoomHardware
import LoomImport

/// The parts of one run, in order.
struct PartSet {
  /// One file and what it holds.
  private struct Entry {
    var name: String
    var part: PartFile
  }

  /// The first part, with the sums of all.
  private(set) var merged: PartFile
  /// The profile of all.
  let profile: Profile

  /// Reads parts and puts them together.
  ///
  /// - Throws: all that is wrong at once: SL1850 no part file, SL1851 not of the same run, SL1852 a part is missing,
  ///   SL1853 a part is there twice, SL1854 another number of parts.
  init(paths: [String]) throws(DiagnosticsError) {
    var entries: [Entry] = []
    var findings: [Diagnostic] = []
    for path in paths {
      do {
        let bytes = try AtomicFile.read(path: path)
        entries.append(Entry(name: path, part: try PartFile.decode(bytes, name: path)))
      } catch {
        findings += error.diagnostics
      }
    }
    guard let first = entries.first else { throw DiagnosticsError(.badInput, findings) }
    for entry in entries.dropFirst() { findings += PartSet.differences(entry, first) }
    findings += PartSet.gaps(entries, first, hasUnread: entries.count < paths.count)
    guard findings.isEmpty else { throw DiagnosticsError(.badInput, findings) }
    profile = try first.part.loadedProfile(first.name)
    entries.sort { $0.part.shard.part < $1.part.shard.part }
    merged = entries[0].part
    // Paths may differ; those of the first part stand for all.
    for entry in entries.dropFirst() {
      do {
        try merged.append(entry.part)
      } catch {
        throw DiagnosticsError(
          PartSet.finding("SL1851", "\(error)", entry, "run all parts with one command line"))
      }
    }
  }

  private static func finding(
    _ code: String, _ message: String, _ entry: Entry, _ remedy: String
  ) -> Diagnostic {
    Diagnostic(.error, code, message, at: .file(entry.name), remedy: remedy)
  }

  /// What a part has that the first has not, or has otherwise.
  private static func differences(_ entry: Entry, _ first: Entry) -> [Diagnostic] {
    let (part, other) = (entry.part, first.part)
    var lines: [String] = []
    func compare(_ what: String, _ has: String, _ needs: String) {
      if has != needs { lines.append("needs \(what) of '\(first.name)' (\(needs)), has \(has)") }
    }
    compare("the command", part.command.rawValue, other.command.rawValue)
    compare("the version", part.tool, other.tool)
    let none = "none"
    func digest(_ part: PartFile, _ key: String) -> String {
      part.digests[key].map { String($0.prefix(16)) } ?? none
    }
    for key in Set(part.digests.keys).union(other.digests.keys).sorted() where key != "options" {
      compare("the \(key)", digest(part, key), digest(other, key))
    }
    for key in Set(part.options.keys).union(other.options.keys).sorted() {
      compare(
        "'\(key)'", part.options[key]?.joined(separator: " ") ?? none,
        other.options[key]?.joined(separator: " ") ?? none)
    }
    if lines.isEmpty, part.digests["options"] != other.digests["options"] {
      lines.append("needs the options of '\(first.name)', has others")
    }
    return lines.map {
      finding("SL1851", $0, entry, "run all parts with one command line but for --shard")
    }
  }

  /// Parts of another division, parts that are there twice or missing.
  private static func gaps(
    _ entries: [Entry], _ first: Entry, hasUnread: Bool
  ) -> [Diagnostic] {
    let count = first.part.shard.count
    var findings: [Diagnostic] = []
    var seen: [Int: String] = [:]
    for entry in entries {
      let shard = entry.part.shard
      if shard.count != count {
        findings.append(
          finding(
            "SL1854", "needs one of \(count) parts as '\(first.name)', has one of \(shard.count)",
            entry, "divide a run once"))
      } else if let twice = seen[shard.part] {
        findings.append(
          finding(
            "SL1853", "needs each part once, has part \(shard.part) of '\(twice)' again", entry,
            "leave one of the files out"))
      } else {
        seen[shard.part] = entry.name
      }
    }
    let missing = (1...count).filter { seen[$0] == nil }
    // A file that cannot be read may be the missing part; it is said by itself.
    guard let lowest = missing.first, !(hasUnread && missing.count == 1) else { return findings }
    let shown = missing.prefix(20).map(String.init).joined(separator: ", ")
    findings.append(
      Diagnostic(
        .error, "SL1852",
        "needs parts 1 to \(count), has none for \(shown)\(missing.count > 20 ? ", …" : "")",
        remedy: "run the same command with --shard \(lowest)/\(count)"))
    return findings
  }
}

extension PartFile {
  /// Appends the next part's findings.
  fileprivate mutating func append(_ other: PartFile) throws(PartMismatch) {
    if let more = other.emulate { try emulate?.append(more) }
    if let more = other.sweep { try sweep?.append(more) }
  }
}
