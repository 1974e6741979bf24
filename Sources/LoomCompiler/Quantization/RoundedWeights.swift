import LoomBase
public import LoomNetwork

/// The step between a float spiking network and its integers that an accuracy waterfall asks for: synapses
/// already rounded, states still float.
public enum RoundedWeights {
  /// A spiking network with the synapses of its fixed-point form, everything else as it was.
  ///
  /// What a spike is worth moves into the weights: w' = (mantissa << shift) / scale of the target channel
  /// (window codes: × 2^T or T, since a spike there is worth a share of the full scale). Thresholds, biases,
  /// initial potentials and the front end stay float, but for thresholds raised for want of registers
  /// (`RaisedThresholds`), which change what a spike is worth.
  public static func network(_ spiking: SpikingNetwork, as fixed: FixedPointNetwork)
    -> SpikingNetwork
  {
    precondition(spiking.projections.count == fixed.projections.count, "one fixed form for each")
    var result = spiking
    for index in result.populations.indices {
      result.populations[index].adoptThresholds(of: fixed.populations[index])
      result.populations[index].spikeWorthThreshold = false
    }
    let quanta: Double =
      switch spiking.code {
      case .rate: 1
      case .bitSerial: powerOfTwo(spiking.timesteps)
      case .timeToFirstSpike: Double(spiking.timesteps)
      }
    for (index, projection) in fixed.projections.enumerated() {
      let target = fixed.populations[projection.target.index]
      let rows = WeightRows(
        projection.connectivity, source: fixed.populations[projection.source.index].shape,
        target: target.shape)
      var weights = [Float](repeating: 0, count: projection.weights.count)
      for row in 0..<rows.count {
        let channel = rows.channels[row]
        let scale = target.scale.count == 1 ? target.scale[0] : target.scale[channel]
        let unit = quanta * powerOfTwo(projection.shift(channel: channel)) / scale
        for entry in rows.range(row) {
          weights[entry] = Float(Double(projection.weights[entry]) * unit)
        }
      }
      result.projections[index].weights = weights
    }
    return result
  }
}

extension Population {
  /// Takes thresholds that quantization has raised: well above the float ones, which rounding alone never is.
  fileprivate mutating func adoptThresholds(of fixed: FixedPopulation) {
    guard role == .hidden, spikeWorthThreshold, case .uniform(let register) = fixed.threshold,
      fixed.scale.count == shape.channels
    else { return }
    let old = fixed.scale.indices.map { threshold.value(neuron: $0 * shape.positions, in: shape) }
    let ratios = zip(fixed.scale, old).map { scale, old in
      let ratio = Double(register) / scale / Double(old)
      return ratio > 1.05 ? ratio : 1
    }
    if ratios.contains(where: { $0 > 1 }) { raiseThresholds(by: ratios) }
  }
}
