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
      ShardFlag.option, ShardFlag.scores, Files.output,
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("X.chip")[0]
    let shard = try shard(arguments)
    try Files.requireFolders(arguments, "--predictions", "--outputs", "--spikes", "--output")
    let budget = try LedgerFlags.budget(arguments)
    let bytes = try AtomicFile.bytes(path: path)
    let image = try ChipFile.decode(bytes, name: Files.name(of: path))
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    let samples = try Files.samples(try arguments.required("--data"), for: image)
    let units = try ReadoutUnits.needed(image, arguments)
    let targets = try MetricFlags.targets(
      arguments, count: samples.count, outputs: units.outputs, picture: image.input.shape)
    let range = try range(arguments, samples.count)
    let emulator = try Emulator(
      image: image, profile: profile, timing: try TimingFlag.mode(arguments, on: profile))
    let progress = Progress()
    let wanted = (shard ?? .whole).samples(of: range.count).count
    progress.stage("emulated chip, \(image.cores.count) cores, \(wanted) samples")
    let sums = try emulator.sums(
      samples, range: range, shard: shard ?? .whole, threads: try threadCount(arguments)
    ) { progress.count($0, of: wanted, what: "samples") }
    var part = EmulatePart(image, sha256: ChipFile.sha256(of: bytes), profile, sums)
    let record = sums.record
    if let shard {
      if arguments.has("--scores") {
        part.facts.answers = PartAnswers(image, samples: samples.count)
      } else {
        part.sums.scores = []
      }
      try write(
        &part, shard, arguments, profile, samples, targets?.selecting(range),
        default: image.profileName)
      return .done
    }
    let right = value(targets?.selecting(range), record, units)
    // Before anything is written, for a price may be missing.
    var priced = try part.report(
      record, profile, metric: targets?.metric ?? .top1, value: right)
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
    EmulationOutput.print(
      arguments, priced, record, names: image.provenance?.populations.map(\.name) ?? [])
    Console.note(HostProcess.peakNote)
    return LedgerFlags.finish(priced)
  }

  /// The part of the samples to run; nil: all.
  private static func shard(_ arguments: ParsedArguments) throws -> Shard? {
    let shard = try ShardFlag.read(
      arguments,
      without: [
        "--index", "--spikes", "--predictions", "--outputs", "--sensitivity", "--budget",
      ])
    if shard != nil, try MetricFlags.chosen(arguments) != .top1 {
      throw UsageError(
        "'--metric' is given to 'merge', with '--labels', where all answers are ('--shard' needs '--scores')"
      )
    }
    return shard
  }

  /// Writes what a part of the samples did; priced once, for a price may be missing.
  private static func write(
    _ part: inout EmulatePart, _ shard: Shard, _ arguments: ParsedArguments, _ profile: Profile,
    _ samples: Samples, _ targets: MetricTargets?, default name: String
  ) throws {
    _ = try part.report(part.sums.record, profile, value: nil)
    var digests = ["image": part.facts.imageSHA256, "data": PartDigest.of(samples)]
    if case .classes(let labels)? = targets {
      digests["labels"] = PartDigest.of(labels)
      let range = shard.samples(of: part.sums.frame.samples)
      part.right = zip(part.sums.predictions, labels[range]).count { Int($0) == $1 }
    }
    var file = try PartFile(
      .emulate, shard, arguments, profile: profile, defaultProfile: name, digests: digests)
    file.emulate = part
    try file.write(arguments, samples: part.sums.frame.samples)
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
}
