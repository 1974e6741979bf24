import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Lets a bias act in its register from chip step 0 and takes what it adds before the window off v(0), so that
/// no gate and no axon is needed (`BiasPath.precharged`).
///
/// Before: bias 5 at depth 3, v(0) = 0, a gate. After: bias 5 from chip step 0, v(0) = −15, no gate.
enum Precharge {
  /// Rewrites the initial potentials; false where a gate must carry the bias.
  static func apply(_ index: Int, _ lowering: inout Lowering) -> Bool {
    let network = lowering.network
    let population = lowering.result.populations[index]
    let start = population.image.start
    let path = BiasPath.choose(
      role: network.populations[index].role, start: start, schedule: network.schedule,
      readoutStart: network.readoutStart, profile: lowering.profile)
    guard path == .precharged, population.image.sites == 1 else { return false }
    let shape = population.image.shape
    var potentials: [Int32] = []
    for neuron in 0..<shape.count {
      let bias = Int64(population.bias.value(neuron: neuron, in: shape))
      let initial = Int64(population.initialPotential.value(neuron: neuron, in: shape))
      let (waiting, overflow) = bias.multipliedReportingOverflow(by: Int64(start))
      let lowered = initial.subtractingReportingOverflow(waiting)
      guard !overflow, !lowered.overflow, holds(bias, lowering.profile.bias),
        FixedPoint.saturate(lowered.partialValue, bits: population.image.potentialBits)
          == lowered.partialValue
      else { return false }
      if population.image.role == .hidden {
        // Between v(0) and the window a potential moves from one of these to the other.
        let threshold = Int64(population.threshold.value(neuron: neuron, in: shape))
        guard max(initial, lowered.partialValue) < threshold else { return false }
      }
      potentials.append(Int32(clamping: lowered.partialValue))
    }
    lowering.result.populations[index].initialPotential = .perNeuron(potentials)
    return true
  }

  private static func holds(_ bias: Int64, _ format: BiasFormat) -> Bool {
    format.mantissaBits == 0
      || FixedPoint.roundToMantissa(
        bias, mantissaBits: format.mantissaBits, maximumExponent: format.maximumExponent) == bias
  }
}
