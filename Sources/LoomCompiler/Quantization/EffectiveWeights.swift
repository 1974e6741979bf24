import LoomBase
import LoomNetwork

/// The current of one source spike, in activation units: weight × what a spike of the source is worth.
///
/// Before: weight 0.5 and a source that fires at θ = 2. After: 1.0.
enum EffectiveWeights {
  /// What a spike of each source channel or neuron is worth; nil where it is 1.
  static func amplitudes(of source: Population) -> ChannelOrNeuron<Float>? {
    guard source.role == .hidden, source.spikeWorthThreshold else { return nil }
    return collapsed(source.threshold, shape: source.shape)
  }

  /// Per-neuron values as per-channel ones where all neurons of a channel agree.
  static func collapsed(
    _ values: ChannelOrNeuron<Float>, shape: MapShape
  ) -> ChannelOrNeuron<Float> {
    guard case .perNeuron(let list) = values else { return values }
    let positions = shape.positions
    var channels: [Float] = []
    channels.reserveCapacity(shape.channels)
    for channel in 0..<shape.channels {
      let first = list[channel * positions]
      for index in (channel * positions)..<((channel + 1) * positions) where list[index] != first {
        return values
      }
      channels.append(first)
    }
    return .perChannel(channels)
  }

  /// The weights of a projection with the amplitude of the source folded in.
  ///
  /// Returns nil for a convolution whose source is worth something else at every position: such a
  /// kernel cannot be shared.
  static func fold(
    _ projection: Projection, source: Population, target: Population
  ) -> [Float]? {
    guard let amplitudes = amplitudes(of: source) else { return projection.weights }
    if case .uniform(let amplitude) = amplitudes {
      return amplitude == 1 ? projection.weights : projection.weights.map { $0 * amplitude }
    }
    switch projection.connectivity {
    case .convolution(let geometry):
      guard case .perChannel(let values) = amplitudes else { return nil }
      return foldKernel(projection.weights, geometry, values, source.shape, target.shape)
    case .dense:
      let values = (0..<source.shape.count).map { amplitudes.value(neuron: $0, in: source.shape) }
      var result = projection.weights
      for row in 0..<target.shape.count {
        let base = row * values.count
        for index in 0..<values.count { result[base + index] *= values[index] }
      }
      return result
    case .sparse(let pattern):
      let values = (0..<source.shape.count).map { amplitudes.value(neuron: $0, in: source.shape) }
      var result = projection.weights
      for index in result.indices { result[index] *= values[Int(pattern.sources[index])] }
      return result
    }
  }

  private static func foldKernel(
    _ weights: [Float], _ geometry: ConvolutionGeometry, _ amplitudes: [Float],
    _ source: MapShape, _ target: MapShape
  ) -> [Float] {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let perGroup = source.channels / geometry.groups
    let targetsPerGroup = target.channels / geometry.groups
    var result = weights
    for channel in 0..<target.channels {
      let group = channel / targetsPerGroup
      for input in 0..<perGroup {
        let amplitude = amplitudes[group * perGroup + input]
        let base = (channel * perGroup + input) * taps
        for tap in base..<(base + taps) { result[tap] *= amplitude }
      }
    }
    return result
  }
}
