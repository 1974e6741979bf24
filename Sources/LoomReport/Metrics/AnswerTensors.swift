public import LoomBase

/// Whole answers of a network to a batch of samples, in the ANN's units.
///
/// A sample's numbers are its outputs one after another, each channel-first. Potentials are divided by
/// their scale and by the steps they were gained in, so that the ANN, the spiking network, its fixed-point
/// form and the chip give tensors that can be compared.
public struct AnswerTensors: Sendable, Hashable {
  /// The shape of every output.
  public var outputs: [MapShape]
  /// The number of samples.
  public var samples: Int
  /// samples × the elements of all outputs.
  public var values: [Float]

  /// Creates answers; the values must be as many as samples and shapes say.
  public init(outputs: [MapShape], samples: Int, values: [Float]) {
    let width = outputs.reduce(0) { $0 + $1.count }
    precondition(values.count == samples * width, "answers hold samples × output elements")
    self.outputs = outputs
    self.samples = samples
    self.values = values
  }

  /// The answers to the first samples.
  public func first(_ count: Int) -> AnswerTensors {
    let kept = min(count, samples)
    let width = outputs.reduce(0) { $0 + $1.count }
    return AnswerTensors(
      outputs: outputs, samples: kept, values: Array(values.prefix(kept * width)))
  }

  /// The numbers of one sample, all outputs.
  public var elementsPerSample: Int { outputs.reduce(0) { $0 + $1.count } }

  /// Where an output begins within a sample.
  public func offset(ofOutput output: Int) -> Int {
    outputs[..<output].reduce(0) { $0 + $1.count }
  }

  /// One output of one sample, channel-first.
  public func output(_ output: Int, ofSample sample: Int) -> ArraySlice<Float> {
    let first = sample * elementsPerSample + offset(ofOutput: output)
    return values[first..<(first + outputs[output].count)]
  }
}
