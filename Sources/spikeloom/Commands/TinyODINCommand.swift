import Foundation
import LoomBase
import LoomEmulator
import LoomReport

/// `tinyodin`: runs a folder in the format of `tinyodin-rtl` on a core model exact to the clock cycle, or replays an
/// image's samples on it.
enum TinyODINCommand {
  static let command = Command(
    name: "tinyodin", summary: "a tinyODIN core to the clock cycle: events in, events out",
    positionals: "DIR|X.chip",
    options: ProfileFlags.options + [
      DataSet.data, TinyODINImageRun.clock,
      .value(
        "--output", "-o", placeholder: "OUT",
        help: "folder for output.csv, final_core.csv, totals.csv, steps.csv"),
      .flag(
        "--check",
        help: "compare with the reference files in DIR, input handshakes too; 3 if anything differs"
      ),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("DIR|X.chip")[0]
    if isImage(path) { return try runImage(path, arguments) }
    try arguments.refuse(
      ["--data", "--profile", "--set", "--clock"],
      "has no meaning for a folder, which holds its own events and core")
    guard arguments.has("--output") || arguments.has("--check") else {
      throw UsageError("'--output' or '--check' is needed")
    }
    if let output = arguments.text("--output") { try refuseOverwriting(path, with: output) }
    let run = try TinyODINRun(path: path)
    let differences = arguments.has("--check") ? try run.differences() : nil
    if let output = arguments.text("--output") { try run.write(to: output) }
    if arguments.has("--json") {
      Console.print(json: document(run, differences))
    } else {
      Console.print(text(run, differences))
    }
    return differences?.contains { $0.count > 0 } == true ? .differs : .done
  }

  /// Results never replace the reference files they would be checked against.
  private static func refuseOverwriting(_ path: String, with output: String) throws(UsageError) {
    let folders = [path, output].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    guard folders[0] == folders[1] else { return }
    let names = ["output.csv", "output.csv.gz", "final_core.csv", "totals.csv", "steps.csv"]
    if let found = names.first(where: {
      FileManager.default.fileExists(atPath: "\(folders[0])/\($0)")
    }) {
      throw UsageError("'--output' needs another folder than DIR, which holds '\(found)'")
    }
  }

  /// Whether a path is a file, and so an image rather than a folder.
  private static func isImage(_ path: String) -> Bool {
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
  }

  private static func runImage(_ path: String, _ arguments: ParsedArguments) throws -> ExitStatus {
    try arguments.refuse(["--output", "--check"], "has no meaning for an image")
    let run = try TinyODINImageRun(path: path, arguments)
    if arguments.has("--json") {
      Console.print(json: run.document)
    } else {
      Console.print(run.text)
    }
    return .done
  }

  private static func document(
    _ run: TinyODINRun, _ differences: [TinyODINDifferences]?
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "schema": .text("spikeloom.tinyodin/1"), "kind": .text("folder"),
      "totals": .object(
        Dictionary(
          uniqueKeysWithValues: run.record.totals.rows.map { ($0.key, .integer($0.value)) })
      ),
      "steps": .array(
        run.record.steps.map {
          .object(["step": .integer($0.step), "idleCycle": .integer($0.idleCycle)])
        }),
    ]
    if let differences {
      let files = differences.map { file in
        var entry: [String: JSONValue] = [
          "file": .text(file.file), "lines": .integer(file.lines),
          "differing": .integer(file.count),
        ]
        entry["first"] = file.first.map { .text($0) }
        return JSONValue.object(entry)
      }
      members["check"] = .object([
        "files": .array(files), "differing": .integer(differences.reduce(0) { $0 + $1.count }),
      ])
    }
    return .object(members)
  }

  private static func text(_ run: TinyODINRun, _ differences: [TinyODINDifferences]?) -> String {
    let width = run.record.totals.rows.map(\.key.count).max() ?? 0
    var lines = run.record.totals.rows.map { row in
      "  \(row.key)\(String(repeating: " ", count: width - row.key.count))  \(row.value)"
    }
    for file in differences ?? [] {
      lines.append("  \(file.file): \(file.count) of \(file.lines) lines differ")
      if let first = file.first { lines.append("    \(first)") }
    }
    return lines.joined(separator: "\n")
  }
}
