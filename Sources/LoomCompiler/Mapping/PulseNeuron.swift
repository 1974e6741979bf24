import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// A neuron that fires exactly when one spike reaches it: what gates and relays are made of.
///
/// θ is the smallest legal threshold and the synapse is the smallest legal weight that makes it fire.
/// Before (Loihi-like): θ = 64, fires on v > θ. After: weight 65 = 65·2^0, hard reset.
struct PulseNeuron {
  var threshold: Int32
  /// A bias that makes it fire every step.
  var bias: Int32
  var mantissa: Int16
  var shift: UInt8
  var reset: ImageReset

  /// The neuron on a chip; nil if the chip's formats allow none.
  init?(_ profile: Profile) {
    let neuron = profile.neuron
    let grid = ThresholdGrid(profile, reset: .hard)
    let threshold = grid.smallest
    let least = neuron.firesOnGreaterOnly ? threshold + 1 : threshold
    // Soft reset leaves nothing behind only where the weight equals θ.
    guard neuron.hardReset || (neuron.softReset == .native && least == threshold) else {
      return nil
    }
    guard
      let weight = Self.weight(
        least: least, exactly: neuron.hardReset ? nil : threshold, format: profile.weight),
      let threshold = Int32(exactly: threshold)
    else { return nil }
    reset = neuron.hardReset ? .hard : .soft
    (mantissa, shift) = weight
    self.threshold = threshold
    let format = profile.bias
    let wish = reset == .hard ? 2 * Int64(threshold) : Int64(threshold)
    let held =
      format.mantissaBits == 0
      ? wish
      : FixedPoint.roundToMantissa(
        wish, mantissaBits: format.mantissaBits, maximumExponent: format.maximumExponent)
    guard held >= least, reset == .hard || held == wish else { return nil }
    bias = Int32(clamping: held)
  }

  /// The finest weight of at least `least` (or exactly a value).
  private static func weight(
    least: Int64, exactly value: Int64?, format: WeightFormat
  ) -> (mantissa: Int16, shift: UInt8)? {
    var shift = format.minimumShift
    while shift <= format.maximumShift {
      let mantissa = (least + (Int64(1) << Int64(shift)) - 1) >> Int64(shift)
      let isExact = value.map { mantissa << Int64(shift) == $0 } ?? true
      if mantissa <= Int64(format.mantissaLimit), isExact {
        return (Int16(clamping: mantissa), UInt8(clamping: shift))
      }
      shift += 1
    }
    return nil
  }

  /// A population of such neurons that starts at a chip step.
  func population(
    name: String, shape: MapShape, start: Int, active: Range<Int>, profile: Profile,
    bias: Int32, origin: Origin
  ) -> LoweredPopulation {
    LoweredPopulation(
      name: name,
      image: ImagePopulation(
        shape: shape, role: .lowering, reset: reset,
        firesOnGreaterOnly: profile.neuron.firesOnGreaterOnly,
        potentialBits: profile.neuron.potentialBits, sites: 1, start: start, activeSteps: active,
        compartments: 1),
      threshold: .uniform(threshold), initialPotential: .uniform(0), bias: .uniform(bias),
      scale: [Double](repeating: 1, count: shape.channels), origin: origin)
  }
}
