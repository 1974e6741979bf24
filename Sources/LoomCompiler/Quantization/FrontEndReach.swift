import LoomBase
import LoomNetwork

/// The largest |constant current| the front end can give a channel, whatever the sample holds.
///
/// Before: weights 0.5 and −1, bytes worth 0...1, bias 0.25. After: 1.75 activation units.
enum FrontEndReach {
  /// The reach of every channel of a population; zero without a front end.
  static func channels(_ population: Int, _ input: QuantizationInput) -> [Double] {
    let network = input.network
    let target = network.populations[population]
    var reach = [Double](repeating: 0, count: target.shape.channels)
    let largest = largestValue(network)
    for index in input.frontEnds[population] {
      let projection = network.frontEnd[index]
      let rows = WeightRows(
        projection.connectivity, source: network.input.shape, target: target.shape)
      let sums = ChannelCurrents(
        weights: projection.weights, rows: rows, channels: target.shape.channels)
      for channel in reach.indices {
        reach[channel] += (sums.positive[channel] + sums.negative[channel]) * largest
      }
    }
    guard !input.frontEnds[population].isEmpty else { return reach }
    let bias = ChannelInputs.perChannel(target.bias, target.shape) { abs(Double($0)) }
    return zip(reach, bias).map(+)
  }

  /// The largest |preprocessed value| a stored number can have.
  private static func largestValue(_ network: SpikingNetwork) -> Double {
    let preprocessing = network.input.preprocessing
    var stored = 255.0
    if case .floats(let factor) = FrontEndQuantization.inputQuantization(network) {
      stored = 32768 / factor
    }
    return (0..<network.input.shape.channels).reduce(0) { largest, channel in
      let value =
        (stored * abs(preprocessing.scale) + abs(preprocessing.mean(ofChannel: channel)))
        / abs(preprocessing.deviation(ofChannel: channel))
      return max(largest, value)
    }
  }
}
