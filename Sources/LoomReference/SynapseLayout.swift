import LoomBase
import LoomNetwork

/// A stretch of contiguous weights that meets a stretch of contiguous target neurons.
struct SynapseRun {
  var weight: Int32
  var target: Int32
  var count: Int32
}

/// Synapses laid out by source, so that one spike adds a few contiguous rows.
///
/// Source neurons are numbered channel-first, targets channel-last: (row · width + column) · channels +
/// channel, because the targets of one kernel position are then neighbours.
struct SynapseLayout<Weight: Sendable>: Sendable {
  enum Form: Sendable {
    /// Row n holds the weights from source n to all targets.
    case rows(targets: Int)
    /// A convolution: what each source position reaches.
    case windows(KernelWindows)
    /// Entries of source n stand at offsets[n]..<offsets[n + 1].
    case entries(offsets: [Int], targets: [Int32])
  }

  let form: Form
  let weights: [Weight]
  /// The most synapses one target can have: a bound for sums.
  let fanIn: Int

  init(_ connectivity: Connectivity, weights: [Weight], source: MapShape, target: MapShape) {
    switch connectivity {
    case .dense:
      form = .rows(targets: target.count)
      self.weights = SynapseLayout.rows(weights, source: source, target: target)
      fanIn = source.count
    case .convolution(let geometry):
      let windows = KernelWindows(geometry, source: source, target: target)
      form = .windows(windows)
      self.weights = windows.relaid(weights, source: source, target: target)
      fanIn = source.channels / geometry.groups * geometry.kernelHeight * geometry.kernelWidth
    case .sparse(let pattern):
      let order = ChannelLast(target)
      var offsets = [Int](repeating: 0, count: source.count + 1)
      for entry in pattern.sources { offsets[Int(entry) + 1] += 1 }
      for index in 0..<source.count { offsets[index + 1] += offsets[index] }
      var next = offsets
      var targets = [Int32](repeating: 0, count: weights.count)
      var relaid = weights
      for neuron in 0..<target.count {
        for entry in pattern.targetOffsets[neuron]..<pattern.targetOffsets[neuron + 1] {
          let place = next[Int(pattern.sources[entry])]
          next[Int(pattern.sources[entry])] += 1
          targets[place] = Int32(order.index(channelFirst: neuron))
          relaid[place] = weights[entry]
        }
      }
      form = .entries(offsets: offsets, targets: targets)
      self.weights = relaid
      fanIn =
        zip(pattern.targetOffsets, pattern.targetOffsets.dropFirst()).map { $1 - $0 }.max() ?? 0
    }
  }

  /// [target channel-first][source] → [source][target channel-last], in blocks that fit a cache.
  private static func rows(_ weights: [Weight], source: MapShape, target: MapShape) -> [Weight] {
    guard let filler = weights.first else { return weights }
    let order = ChannelLast(target)
    let sources = source.count
    let targets = target.count
    var relaid = [Weight](repeating: filler, count: weights.count)
    for block in stride(from: 0, to: sources, by: 16) {
      for neuron in 0..<targets {
        let column = order.index(channelFirst: neuron)
        for index in block..<min(block + 16, sources) {
          relaid[index &* targets &+ column] = weights[neuron &* sources &+ index]
        }
      }
    }
    return relaid
  }
}

/// The numbering of neurons in which all channels of a position stand together.
struct ChannelLast {
  let channels: Int
  let positions: Int

  init(_ shape: MapShape) {
    channels = shape.channels
    positions = shape.positions
  }

  /// The channel-last index of a channel-first one.
  func index(channelFirst neuron: Int) -> Int {
    (neuron % positions) * channels + neuron / positions
  }

  /// The values of a channel-first array in channel-last order.
  func reordered<Value>(_ values: [Value]) -> [Value] {
    (0..<values.count).map { values[($0 % channels) * positions + $0 / channels] }
  }

  /// The values of a channel-last array in channel-first order.
  func restored<Value>(_ values: [Value]) -> [Value] {
    (0..<values.count).map { values[index(channelFirst: $0)] }
  }
}
