import Foundation
import LoomBase
import LoomConversion
import LoomImport
import LoomNetwork
import LoomReport

/// Samples to run, their labels, and the samples that calibrate.
struct DataSet {
  /// The samples that are run and counted.
  var samples: Samples
  /// Their labels, if given.
  var labels: [Int]?
  /// What is judged by another metric than top-1: masks, boxes or tensors.
  var targets: MetricTargets?
  /// What leads from raw answers to the numbers that `targets` judges; nil where order is all that counts.
  var answers: RawAnswers?
  /// The samples that calibrate; empty where nothing is calibrated.
  var calibration: Samples
  /// Where calibration comes from, for the report.
  var calibrationSource: String

  static let data = OptionSpecification.value(
    "--data", placeholder: "FILE", help: "samples: .npy, .npz, IDX, raw or gzip")
  static let labelsOption = OptionSpecification.value(
    "--labels", placeholder: "FILE",
    help: "labels, one for each sample (--metric: masks, boxes, tensors)")
  static let calibrationOption = OptionSpecification.value(
    "--calibration", placeholder: "FILE",
    help: "unlabelled samples for calibration (default: the first 10 %, at most 256, of --data)")
  static let calibrationCount = OptionSpecification.value(
    "--calibration-samples", placeholder: "N",
    help: "how many samples of --calibration to use, evenly spaced (default 1000)")

  /// Reads what the options name; labels must be as many as samples, and suit the network.
  static func read(
    _ arguments: ParsedArguments, for network: Network, split: HybridSplit? = nil
  ) throws -> DataSet {
    let samples = try SampleFile.read(path: try arguments.required("--data"))
    guard try MetricFlags.chosen(arguments) == .top1 else {
      let raw =
        try split.map { try HybridAnswers($0, sampleShape: samples.sampleShape).raw }
        ?? RawAnswers(network, samples: samples.sampleShape)
      let targets = try MetricFlags.targets(
        arguments, count: samples.count, outputs: raw.shapes, picture: raw.input)
      var data = try make(samples: samples, labels: nil, targets: targets, arguments)
      let answers = raw.before(functionsOf: network)
      if case .tensors = targets, answers.hasFunctions { data.answers = answers }
      return data
    }
    let labels = try arguments.text("--labels").map { path in
      try readLabels(path, count: samples.count)
    }
    return try make(samples: samples, labels: labels, arguments)
  }

  /// Splits off or reads calibration samples and takes the first `--samples` of the rest.
  static func make(
    samples: Samples, labels: [Int]?, targets: MetricTargets? = nil,
    bundledCalibration: Samples? = nil,
    _ arguments: ParsedArguments
  ) throws -> DataSet {
    let limit = try arguments.integer("--samples", in: 1...Int(Int32.max))
    if let calibration = try bundledCalibration ?? readCalibration(arguments) {
      let wanted = try arguments.integer("--calibration-samples", in: 1...1_000_000) ?? 1000
      let chosen = evenlySpaced(calibration, wanted)
      return DataSet(
        samples: samples, labels: labels, targets: targets, calibration: chosen,
        calibrationSource:
          "separate file, \(chosen.count) of \(calibration.count) samples, evenly spaced"
      ).first(limit)
    }
    let count = min(256, samples.count / 10)
    var rest = DataSet(
      samples: samples.selecting(count..<samples.count),
      labels: labels.map { Array($0[count...]) },
      targets: targets?.selecting(count..<samples.count),
      calibration: samples.selecting(0..<count),
      calibrationSource: "the first \(count) samples of the data, left out of every accuracy")
    rest = rest.first(limit)
    return rest
  }

  /// Reads labels and checks their number.
  static func readLabels(_ path: String, count: Int) throws -> [Int] {
    let labels = try SampleFile.readLabels(path: path)
    guard labels.count == count else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1810", "needs \(count) labels, one for each sample, has \(labels.count)",
          at: .file(URL(fileURLWithPath: path).lastPathComponent)))
    }
    return labels
  }

  private static func readCalibration(_ arguments: ParsedArguments) throws -> Samples? {
    try arguments.text("--calibration").map { try SampleFile.read(path: $0) }
  }

  /// At most `wanted` samples, evenly spaced, so that a file sorted by class is not cut to one class.
  static func evenlySpaced(_ samples: Samples, _ wanted: Int) -> Samples {
    guard samples.count > wanted else { return samples }
    return samples.selecting((0..<wanted).map { $0 * samples.count / wanted })
  }

  /// The first samples with their labels; all without a limit.
  func first(_ limit: Int?) -> DataSet {
    guard let limit, limit < samples.count else { return self }
    var result = self
    result.samples = samples.selecting(0..<limit)
    result.labels = labels.map { Array($0[..<limit]) }
    result.targets = targets?.selecting(0..<limit)
    return result
  }
}

/// The share of predictions that equal their label; nil without labels.
func accuracy(_ predictions: [Int], _ labels: [Int]?) -> Double? {
  guard let labels, !labels.isEmpty else { return nil }
  let right = zip(predictions, labels).count { $0 == $1 }
  return Double(right) / Double(labels.count)
}
