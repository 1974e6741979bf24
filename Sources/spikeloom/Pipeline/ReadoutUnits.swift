import LoomBase
import LoomImage
import LoomNetwork
import LoomReport

/// How raw integer scores become numbers in the units of the trained network.
///
/// A readout's score is potential gained over the window: it is divided by the potential units per activation
/// unit of its channel, and for rate codes by the T − t0 steps it was gained in (window codes inject bias once
/// and weight spikes themselves). The spikes of an output that fires are divided by T.
struct ReadoutUnits: Sendable, Hashable, Codable {
  /// The shape of every output.
  let outputs: [MapShape]
  /// Units per score, channel by channel, of every output.
  private let factors: [[Double]]
  /// What is taken off, channel by channel; empty: nothing.
  private var offsets: [[Double]] = []

  /// The units of a fixed-point network, which are those of its image.
  init(_ network: FixedPointNetwork) {
    let steps = network.timesteps - network.readoutStart
    let populations = network.outputs.map { network.populations[$0.index] }
    outputs = populations.map(\.shape)
    if network.readout == .spikeCounts {
      offsets = populations.map(\.scoreOffset)
      factors = populations.map { population in
        (0..<population.shape.channels).map {
          population.worth(channel: $0) / Double(max(steps, 1))
        }
      }
      return
    }
    factors = populations.map { population in
      guard population.role == .readout else {
        return Self.factors(population.shape, scales: [], steps: network.timesteps)
      }
      return Self.factors(
        population.shape, scales: population.scale, steps: network.code.isWindowed ? 1 : steps)
    }
  }

  /// The units of an image; nil where names and scales have been stripped from it, unless it is read by counts.
  init?(_ image: HardwareImage) {
    if let counts = image.spikeCounts {
      let steps = Double(max(image.schedule.timesteps - image.schedule.readoutStart, 1))
      outputs = Self.shapes(image)
      factors = counts.worth.map { $0.map { $0 / steps } }
      offsets = counts.offset
      return
    }
    guard let scales = image.provenance?.scales else { return nil }
    let schedule = image.schedule
    let steps = schedule.code.isWindowed ? 1 : schedule.timesteps - schedule.readoutStart
    outputs = Self.shapes(image)
    factors = image.outputs.map { index in
      let population = image.populations[index]
      guard population.role == .readout else {
        return Self.factors(population.map, scales: [], steps: schedule.timesteps)
      }
      return Self.factors(
        population.shape, scales: index < scales.count ? scales[index] : [], steps: steps)
    }
  }

  /// Scores as they are: enough where only their order within one output counts.
  init(rawScoresOf image: HardwareImage) {
    outputs = Self.shapes(image)
    factors = outputs.map { Self.factors($0, scales: [], steps: 1) }
  }

  /// The shapes of an image's outputs.
  static func shapes(_ image: HardwareImage) -> [MapShape] {
    image.outputs.map { image.populations[$0].map }
  }

  private static func factors(_ shape: MapShape, scales: [Double], steps: Int) -> [Double] {
    (0..<shape.channels).map { channel in
      let scale = scales.isEmpty ? 1 : scales[min(channel, scales.count - 1)]
      let divisor = scale * Double(max(steps, 1))
      return divisor.isFinite && divisor != 0 ? 1 / divisor : 0
    }
  }

  /// Whether units read from a file are some for scores of this number.
  func suit(scores width: Int) -> Bool {
    let sides = 1...(1 << 20)
    var elements = 0
    guard factors.count == outputs.count, offsets.isEmpty || offsets.count == outputs.count else {
      return false
    }
    for (shape, factors) in zip(outputs, factors) {
      guard sides.contains(shape.channels), sides.contains(shape.height),
        sides.contains(shape.width), factors.count == shape.channels
      else { return false }
      // At most 2^60 an output.
      guard shape.count <= width - elements else { return false }
      elements += shape.count
    }
    return elements == width
  }

  /// Scores of samples, one sample after another, in those units.
  func answers(_ scores: [Int64], samples: Int) -> AnswerTensors {
    let width = outputs.reduce(0) { $0 + $1.count }
    precondition(scores.count == samples * width, "there is a score for every output element")
    let perElement = zip(outputs, factors).flatMap { shape, factors in
      factors.flatMap { [Double](repeating: $0, count: shape.positions) }
    }
    let offset = outputs.indices.flatMap { output in
      (0..<outputs[output].count).map { element in
        let channels = output < offsets.count ? offsets[output] : []
        return channels.isEmpty
          ? 0 : channels[min(element / outputs[output].positions, channels.count - 1)]
      }
    }
    var values = [Float](repeating: 0, count: scores.count)
    for sample in 0..<samples {
      for element in 0..<width {
        let place = sample * width + element
        values[place] = Float(
          Double(scores[place]) * perElement[element] - offset[element])
      }
    }
    return AnswerTensors(outputs: outputs, samples: samples, values: values)
  }
}

extension ReadoutUnits {
  /// The units of an image, as far as the metric and `--outputs` need them.
  ///
  /// - Throws: SL1822 where scales are needed and stripped.
  static func needed(
    _ image: HardwareImage, _ arguments: ParsedArguments
  ) throws -> ReadoutUnits {
    if let units = ReadoutUnits(image) { return units }
    let metric = try MetricFlags.chosen(arguments)
    let needsScales = metric == .meanAveragePrecision50 || metric == .meanSquaredError
    if needsScales || arguments.has("--outputs") {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1822", "needs the scales of the image's names section, has a stripped image",
          remedy: "compile without --strip"))
    }
    return ReadoutUnits(rawScoresOf: image)
  }
}
