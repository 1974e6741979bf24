import Foundation
import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomReport

/// `emulate`: an image and samples, nothing else; predictions, counts, latency, energy.
enum EmulateCommand {
  static let command = Command(
    name: "emulate", summary: "run an image on the emulated chip",
    positionals: "X.chip",
    options: ProfileFlags.options + MetricFlags.options + LedgerFlags.options + [
      TimingFlag.option,
      DataSet.data, DataSet.labelsOption, OutputFile.option,
      .value("--predictions", placeholder: "FILE", help: "write predictions (.npy)"),
      .value("--index", placeholder: "I", help: "run only sample I"),
      .value(
        "--spikes", placeholder: "FILE",
        help: "write the spikes of one sample (--index), chip steps × neurons (.npy)"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("X.chip")[0]
    try Files.requireFolders(arguments, "--predictions", "--outputs", "--spikes")
    let budget = try LedgerFlags.budget(arguments)
    let bytes = try AtomicFile.read(path: path)
    let image = try ChipFile.decode(bytes, name: Files.name(of: path))
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    var samples = try SampleFile.read(path: try arguments.required("--data"))
    if image.input.isSpikes {
      samples =
        samples.asRasters(timesteps: image.schedule.timesteps, stepShape: image.input.shape)
        ?? samples
    }
    let units = try ReadoutUnits.needed(image, arguments)
    let targets = try MetricFlags.targets(
      arguments, count: samples.count, outputs: units.outputs, picture: image.input.shape)
    let range = try range(arguments, samples.count)
    let emulator = try Emulator(
      image: image, profile: profile, timing: try TimingFlag.mode(arguments))
    let progress = Progress()
    progress.stage("emulated chip, \(image.cores.count) cores, \(range.count) samples")
    let record = try emulator.run(samples, range: range, threads: try threadCount(arguments)) {
      progress.count($0, of: range.count, what: "samples")
    }
    let right = value(targets?.selecting(range), record, units)
    var priced = try priced(
      image, "\(ChipFile.sha256(of: bytes))", profile, record, (targets?.metric ?? .top1, right))
    try LedgerFlags.complete(
      &priced, arguments, budget: budget,
      run: LedgerFlags.RunSource(
        image: image, samples: samples, first: range.lowerBound, total: range.count,
        threads: try threadCount(arguments), timing: emulator.mode, progress: progress))
    if let file = arguments.text("--spikes") {
      try writeSpikes(try emulator.trace(samples, index: range.lowerBound), image, to: file)
    }
    if let file = arguments.text("--predictions") {
      try PredictionFile.write(record.predictions, to: file)
    }
    if let file = arguments.text("--outputs") {
      try OutputFile.write(
        units.answers(record.scores, samples: record.samples),
        names: image.outputs.map { image.provenance?.populations[$0].name ?? "population \($0)" },
        to: file)
    }
    report(arguments, image, priced, record)
    Console.note(HostProcess.peakNote)
    return LedgerFlags.finish(priced)
  }

  /// The metric of the chip's answers; nil without targets.
  private static func value(
    _ targets: MetricTargets?, _ record: RunRecord, _ units: ReadoutUnits
  ) -> Double? {
    guard let targets else { return nil }
    if case .classes(let labels) = targets {
      return accuracy(record.predictions.map { Int($0) }, labels)
    }
    return targets.value(of: units.answers(record.scores, samples: record.samples))
  }

  private static func range(_ arguments: ParsedArguments, _ count: Int) throws -> Range<Int> {
    if let index = try arguments.integer("--index", in: 0...Int(Int32.max)) {
      guard index < count else {
        throw DiagnosticsError(
          Diagnostic(
            .error, "SL1812", "--index needs a number below \(count) (the samples), has \(index)"))
      }
      return index..<(index + 1)
    }
    let limit = try arguments.integer("--samples", in: 1...Int(Int32.max)) ?? count
    return 0..<min(limit, count)
  }

  /// All populations side by side, each channel-last, one row for each chip step.
  private static func writeSpikes(
    _ trace: EmulatorTrace, _ image: HardwareImage, to path: String
  ) throws {
    let widths = trace.shapes.indices.map { trace.spikes[$0].count / max(trace.steps, 1) }
    var rows: [UInt8] = []
    rows.reserveCapacity(trace.steps * widths.reduce(0, +))
    for step in 0..<trace.steps {
      for (population, width) in widths.enumerated() {
        rows += trace.spikes[population][(step * width)..<((step + 1) * width)]
      }
    }
    try AtomicFile.write(
      NumpyFile.encode(shape: [trace.steps, widths.reduce(0, +)], bytes: rows), to: path)
    var first = 0
    for (population, width) in widths.enumerated() {
      let name = image.provenance?.populations[population].name ?? "population \(population)"
      Console.note("    columns \(first)..<\(first + width): \(name) \(trace.shapes[population])")
      first += width
    }
  }

  /// Counts times prices; before anything is written, for a price may be missing.
  private static func priced(
    _ image: HardwareImage, _ digest: String, _ profile: Profile, _ record: RunRecord,
    _ judged: (metric: TaskMetric, value: Double?)
  ) throws -> ComparisonReport {
    var facts = ComparisonFacts(
      tool: Version.tool, network: image.provenance?.network ?? "image",
      method: image.provenance?.method ?? "", timesteps: image.schedule.timesteps,
      accuracy: AccuracyStages(chip: judged.value), calibration: "",
      imageSHA256: digest)
    facts.code = image.schedule.code
    facts.countsSpikes = image.spikeCounts != nil
    facts.metric = judged.metric
    return try ComparisonReport(
      facts: facts, record: record, image: image, profile: profile, ann: [])
  }

  private static func report(
    _ arguments: ParsedArguments, _ image: HardwareImage, _ priced: ComparisonReport,
    _ record: RunRecord
  ) {
    if arguments.has("--json") {
      let names = image.provenance?.populations.map(\.name) ?? []
      Console.print(json: json(priced, record, names))
      return
    }
    Console.print(RunText.summary(record))
    if let value = priced.facts.accuracy.chip {
      let metric = priced.facts.metric
      let said = metric.isShare ? "\((value * 10_000).rounded() / 100) %" : "\(value)"
      Console.print("\(metric == .top1 ? "accuracy" : metric.title) \(said)\n")
    }
    Console.print(priced.latencyText + "\n")
    Console.print(priced.ledgerText)
    for section in [priced.sensitivity?.text, priced.budget?.text] {
      if let section { Console.print("\n" + section) }
    }
  }

  /// The run's counts with the per-sample keys of `compare --json` beside them.
  private static func json(
    _ priced: ComparisonReport, _ record: RunRecord, _ names: [String]
  ) -> JSONValue {
    var members = RunText.jsonValue(record, populationNames: names).members ?? [:]
    let compared = priced.jsonValue
    let keys = [
      "latency", "operations", "chip", "image", "profile", "timesteps", "metric", "neurobench",
      "sensitivity", "budget",
    ]
    for key in keys {
      members[key] = compared[key]
    }
    var energy = compared["energy"]?.members ?? [:]
    energy["ann"] = nil
    members["energy"] = .object(energy)
    members["accuracy"] = .object([
      "chip": priced.facts.accuracy.chip.map { .number($0) } ?? .null
    ])
    return .object(members)
  }
}
