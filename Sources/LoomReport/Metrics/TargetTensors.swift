import LoomBase

/// The numbers a network should have answered with, in its own units.
public struct TargetTensors: Sendable, Hashable {
  /// The number of samples.
  public var samples: Int
  /// The shape of one sample's numbers as stored.
  public var sampleShape: [Int]
  /// All numbers, sample after sample.
  public var values: [Float]

  /// Creates targets; the values must be as many as samples and shape say.
  public init(samples: Int, sampleShape: [Int], values: [Float]) {
    precondition(
      values.count == samples * sampleShape.reduce(1, *), "targets hold samples × shape numbers")
    self.samples = samples
    self.sampleShape = sampleShape
    self.values = values
  }

  /// The targets of a range of samples.
  func selecting(_ range: Range<Int>) -> TargetTensors {
    let size = sampleShape.reduce(1, *)
    return TargetTensors(
      samples: range.count, sampleShape: sampleShape,
      values: Array(values[(range.lowerBound * size)..<(range.upperBound * size)]))
  }

  /// Whether a sample has one number for every element of the outputs.
  func suit(_ outputs: [MapShape]) -> Bool {
    sampleShape.reduce(1, *) == outputs.reduce(0) { $0 + $1.count }
  }

  /// The mean over samples and elements of the squared difference; nil if there are none.
  ///
  /// Targets are read channel-first, all outputs one after another; those of a single output whose stored
  /// shape is height × width × channels are read so.
  public func meanSquaredError(_ answers: AnswerTensors) -> Double? {
    precondition(
      suit(answers.outputs) && answers.samples == samples, "targets are of the same samples")
    guard !values.isEmpty else { return nil }
    let size = answers.elementsPerSample
    let places = storedPlaces(answers.outputs)
    var sum = 0.0
    for sample in 0..<samples {
      for element in 0..<size {
        let wanted = values[sample * size + (places?[element] ?? element)]
        let difference = Double(answers.values[sample * size + element]) - Double(wanted)
        sum += difference * difference
      }
    }
    return sum / Double(values.count)
  }

  /// Where each channel-first element is stored; nil: in that order.
  private func storedPlaces(_ outputs: [MapShape]) -> [Int]? {
    guard outputs.count == 1,
      SampleLayout.matching(stored: sampleShape, map: outputs[0], isBytes: false) == .channelLast
    else { return nil }
    let shape = outputs[0]
    return (0..<shape.count).map { element in
      SampleLayout.channelLast.storedIndex(
        channel: element / shape.positions, row: element % shape.positions / shape.width,
        column: element % shape.width, in: shape)
    }
  }
}
