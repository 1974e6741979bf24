import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// `merge`: the parts of a divided `emulate` or `sweep` become the result of the undivided one.
enum MergeCommand {
  static let command = Command(
    name: "merge", summary: "put the parts of 'emulate --shard' or 'sweep --shard' together",
    positionals: "PART…",
    options: MetricFlags.options + [
      DataSet.labelsOption, OutputFile.option,
      .value(
        "--output", "-o", placeholder: "FILE",
        help: "write the JSON of the undivided run, byte for byte"),
      .value("--predictions", placeholder: "FILE", help: "emulate: write predictions (.npy)"),
      .value(
        "--budget", placeholder: "FILE",
        help: "emulate: limits on energy, latency, cores, accuracy; missed: exit code 2"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    guard !arguments.positionals.isEmpty else { throw UsageError("PART… is missing") }
    try arguments.refuse(
      ["--samples", "--seed", "--threads"], "belongs to the parts, 'merge' runs nothing")
    try Files.requireFolders(arguments, "--output", "--predictions", "--outputs")
    if arguments.has("--labels"), try MetricFlags.chosen(arguments) == .top1 {
      throw UsageError("'--labels' belongs to the parts, which count right answers")
    }
    let budget = try LedgerFlags.budget(arguments)
    let set = try PartSet(paths: arguments.positionals)
    if let part = set.merged.emulate {
      return try emulation(part, set, arguments, budget)
    }
    guard let part = set.merged.sweep else { return .internalError }
    try arguments.refuse(
      ["--predictions", "--budget", "--outputs", "--labels", "--metric"],
      "needs parts of 'emulate', has parts of 'sweep'")
    let report = try part.report(
      set.profile, host: set.merged.host.mapValues { .text($0) })
    try write(report.jsonValue, arguments)
    SweepCommand.print(report, arguments)
    return .done
  }

  private static func emulation(
    _ part: EmulatePart, _ set: PartSet, _ arguments: ParsedArguments,
    _ budget: (budget: Budget, name: String)?
  ) throws -> ExitStatus {
    let record = part.sums.record
    let judged = try judged(part, arguments)
    var priced = try part.report(
      record, set.profile, metric: judged.metric, value: judged.value)
    priced.budget = budget.map { $0.budget.check(priced, name: $0.name) }
    let names = part.facts.populations.map(\.name)
    if let file = arguments.text("--predictions") {
      try PredictionFile.write(record.predictions, to: file)
    }
    if let file = arguments.text("--outputs") {
      try part.facts.answers?.write(part.sums, to: file)
    }
    try write(EmulationOutput.json(priced, record, names), arguments)
    EmulationOutput.print(arguments, priced, record, names: names)
    return LedgerFlags.finish(priced)
  }

  /// The share of right answers that the parts counted, or what `--metric` makes of all scores.
  ///
  /// - Throws: SL1855 where scores are needed and not kept.
  private static func judged(
    _ part: EmulatePart, _ arguments: ParsedArguments
  ) throws -> (metric: TaskMetric, value: Double?) {
    let isTop1 = try MetricFlags.chosen(arguments) == .top1
    if isTop1, !arguments.has("--outputs") { return (.top1, part.accuracy) }
    guard let answers = part.facts.answers else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1855", "needs parts with all scores, has parts with predictions only",
          remedy: "run 'emulate --shard' with --scores"))
    }
    return isTop1 ? (.top1, part.accuracy) : try answers.value(part.sums, arguments)
  }

  /// Writes what the undivided run prints with `--json`.
  private static func write(_ json: JSONValue, _ arguments: ParsedArguments) throws {
    guard let path = arguments.text("--output") else { return }
    try AtomicFile.write(Array((JSONText.encode(json) + "\n").utf8), to: path)
  }
}
