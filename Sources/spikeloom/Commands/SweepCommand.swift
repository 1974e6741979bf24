import LoomBase
import LoomConversion
import LoomEmulator
import LoomHardware
import LoomImport
import LoomNetwork
import LoomReport

/// `sweep`: accuracy, synaptic operations, latency and energy against T.
enum SweepCommand {
  static let command = Command(
    name: "sweep", summary: "accuracy, synaptic operations, latency and energy at every T",
    positionals: "MODEL",
    options: ProfileFlags.options + [SweepTimesteps.option]
      + ConversionFlags.options.filter { $0.key != "--timesteps" } + [
        DataSet.data, DataSet.labelsOption, DataSet.calibrationOption, DataSet.calibrationCount,
        .value(
          "--convert", placeholder: "C",
          help: "once (every T from one run) or each; default: each where parameters depend on T"),
        .value(
          "--loss", placeholder: "POINTS",
          help: "the loss against the ANN accepted for the smallest T (default 1)"),
        .value(
          "--latency-samples", placeholder: "N",
          help: "samples run again at each T where one run does not tell its time (default 16)"),
        HostFlags.host, TimingFlag.option,
        .flag("--early-exit", help: "at the largest T, stop a sample when its margin is safe"),
        .value(
          "--exit-every", placeholder: "K", help: "read the scores every K steps (default 4)"),
        .value(
          "--agreement", placeholder: "A",
          help: "calibration samples that must answer as after the whole window (default 0.99)"),
        .value(
          "--exit-samples", placeholder: "N",
          help: "calibration samples run for the margin, at most (default 256)"),
        ShardFlag.option, Files.output,
      ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    let shard = try ShardFlag.read(arguments, without: [])
    try Files.requireFolders(arguments, "--output")
    let timesteps = try SweepTimesteps.read(arguments)
    let loss = try loss(arguments)
    let exit = try exitOptions(arguments)
    let conversion = try conversionMode(arguments)
    let timedSamples = try arguments.integer("--latency-samples", in: 1...Int(Int32.max)) ?? 16
    _ = try arguments.required("--labels")
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
      forms: .suited(to: profile), defaultTimesteps: timesteps.last)
    try ConversionFlags.requireCode(of: options.method, on: profile)
    let hasSteps = profile.synchronisation != .asynchronous
    try SweepTimesteps.require(
      timesteps, method: options.method, hasSteps: hasSteps, once: conversion == false,
      exits: exit != nil)
    try requireAnswersOnChip(split, exits: exit != nil)
    let part = try ChipPart(network, split, data: data, options: options, progress)
    let job = SweepJob(
      network: part.network, data: part.data, profile: profile, options: part.options,
      timesteps: timesteps, convertsEach: conversion ?? (options.dependsOnT || !hasSteps),
      timedSamples: timedSamples, exit: exit, host: part.host,
      shard: shard ?? .whole, timing: timing)
    let outcome = try job.run(progress)
    let found = findings(job, outcome, path, choice, loss)
    if let shard {
      try write(found, shard, arguments, profile, path, data)
      return .done
    }
    let report = try found.report(
      profile, host: ["model": .text(path), "data": .text(arguments.text("--data") ?? "")])
    print(report, arguments)
    return .done
  }

  /// Prints JSON with `--json`, else text.
  static func print(_ report: SweepReport, _ arguments: ParsedArguments) {
    Console.print(arguments.has("--json") ? JSONText.encode(report.jsonValue) : report.text)
  }

  private static func findings(
    _ job: SweepJob, _ outcome: SweepOutcome, _ path: String, _ choice: PreprocessingChoice,
    _ loss: Double
  ) -> SweepPart {
    SweepPart(
      facts: SweepPart.Facts(
        network: Files.name(of: path), method: job.options.method.rawValue,
        convertsEach: job.convertsEach, largestTimesteps: job.timesteps.last ?? 1,
        samples: job.data.samples.count, calibration: job.data.calibrationSource,
        lossPoints: loss, timing: job.timing,
        remarks: ["input: \(choice.description)"] + hostRemarks(job) + outcome.remarks
          + TickRemark.lines(job.profile), hybrid: job.host?.facts),
      annRight: outcome.annRight, stages: outcome.stages)
  }

  /// Writes what a part of the samples did.
  private static func write(
    _ found: SweepPart, _ shard: Shard, _ arguments: ParsedArguments, _ profile: Profile,
    _ path: String, _ data: DataSet
  ) throws {
    let digests = [
      "model": "\(Digest(of: try AtomicFile.read(path: path)))",
      "data": PartDigest.of(data.samples), "calibration": PartDigest.of(data.calibration),
      "labels": PartDigest.of(data.labels ?? []),
    ]
    var file = try PartFile(.sweep, shard, arguments, profile: profile, digests: digests)
    file.sweep = found
    file.host["model"] = path
    try file.write(arguments, samples: found.facts.samples)
  }

  /// What the host does beside the chip.
  private static func hostRemarks(_ job: SweepJob) -> [String] {
    guard let host = job.host, let facts = host.facts else { return [] }
    let macs = (facts.head?.macs ?? 0) + (facts.tail?.macs ?? 0)
    return host.split.remarks + [
      "layers on the host take \(Int(macs)) MACs a sample; their energy and the link's are in the total"
    ]
  }

  /// Refuses early exit where the host answers (SL1840): the margin would be that of a tensor, not of classes.
  private static func requireAnswersOnChip(
    _ split: HybridSplit?, exits: Bool
  ) throws(DiagnosticsError) {
    guard exits, split?.tail != nil else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL1840", "early exit needs scores on the chip, has a tail on the host",
        remedy: "leave --early-exit out, or the last layers on the chip"))
  }

  /// Whether each T is converted for itself; nil: as the method needs.
  private static func conversionMode(_ arguments: ParsedArguments) throws(UsageError) -> Bool? {
    switch arguments.text("--convert") {
    case nil: nil
    case "each": true
    case "once": false
    case let word?: throw UsageError("'--convert' needs once or each, has '\(word)'")
    }
  }

  private static func loss(_ arguments: ParsedArguments) throws(UsageError) -> Double {
    guard let numbers = try arguments.numbers("--loss") else { return 1 }
    guard numbers.count == 1, numbers[0] >= 0 else {
      throw UsageError("'--loss' needs one number of points, 0 or more")
    }
    return numbers[0]
  }

  private static func exitOptions(
    _ arguments: ParsedArguments
  ) throws(UsageError) -> SweepJob.ExitOptions? {
    guard arguments.has("--early-exit") else {
      try arguments.refuse(
        ["--exit-every", "--agreement", "--exit-samples"], "goes with '--early-exit'")
      return nil
    }
    let agreement = try arguments.numbers("--agreement") ?? [0.99]
    guard agreement.count == 1, agreement[0] > 0, agreement[0] <= 1 else {
      throw UsageError("'--agreement' needs one fraction above 0 and up to 1")
    }
    return SweepJob.ExitOptions(
      interval: try arguments.integer("--exit-every", in: 1...SweepTimesteps.limit) ?? 4,
      agreement: agreement[0],
      samples: try arguments.integer("--exit-samples", in: 1...1_000_000) ?? 256)
  }
}
