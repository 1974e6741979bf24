import Foundation
import LoomBase
import LoomHardware
import LoomImport
import LoomReport

/// `calibrate`: constants of a profile fitted to measured energies and latencies.
enum CalibrateCommand {
  static let command = Command(
    name: "calibrate", summary: "fit constants of a profile to measured points",
    positionals: "PROFILE",
    options: [
      .value(
        "--measurements", placeholder: "FILE",
        help: "measured points (spikeloom.measurements/1)"),
      .value(
        "--fit", placeholder: "/POINTER",
        help: "a constant to fit (default: those the file names)", repeatable: true),
      .value(
        "--output", "-o", placeholder: "FILE", help: "write the profile with fitted constants"),
      ProfileFlags.set,
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let name = try arguments.positionals("PROFILE")[0]
    let path = try arguments.required("--measurements")
    try Files.requireFolders(arguments, "--output")
    let (profile, document) = try ProfileFile.document(name, overrides: arguments.all("--set"))
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    let measurements = try Measurements(
      bytes: try AtomicFile.read(path: path), name: Files.name(of: path),
      chosen: arguments.all("--fit"), profile: profile
    ) { file throws(DiagnosticsError) in
      try AtomicFile.read(path: URL(fileURLWithPath: file, relativeTo: folder).path)
    }
    let report = try CalibrationReport(profile: profile, measurements: measurements)
    if let output = arguments.text("--output") {
      let bytes = Array(JSONText.encode(report.updated(document)).utf8)
      _ = try ProfileFile.decode(bytes, name: Files.name(of: output))
      try AtomicFile.write(bytes, to: output)
      Console.note("· written: \(Files.name(of: output))")
    }
    if arguments.has("--json") {
      Console.print(json: report.jsonValue)
    } else {
      Console.print(report.text)
    }
    return .done
  }
}
