import LoomBase
import LoomEmulator
import LoomImage
import LoomImport
import LoomReport

/// What makes answers of the scores in a part file (`--scores`).
struct PartAnswers: Codable, Equatable {
  /// From scores to the network's units.
  var units: ReadoutUnits
  /// Whether these are the ANN's units; else only their order counts.
  var isScaled: Bool
  /// The outputs' names.
  var names: [String]
  /// Samples of the data, of which the first were run.
  var dataCount: Int
  /// The input's shape.
  var picture: MapShape

  /// What an image says of its scores.
  init(_ image: HardwareImage, samples: Int) {
    let scaled = ReadoutUnits(image)
    units = scaled ?? ReadoutUnits(rawScoresOf: image)
    isScaled = scaled != nil
    names = image.outputs.map { image.provenance?.populations[$0].name ?? "population \($0)" }
    dataCount = samples
    picture = image.input.shape
  }

  /// Throws if the scores of no run are these.
  func check(_ sums: RunSums) throws(PartMismatch) {
    let sides = 0...(1 << 20)
    guard units.suit(scores: sums.frame.scoresPerSample),
      sums.scores.count == sums.predictions.count * sums.frame.scoresPerSample,
      names.count == units.outputs.count, dataCount >= sums.frame.samples,
      sides.contains(picture.width), sides.contains(picture.height),
      sides.contains(picture.channels)
    else { throw .impossible("scores of outputs of possible shapes") }
  }

  /// The metric of all answers; nil without `--labels`.
  func value(
    _ sums: RunSums, _ arguments: ParsedArguments
  ) throws -> (metric: TaskMetric, value: Double?) {
    let metric = try MetricFlags.chosen(arguments)
    if metric != .meanIntersectionOverUnion { try requireScales() }
    let targets = try MetricFlags.targets(
      arguments, count: dataCount, outputs: units.outputs, picture: picture)
    return (
      targets?.metric ?? .top1,
      targets?.selecting(0..<sums.frame.samples).value(
        of: units.answers(sums.scores, samples: sums.frame.samples))
    )
  }

  /// Writes all answers.
  func write(_ sums: RunSums, to path: String) throws {
    try requireScales()
    try OutputFile.write(
      units.answers(sums.scores, samples: sums.frame.samples), names: names, to: path)
  }

  private func requireScales() throws(DiagnosticsError) {
    guard !isScaled else { return }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL1822", "needs the scales of the image's names section, has a stripped image",
        remedy: "compile without --strip"))
  }
}
