import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomReport

/// `fit`: does a network fit a chip, and if not, by how much and what would help; without a compile.
enum FitCommand {
  static let command = Command(
    name: "fit", summary: "does it fit a chip, what is short, what would help (no compile)",
    positionals: "MODEL|X.snn",
    options: [
      .value(
        "--profile", placeholder: "P", help: "a bundled profile's name, a file, or all bundled ones"
      ), ProfileFlags.set,
    ] + ConversionFlags.options + MetricFlags.options + [
      DataSet.data, DataSet.labelsOption, DataSet.calibrationOption, DataSet.calibrationCount,
      .flag("--no-remedies", help: "only size, try no remedies"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    try ConversionFlags.requireModel(path, arguments)
    let progress = Progress()
    progress.stage("reading \(Files.name(of: path))")
    let job = FitJob(
      subject: try FitSubject.read(path, arguments), path: path, arguments: arguments,
      threads: try threadCount(arguments), progress: progress)
    let report = try arguments.text("--profile") == "all" ? job.all() : job.single()
    if arguments.has("--json") {
      Console.print(json: report.jsonValue)
    } else {
      Console.print(report.text)
    }
    guard report.chips.contains(where: \.fits) else { return .doesNotFit }
    return report.refused.isEmpty ? .done : .badInput
  }
}
