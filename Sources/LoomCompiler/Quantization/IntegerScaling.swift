import LoomBase
import LoomHardware
import LoomNetwork

/// Moves an integer network onto a chip's coarser threshold grid by one power of two, exactly.
///
/// Before: θ = 5, weights 3 and −2, on a chip whose thresholds are multiples of 64. After: θ = 320, weights
/// 192 and −128 (mantissas 3 and −2, shift 6). Every potential is 64 times what it was, so every comparison
/// comes out the same. Must not fire where the numbers are legal as they are.
enum IntegerScaling {
  /// The network times 2^`thresholdShift`; nil where the chip has no such grid.
  static func scaled(_ network: SpikingNetwork, profile: Profile) -> SpikingNetwork? {
    guard network.isInteger, profile.neuron.thresholdShift > 0, profile.neuron.thresholdShift < 16
    else { return nil }
    let factor = Float(1 << profile.neuron.thresholdShift)
    var result = network
    for index in result.populations.indices {
      let population = network.populations[index]
      result.populations[index].threshold = population.threshold.map { $0 * factor }
      result.populations[index].initialPotential = population.initialPotential.map { $0 * factor }
      result.populations[index].bias = population.bias.map { $0 * factor }
    }
    // A spike worth θ has grown with θ; one worth 1 grows by its weight.
    for index in result.projections.indices
    where !network.populations[network.projections[index].source.index].spikeWorthThreshold {
      result.projections[index].weights = network.projections[index].weights.map { $0 * factor }
    }
    for index in result.frontEnd.indices {
      result.frontEnd[index].weights = network.frontEnd[index].weights.map { $0 * factor }
    }
    return result
  }

  /// What is said of it.
  static func remark(_ profile: Profile) -> Diagnostic {
    Diagnostic(
      .remark, "SL3012",
      "needs thresholds in multiples of \(1 << profile.neuron.thresholdShift), has others: every number "
        + "is multiplied by that, which changes no spike")
  }
}
