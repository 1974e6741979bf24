import Foundation
import LoomBase
import LoomConversion
import LoomEmulator
import LoomHardware
import LoomImport
import LoomNetwork
import LoomReport

/// `compare`: the whole job in one go, from a trained network to a verdict.
enum CompareCommand {
  static let command = Command(
    name: "compare", summary: "ANN to verdict: accuracy, latency, energy, the ANN's own cost",
    positionals: "MODEL",
    options: ProfileFlags.options + ConversionFlags.options + PlacementFlags.options
      + MetricFlags.options + LedgerFlags.options + [
        DataSet.data, DataSet.labelsOption, DataSet.calibrationOption, DataSet.calibrationCount,
        .value("--save-image", placeholder: "FILE", help: "also write the hardware image (.chip)"),
        .value("--predictions", placeholder: "FILE", help: "write the chip's predictions (.npy)"),
        OutputFile.option,
        .value(
          "--waterfall", placeholder: "N",
          help: "samples that go through every stage between ANN and chip (default: all; 0: none)"),
        HostFlags.host, HostFlags.saveBoundary, TimingFlag.option,
        .flag("--strip", help: "leave names of ONNX nodes out of the image"),
      ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    if try MetricFlags.chosen(arguments) != .top1 { _ = try arguments.required("--labels") }
    try Files.requireFolders(
      arguments, "--save-image", "--predictions", "--outputs", "--save-boundary")
    let budget = try LedgerFlags.budget(arguments)
    let profile = try ProfileFlags.load(arguments)
    let timing = try TimingFlag.mode(arguments, on: profile)
    let progress = Progress()
    progress.stage("reading \(Files.name(of: path))")
    let network = try Files.model(path)
    let split = try HostFlags.split(arguments, network)
    let data = try DataSet.read(arguments, for: network, split: split)
    let choice = try PreprocessingChoice.make(
      arguments, modelPath: path, samplesAreBytes: data.samples.isBytes,
      channels: inputChannels(network))
    Console.note("    input: \(choice.description)")
    let options = try ConversionFlags.read(
      arguments, preprocessing: choice.preprocessing, samplesAreBytes: data.samples.isBytes,
      forms: .suited(to: profile))
    try ConversionFlags.requireCode(of: options.method, on: profile)
    let part = try ChipPart(network, split, data: data, options: options, progress)
    let job = ComparisonJob(
      network: part.network, data: part.data, profile: profile, options: part.options,
      threads: options.threads, mapping: try PlacementFlags.read(arguments),
      waterfallSamples: arguments.has("--labels")
        ? try arguments.integer("--waterfall", in: 0...Int(Int32.max)) : 0,
      host: part.host, timing: timing)
    let outcome = try job.run(progress)
    var report = try outcome.report(
      job: job, modelName: Files.name(of: path), preprocessing: choice,
      host: ["model": .text(path), "data": .text(arguments.text("--data") ?? "")])
    try LedgerFlags.complete(
      &report, arguments, budget: budget,
      run: LedgerFlags.RunSource(
        image: outcome.image, samples: job.data.samples, total: outcome.record.samples,
        threads: job.threads, timing: job.timing, progress: progress))
    try write(outcome, job, arguments)
    if arguments.has("--json") {
      Console.print(json: report.jsonValue)
    } else {
      Console.print(report.text)
    }
    return LedgerFlags.finish(report)
  }

  private static func write(
    _ outcome: ComparisonOutcome, _ job: ComparisonJob, _ arguments: ParsedArguments
  ) throws {
    let chip = outcome.answers[.chip]
    if let path = arguments.text("--save-image") {
      try AtomicFile.write(outcome.imageBytes, to: path)
    }
    if let path = arguments.text("--predictions") {
      let predictions = chip?.predictions.map { Int32($0) } ?? outcome.record.predictions
      try PredictionFile.write(predictions, to: path)
    }
    if let path = arguments.text("--save-boundary") {
      try HostFlags.write(boundary: job.data.samples, to: path)
    }
    if let path = arguments.text("--outputs"), let host = job.host, host.hasTail,
      let tensors = chip?.tensors
    {
      let whole = host.split.whole
      try OutputFile.write(tensors, names: whole.outputs.map { whole[$0].name }, to: path)
    } else if let path = arguments.text("--outputs") {
      try OutputFile.write(
        ReadoutUnits(outcome.fixed).answers(outcome.record.scores, samples: outcome.record.samples),
        names: outcome.fixed.outputs.map { outcome.fixed.populations[$0.index].name }, to: path)
    }
  }
}

/// Predicted classes as a file of 32-bit integers.
enum PredictionFile {
  /// Writes an `.npy` of N integers.
  static func write(_ predictions: [Int32], to path: String) throws {
    try AtomicFile.write(
      NumpyFile.encode(shape: [predictions.count], int32: predictions), to: path)
  }
}
