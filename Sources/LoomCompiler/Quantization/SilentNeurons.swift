import LoomBase
import LoomNetwork

/// Neurons whose potential can never reach the threshold, by interval analysis over all T.
enum SilentNeurons {
  /// The number of such neurons.
  ///
  /// Before: v(0) = 5, bias −1, positive weights summing to 0, θ = 10. After: silent.
  static func count(
    _ population: FixedPopulation, positive: [Int64], driven: Bool, timesteps: Int,
    window: WindowCode? = nil
  ) -> Int {
    guard population.role == .hidden, !driven else { return 0 }
    if let window { return count(population, positive: positive, window) }
    let shape = population.shape
    var silent = 0
    for neuron in 0..<shape.count {
      let channel = neuron / shape.positions
      let bias = Int64(population.bias.value(neuron: neuron, in: shape))
      let start = Int64(population.initialPotential.value(neuron: neuron, in: shape))
      let step = positive[channel] + bias
      let peak = start + (step > 0 ? step * Int64(timesteps) : step)
      let threshold = Int64(population.threshold.value(neuron: neuron, in: shape))
      let fires = population.comparison == .greater ? peak > threshold : peak >= threshold
      if !fires { silent += 1 }
    }
    return silent
  }

  /// Window codes: neurons whose largest sum does not reach code 1.
  private static func count(
    _ population: FixedPopulation, positive: [Int64], _ window: WindowCode
  ) -> Int {
    let shape = population.shape
    return (0..<shape.count).count { neuron in
      let injected =
        Int64(population.bias.value(neuron: neuron, in: shape))
        + Int64(population.initialPotential.value(neuron: neuron, in: shape))
      let peak = positive[neuron / shape.positions] * Int64(window.largestCode) + injected
      let threshold = Double(population.threshold.value(neuron: neuron, in: shape))
      return Double(peak) < window.quantum(threshold: threshold)
    }
  }
}
