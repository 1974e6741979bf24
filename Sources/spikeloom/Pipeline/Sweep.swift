import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomExecution
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReport

/// What `sweep` is asked to do.
struct SweepJob {
  /// The trained network.
  var network: Network
  /// Samples, labels, calibration.
  var data: DataSet
  /// The chip.
  var profile: Profile
  /// How to convert; its T is replaced.
  var options: ConversionOptions
  /// The T, ascending.
  var timesteps: [Int]
  /// Whether each T gets a conversion of its own.
  var convertsEach: Bool
  /// Samples run again for times, where one run does not tell them.
  var timedSamples: Int
  /// Early exit at the largest T, if asked for.
  var exit: ExitOptions?
  /// Layers that the host runs; `network`, `data` and `options` are then those of the chip part.
  var host: HostRun?
  /// Which samples are run.
  var shard = Shard.whole
  /// How durations are found.
  var timing = TimingMode.analytic

  /// The samples that are run.
  var range: Range<Int> { shard.samples(of: data.samples.count) }

  /// How samples stop early.
  struct ExitOptions {
    /// Steps from one reading to the next.
    var interval: Int
    /// The share of calibration samples that must be answered as after the whole window.
    var agreement: Double
    /// The most calibration samples run for it.
    var samples: Int
  }
}

/// What a sweep found.
struct SweepOutcome {
  /// Samples the ANN answers right; nil without labels.
  var annRight: Int?
  /// One for each image.
  var stages: [SweepStage] = []
  /// Remarks of the stages, each once.
  var remarks: [String] = []

  mutating func remark(_ lines: [String]) {
    for line in lines where !remarks.contains(line) { remarks.append(line) }
  }
}

/// A network converted and compiled for one T.
private struct CompiledStage {
  var conversion: Conversion
  var fixed: FixedPointNetwork
  var emulator: Emulator
  var cores: Int
  var imageSHA256: String
  var remarks: [String]

  var timesteps: Int { emulator.image.schedule.timesteps }
  var length: RunLength {
    RunLength(timesteps: timesteps, readoutStart: emulator.image.schedule.readoutStart)
  }

  /// The same image for a shorter window; nil where its readouts would begin with other potentials
  /// (`HardwareImage.shortened`).
  func shortened(to length: RunLength, _ job: SweepJob) throws -> CompiledStage? {
    let image = emulator.image
    if length == self.length { return self }
    let isExact =
      job.profile.neuron.startStep || length.readoutStart > 0 || image.schedule.readoutStart == 0
      || image.spikeCounts != nil
    guard isExact else { return nil }
    var stage = self
    let short = image.shortened(to: length.timesteps, readoutStart: length.readoutStart)
    stage.emulator = try Emulator(image: short, profile: job.profile, timing: job.timing)
    stage.imageSHA256 = "\(ChipFile.sha256(of: ChipFile.encode(short)))"
    return stage
  }
}

extension SweepJob {
  /// Runs the sweep.
  func run(_ progress: Progress) throws -> SweepOutcome {
    var outcome = SweepOutcome()
    progress.stage("ANN, float: \(range.count) samples")
    outcome.annRight = right(try annPredictions(progress))
    if convertsEach {
      try runEach(&outcome, progress)
    } else {
      try runOnce(&outcome, progress)
    }
    return outcome
  }

  /// One conversion, one run: all T are read off it.
  ///
  /// With spikes that the host injects a run for each T.
  private func runOnce(_ outcome: inout SweepOutcome, _ progress: Progress) throws {
    let stage = try compile(timesteps: timesteps.last ?? 1, progress)
    outcome.remark(stage.remarks)
    let lengths = timesteps.map {
      RunLength(timesteps: $0, readoutStart: stage.conversion.readoutStart(timesteps: $0))
    }
    guard lengths.count > 1, !stage.emulator.image.hostNeurons.isEmpty else {
      return try measure(stage, lengths, isLast: true, &outcome, progress)
    }
    // What the host injects cannot be read off at several T from one run: the same network runs for each.
    for length in lengths {
      guard let part = try stage.shortened(to: length, self) else {
        outcome.remark([
          "T = \(length.timesteps) is left out: needs biases of its own on \(profile.name) (--convert each)"
        ])
        continue
      }
      try measure(part, [length], isLast: length == lengths.last, &outcome, progress)
    }
  }

  /// A conversion and a run for each T; those that cannot be converted are said and left out.
  private func runEach(_ outcome: inout SweepOutcome, _ progress: Progress) throws {
    var failure: DiagnosticsError?
    var stages = 0
    for wanted in timesteps {
      let stage: CompiledStage
      do {
        stage = try compile(timesteps: wanted, progress)
      } catch let error as DiagnosticsError {
        failure = failure ?? error
        outcome.remark([
          "T = \(wanted) is left out: \(error.diagnostics.first?.message ?? "not possible")"
        ])
        continue
      }
      stages += 1
      outcome.remark(stage.remarks.map { timesteps.count > 1 ? "T = \(wanted): \($0)" : $0 })
      let known = outcome.stages.flatMap { $0.facts.lengths.map(\.timesteps) }
      guard !known.contains(stage.timesteps) else {
        outcome.remark(["T = \(wanted) gives the network of T = \(stage.timesteps) again"])
        continue
      }
      try measure(
        stage, [stage.length], isLast: wanted == timesteps.last, &outcome, progress)
    }
    if stages == 0, let failure { throw failure }
  }

  /// Runs an image for some lengths and prices them once, for a price may be missing.
  private func measure(
    _ stage: CompiledStage, _ lengths: [RunLength], isLast: Bool, _ outcome: inout SweepOutcome,
    _ progress: Progress
  ) throws {
    let schedule = stage.emulator.image.schedule
    // What the host injects cannot be read off at several T from one run.
    let runsOnce = lengths.count == 1 && !stage.emulator.image.hostNeurons.isEmpty
    let isRate = schedule.code == .rate && !schedule.isAsynchronous && !runsOnce
    let rule = isLast ? try exitRule(stage, progress) : nil
    let total = range.count
    progress.stage(
      "emulated chip, \(stage.cores) cores, T = \(stage.timesteps), \(total) samples")
    var found = SweepStage(
      facts: SweepStage.Facts(
        imageSHA256: stage.imageSHA256, cores: stage.cores, lengths: lengths,
        calibration: rule?.calibration))
    if isRate {
      let (steps, readings) = try stage.emulator.stepwiseSums(
        data.samples, shard: shard, threads: options.threads, lengths: lengths, rule: rule?.rule,
        timedSamples: timedSamples
      ) { progress.count($0, of: total, what: "samples") }
      found.right = try zip(lengths, steps.points).compactMap { length, point in
        try rightAnswers(point.predictions, stage, length) {
          (0..<readings.samples).flatMap { readings.scores(sample: $0, length: length) }
        }
      }
      found.exitRight = steps.exit.flatMap { right($0.decisions.map { Int($0.prediction) }) }
      found.steps = steps
    } else {
      var run = try stage.emulator.sums(
        data.samples, shard: shard, threads: options.threads
      ) { progress.count($0, of: total, what: "samples") }
      found.right = try lengths.compactMap { length in
        try rightAnswers(run.predictions, stage, length) { run.scores }
      }
      run.scores = []
      found.run = run
    }
    if data.labels == nil { found.right = nil }
    _ = try found.priced(profile, host?.facts)
    outcome.stages.append(found)
  }

  /// How many of the samples that are run have the label predicted; nil without labels.
  private func right(_ predictions: [Int]) -> Int? {
    guard let labels = data.labels, !labels.isEmpty else { return nil }
    return zip(predictions, labels[range]).count { $0 == $1 }
  }

  /// The same of the whole network, where layers stand behind the chip.
  private func rightAnswers(
    _ predictions: [Int32], _ stage: CompiledStage, _ length: RunLength, scores: () -> [Int64]
  ) throws -> Int? {
    guard let host, host.hasTail, !range.isEmpty else { return right(predictions.map { Int($0) }) }
    var read = stage.fixed
    read.timesteps = length.timesteps
    read.readoutStart = length.readoutStart
    let tensors = ReadoutUnits(read).answers(scores(), samples: range.count)
    return right(try host.finish(tensors, threads: options.threads).predictions)
  }

  /// The exit rule, its threshold chosen on calibration samples without labels.
  private func exitRule(
    _ stage: CompiledStage, _ progress: Progress
  ) throws -> (rule: ExitRule, calibration: ExitRule.Calibration)? {
    guard let exit else { return nil }
    let samples = DataSet.evenlySpaced(data.calibration, exit.samples)
    progress.stage("early exit: threshold from \(samples.count) calibration samples")
    var rule = ExitRule(length: stage.length, interval: exit.interval) {
      stage.conversion.readoutStart(timesteps: $0)
    }
    // Answers alone are looked at: nothing need be timed.
    let run = try stage.emulator.functional.runStepwise(
      samples, threads: options.threads, lengths: []
    ) { progress.count($0, of: samples.count, what: "samples") }
    let calibration = rule.calibrate(run.readings, agreement: exit.agreement)
    return (rule, calibration)
  }

  private func compile(timesteps: Int, _ progress: Progress) throws -> CompiledStage {
    var options = options
    options.timesteps = timesteps
    progress.stage("conversion for T = \(timesteps), \(data.calibration.count) calibration samples")
    let conversion = try Converter.conversion(
      network, calibration: data.calibration, options: options
    ) { Console.note("    \($0)") }
    let (fixed, quantization) = try Quantizer.quantize(conversion.network, profile: profile)
    let (image, mapping) = try Compiler.compile(
      fixed, profile: profile,
      options: CompilerOptions(tool: Version.tool, activity: conversion.network.activity),
      remarks: conversion.network.remarks)
    return CompiledStage(
      conversion: conversion, fixed: fixed,
      emulator: try Emulator(image: image, profile: profile, timing: timing),
      cores: mapping.cores, imageSHA256: "\(ChipFile.sha256(of: ChipFile.encode(image)))",
      remarks: conversion.network.remarks
        + (quantization.diagnostics + mapping.diagnostics).map(\.description))
  }

  /// The ANN's predictions, in blocks so that a large set never stands in memory as floats.
  private func annPredictions(_ progress: Progress) throws -> [Int] {
    let network = host?.split.whole ?? network
    let data = host?.data ?? data
    let preprocessing = host?.preprocessing ?? options.preprocessing
    let executor = FloatExecutor(network)
    var predictions: [Int] = []
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 256) {
      let block = start..<min(start + 256, range.upperBound)
      let input = try SamplePreparation.tensor(
        data.samples, range: block, network: network, preprocessing: preprocessing)
      predictions += firstLargest(
        try executor.runSamples(input, threads: options.threads), samples: block.count)
      progress.count(block.upperBound - range.lowerBound, of: range.count, what: "samples")
    }
    return predictions
  }
}
