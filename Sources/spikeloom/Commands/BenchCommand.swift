import Foundation
import LoomBase
import LoomHardware
import LoomImport

/// `bench`: how fast the emulator is, on the reference workloads of a folder beside bare loops, or on generated networks.
enum BenchCommand {
  static let command = Command(
    name: "bench", summary: "measures the emulator on reference workloads or generated networks",
    positionals: "",
    options: ProfileFlags.options + GeneratedBenchCommand.options + [
      .value(
        "--data", placeholder: "DIR",
        help: "folder of workload folders (default: $SPIKELOOM_DATA/workloads)"),
      .value(
        "--seconds", placeholder: "S",
        help: "CPU seconds for each figure (default 5, in five rounds)"),
      .value("--only", placeholder: "NAME", help: "one workload of the folder"),
      .value(
        "--activity", placeholder: "SHARE",
        help: "keeps this share of a workload's input spikes, drawn by --seed (0 to 1)"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    _ = try arguments.positionals()
    let seconds = try arguments.numbers("--seconds") ?? [5]
    guard let seconds = seconds.first, seconds >= 0, seconds <= 3600 else {
      throw UsageError("'--seconds' needs a number from 0 to 3600")
    }
    if arguments.has("--generate") {
      return try GeneratedBenchCommand.run(arguments, seconds: seconds)
    }
    try GeneratedBenchCommand.refuse(arguments)
    let thinning = try Self.thinning(arguments)
    let profile = try ProfileFlags.load(arguments, default: "loihi1-silicon-fit")
    let progress = Progress()
    var figures = BenchFigures(workloads: [])
    for path in try folders(arguments) {
      let folder = try WorkloadFolder(path: path)
      progress.stage("\(folder.name): compiling for \(profile.name)")
      var workload = try WorkloadBench(folder, profile: profile, thinning: thinning)
      try workload.measure(seconds: seconds, progress)
      try workload.measureProcesses()
      figures.workloads.append(workload)
    }
    if arguments.has("--json") {
      Console.print(json: figures.json)
    } else {
      Console.print(figures.text)
    }
    return finish(figures)
  }

  private static func thinning(
    _ arguments: ParsedArguments
  ) throws -> (share: Double, seed: UInt64)? {
    guard let shares = try arguments.numbers("--activity") else { return nil }
    guard shares.count == 1, (0...1).contains(shares[0]) else {
      throw UsageError("'--activity' needs a number from 0 to 1")
    }
    return (shares[0], UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 0))
  }

  /// Counts that are not the reference's, and processes that failed, are differences.
  private static func finish(_ figures: BenchFigures) -> ExitStatus {
    var status = ExitStatus.done
    for workload in figures.workloads {
      if workload.matches == false {
        Console.note("error: \(workload.folder.name): needs \(workload.expectedText), has others")
        status = .differs
      }
      if workload.thinning != nil, workload.isAsBareLoops == false {
        Console.note(
          "error: \(workload.folder.name): needs the counts of the bare loops, has others")
        status = .differs
      }
      if workload.figures.values.contains(where: { $0.child.status != 0 }) {
        Console.note("error: \(workload.folder.name): emulate ended with an error")
        status = .differs
      }
    }
    return status
  }

  /// The workload folders, by name.
  private static func folders(_ arguments: ParsedArguments) throws -> [String] {
    let staged = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].map { $0 + "/workloads" }
    guard let path = arguments.text("--data") ?? staged else {
      throw UsageError("'--data' is needed, or SPIKELOOM_DATA in the environment")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let found = names.sorted().filter {
      FileManager.default.fileExists(atPath: "\(path)/\($0)/input.npy")
    }
    let chosen = arguments.text("--only").map { name in found.filter { $0 == name } } ?? found
    guard !chosen.isEmpty else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1203", "needs workload folders with input.npy, has none", at: .file(path)))
    }
    return chosen.map { "\(path)/\($0)" }
  }
}
