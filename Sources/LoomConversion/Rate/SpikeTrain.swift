import LoomBase

/// The spikes of one population in one sample: a bit for each step and neuron, neurons channel-last.
///
/// Channel-last: (row · width + column) · channels + channel, so that what one kernel position reaches
/// stands together. Steps begin on whole words; the bits behind the last neuron are zero.
struct SpikeTrain: Sendable {
  /// Words of 64 bits that one step takes.
  let wordsPerStep: Int
  /// The bits, step after step.
  private(set) var words: [UInt64]

  /// A train without spikes.
  init(neurons: Int, timesteps: Int) {
    wordsPerStep = Self.padded(neurons) / 64
    words = [UInt64](repeating: 0, count: wordsPerStep * timesteps)
  }

  /// A number of neurons rounded up to whole words.
  static func padded(_ neurons: Int) -> Int { (neurons + 63) / 64 * 64 }

  /// Gives a function one step's words to write.
  mutating func withWords(
    ofStep step: Int, _ body: (UnsafeMutablePointer<UInt64>) -> Void
  ) {
    precondition(step >= 0 && (step + 1) * wordsPerStep <= words.count, "the step is in the train")
    let first = step * wordsPerStep
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe body(base + first)
    }
  }

  /// The number of spikes of every neuron in a range of steps, channel-last.
  func counts(neurons: Int, steps: Range<Int>) -> [Int] {
    var result = [Int](repeating: 0, count: neurons)
    for step in steps {
      for word in 0..<wordsPerStep {
        var bits = words[step &* wordsPerStep &+ word]
        while bits != 0 {
          result[word &* 64 &+ bits.trailingZeroBitCount] &+= 1
          bits &= bits &- 1
        }
      }
    }
    return result
  }
}

/// The numbering of a map's neurons in which all channels of a position stand together.
struct ChannelLastOrder: Sendable {
  /// The map.
  let shape: MapShape

  /// The channel-last place of a channel-first neuron.
  func place(channelFirst neuron: Int) -> Int {
    (neuron % shape.positions) * shape.channels + neuron / shape.positions
  }

  /// The channel-first place of a channel-last neuron.
  func place(channelLast neuron: Int) -> Int {
    (neuron % shape.channels) * shape.positions + neuron / shape.channels
  }

  /// A stretch of channel-first values in channel-last order, filled up to whole words.
  func reordered(_ values: ArraySlice<Float>, fill: Float = 0) -> [Float] {
    var result = [Float](repeating: fill, count: SpikeTrain.padded(shape.count))
    let (channels, positions) = (shape.channels, shape.positions)
    var from = values.startIndex
    for channel in 0..<channels {
      for position in 0..<positions {
        result[position &* channels &+ channel] = values[from]
        from &+= 1
      }
    }
    return result
  }

  /// One value for each channel given to all its neurons, filled up to whole words.
  func expanded(_ channels: [Float], fill: Float = 0) -> [Float] {
    var result = [Float](repeating: fill, count: SpikeTrain.padded(shape.count))
    for neuron in 0..<shape.count { result[neuron] = channels[neuron % shape.channels] }
    return result
  }
}
