import LoomBase
import LoomNetwork

/// Networks that take spikes and answer in spikes: what chips without analog input and readout run.
enum AxonNetworks {
  /// Dense layers with random weights; the last one answers by its spike counts.
  static func dense(_ sizes: [Int], seed: UInt64, timesteps: Int = 12, bias: Double = 0.05)
    -> SpikingNetwork
  {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: sizes[0]), timesteps: timesteps, coding: .spikes)
    var previous = builder.input()
    for (layer, size) in sizes.dropFirst().enumerated() {
      let next = builder.hidden("dense\(layer)", MapShape(channels: size), bias: bias)
      builder.connect(previous, next, .dense)
      previous = next
    }
    builder.network.outputs = [previous]
    return builder.network
  }

  /// Two convolutions, the second with stride, and a dense layer.
  static func convolutional(seed: UInt64) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 1, height: 8, width: 8), timesteps: 10, coding: .spikes)
    let input = builder.input()
    let first = builder.hidden("first", MapShape(channels: 3, height: 8, width: 8), bias: 0.03)
    builder.connect(input, first, .convolution(.square(3, pad: 1)))
    let second = builder.hidden("second", MapShape(channels: 4, height: 4, width: 4), bias: 0.03)
    builder.connect(first, second, .convolution(.square(3, stride: 2, pad: 1)))
    let output = builder.hidden("output", MapShape(channels: 5), bias: 0.03)
    builder.connect(second, output, .dense)
    builder.network.outputs = [output]
    return builder.network
  }

  /// A shortcut past a layer: weights of two projections meet in the same neurons.
  static func shortcut(seed: UInt64) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 12), timesteps: 10, coding: .spikes)
    let input = builder.input()
    let first = builder.hidden("first", MapShape(channels: 10))
    builder.connect(input, first, .dense)
    let second = builder.hidden("second", MapShape(channels: 10))
    builder.connect(first, second, .dense)
    let sum = builder.hidden("sum", MapShape(channels: 10))
    builder.connect(second, sum, .dense)
    builder.connect(
      first, sum, .convolution(.square(1, groups: 10)),
      weights: [Float](repeating: 0.4, count: 10))
    builder.network.outputs = [sum]
    return builder.network
  }

  /// An integer network, taken as it is.
  static func integers(
    input: Int, timesteps: Int, layers: [(threshold: Float, weights: [[Float]])]
  ) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 1, input: MapShape(channels: input), timesteps: timesteps, coding: .spikes)
    builder.network.isInteger = true
    var previous = builder.input()
    builder.network.populations[previous.index].spikeWorthThreshold = false
    for (index, layer) in layers.enumerated() {
      let next = builder.hidden("layer\(index)", MapShape(channels: layer.weights.count))
      builder.network.populations[next.index].threshold = .uniform(layer.threshold)
      builder.network.populations[next.index].initialPotential = .uniform(0)
      builder.network.populations[next.index].bias = .uniform(0)
      builder.network.populations[next.index].spikeWorthThreshold = false
      builder.connect(previous, next, .dense, weights: layer.weights.flatMap { $0 })
      previous = next
    }
    builder.network.outputs = [previous]
    return builder.network
  }
}
