import Foundation
import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomExecution
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReport

/// What `compare` and `demo` are asked to do.
struct ComparisonJob {
  /// The trained network.
  var network: Network
  /// Samples, labels, calibration.
  var data: DataSet
  /// The chip.
  var profile: Profile
  /// How to convert.
  var options: ConversionOptions
  /// Worker threads.
  var threads: Int
  /// How to map; what the neurons do comes from calibration.
  var mapping: CompilerOptions
  /// How many samples go through the stages between ANN and chip; nil: all.
  var waterfallSamples: Int?
  /// Layers that the host runs; `network`, `data` and `options` are then those of the chip part.
  var host: HostRun?
  /// How durations are found.
  var timing = TimingMode.analytic
}

/// What every stage of the road gave: values, not text.
struct ComparisonOutcome {
  /// Answers after each stage that was run; between ANN and chip to the first `stageSamples` only.
  var answers: [WaterfallStage: StageAnswers]
  /// How many samples went through all stages.
  var stageSamples: Int
  /// The spiking network.
  var spiking: SpikingNetwork
  /// Where its populations miss the trained network's activations.
  var errors: [PopulationError]
  /// Its fixed-point form.
  var fixed: FixedPointNetwork
  /// What quantization did.
  var quantization: QuantizationReport
  /// The image.
  var image: HardwareImage
  /// The image as bytes.
  var imageBytes: [UInt8]
  /// What mapping did.
  var mapping: MappingReport
  /// The emulator's counts.
  var record: RunRecord
  /// Seconds each stage took.
  var seconds: [(stage: String, seconds: Double)]
}

extension ComparisonJob {
  /// Runs the whole road, stage by stage; what can refuse the network comes first.
  func run(_ progress: Progress) throws -> ComparisonOutcome {
    var timer = StageTimer(progress: progress)
    let conversion = try timer.stage(
      "conversion, \(data.calibration.count) calibration samples"
    ) {
      try Converter.conversion(network, calibration: data.calibration, options: options) {
        Console.note("    \($0)")
      }
    }
    var spiking = conversion.network
    spiking.remarks = (host?.split.remarks ?? []) + spiking.remarks
    let (fixed, quantization) = try timer.stage("fixed point for \(profile.name)") {
      try Quantizer.quantize(spiking, profile: profile)
    }
    var choices = mapping
    choices.activity = spiking.activity
    let (image, report) = try timer.stage("mapping") {
      try Compiler.compile(fixed, profile: profile, options: choices, remarks: spiking.remarks)
    }
    let ann = try timer.stage("ANN, float: \(data.samples.count) samples") {
      try annAnswers(progress)
    }
    let errors = try timer.stage("where errors arise") {
      waterfallSamples == 0 ? [] : try conversion.errors()
    }
    let soft = try timer.stage("the same with soft reset, for the waterfall", if: substitutesReset)
    {
      try softResetNetwork()
    }
    let stages = StageAccuracy(job: self, spiking: spiking, fixed: fixed, soft: soft)
    var answers = try stages.answers(&timer)
    let record = try timer.stage("emulated chip, \(report.cores) cores") {
      let total = data.samples.count
      return try Emulator(image: image, profile: profile, timing: timing).run(
        data.samples, range: nil, threads: threads
      ) { progress.count($0, of: total, what: "samples") }
    }
    answers[.chip] = chipAnswers(record, fixed)
    answers = try answers.mapValues(finished)
    answers[.ann] = ann
    return ComparisonOutcome(
      answers: answers, stageSamples: stages.samples, spiking: spiking, errors: errors,
      fixed: fixed,
      quantization: quantization, image: image, imageBytes: ChipFile.encode(image),
      mapping: report, record: record, seconds: timer.seconds)
  }
}

extension ComparisonJob {
  /// Whether a stage of the waterfall shows what hard reset in place of soft reset costs.
  private var substitutesReset: Bool { options.reset == .hard && waterfallSamples != 0 }

  /// What the same method makes of the network where neurons have soft reset.
  private func softResetNetwork() throws -> SpikingNetwork {
    var options = options
    options.reset = .soft
    return try Converter.convert(network, calibration: data.calibration, options: options)
  }
}

/// For each sample the index of the first largest number of the first output.
func firstLargest(_ outputs: [Tensor], samples: Int) -> [Int] {
  let values = outputs.first?.floats ?? []
  let width = values.count / max(samples, 1)
  return (0..<samples).map { sample in
    firstLargest(Array(values[(sample * width)..<((sample + 1) * width)]))
  }
}

/// Announces stages and keeps how long each took.
struct StageTimer {
  /// Where stages are announced.
  let progress: Progress
  /// How long each stage took.
  private(set) var seconds: [(stage: String, seconds: Double)] = []

  init(progress: Progress) {
    self.progress = progress
  }

  /// Runs one stage if a condition holds.
  mutating func stage<Value>(
    _ name: String, if isWanted: Bool, _ body: () throws -> Value
  ) rethrows -> Value? {
    isWanted ? try stage(name, body) : nil
  }

  /// Runs one stage.
  mutating func stage<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
    progress.stage(name)
    let start = ContinuousClock.now
    let value = try body()
    let elapsed = (ContinuousClock.now - start).components
    seconds.append((name, Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18))
    return value
  }
}
