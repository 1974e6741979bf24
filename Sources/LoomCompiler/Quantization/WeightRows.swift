import LoomBase
import LoomNetwork

/// Weights cut into rows that feed one target channel each.
///
/// All three connectivities list weights by target, so a row is a run of the flat array:
/// before `[t0 s0, t0 s1, t1 s0, t1 s1]`, after rows `0..<2` (channel of t0) and `2..<4` (channel of t1).
/// A convolution has one row per target channel, the others one per target neuron.
struct WeightRows {
  /// The start of every row; one more at the end.
  var offsets: [Int]
  /// The target channel of every row.
  var channels: [Int]

  init(_ connectivity: Connectivity, source: MapShape, target: MapShape) {
    switch connectivity {
    case .convolution(let geometry):
      let size =
        source.channels / geometry.groups * geometry.kernelHeight * geometry.kernelWidth
      offsets = (0...target.channels).map { $0 * size }
      channels = Array(0..<target.channels)
    case .dense:
      offsets = (0...target.count).map { $0 * source.count }
      channels = (0..<target.count).map { $0 / target.positions }
    case .sparse(let pattern):
      offsets = pattern.targetOffsets
      channels = (0..<target.count).map { $0 / target.positions }
    }
  }

  /// The number of rows.
  var count: Int { channels.count }

  /// The weights of a row.
  func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }
}

/// What a target channel can receive from one projection in one step.
struct ChannelCurrents {
  /// The largest |weight|.
  var largest: [Double]
  /// The largest sum of positive weights of one neuron.
  var positive: [Double]
  /// The largest sum of negative weights of one neuron, as a magnitude.
  var negative: [Double]

  init(weights: [Float], rows: WeightRows, channels: Int) {
    largest = [Double](repeating: 0, count: channels)
    positive = largest
    negative = largest
    for row in 0..<rows.count {
      var top: Float = 0
      var plus: Double = 0
      var minus: Double = 0
      for index in rows.range(row) {
        let weight = weights[index]
        top = max(top, abs(weight))
        if weight > 0 { plus += Double(weight) } else { minus -= Double(weight) }
      }
      let channel = rows.channels[row]
      largest[channel] = max(largest[channel], Double(top))
      positive[channel] = max(positive[channel], plus)
      negative[channel] = max(negative[channel], minus)
    }
  }
}
