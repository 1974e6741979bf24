import LoomBase
package import LoomHardware
package import LoomNetwork

/// The thresholds a chip can hold.
///
/// A register takes multiples of 2^thresholdShift up to its mantissa; where soft reset is done by a second
/// compartment, θ must also be a stored weight m·2^e. `floor` and `nearest` move a wish onto the grid.
package struct ThresholdGrid {
  /// Multiples of 2^step are legal.
  var step: Int
  /// The largest legal value of the register.
  var limit: Int64
  /// The largest mantissa and the shift range of a weight θ must equal; nil: no such rule.
  var weight: (largestMantissa: Int64, shifts: ClosedRange<Int>)?

  package init(_ profile: Profile, reset: ResetMode) {
    let neuron = profile.neuron
    step = neuron.thresholdShift
    let register = Int64(clamping: (1 << min(neuron.thresholdMantissaBits, 40)) - 1) << Int64(step)
    limit = min(register, FixedPoint.maximum(bits: min(neuron.potentialBits, 32)))
    limit = (limit >> Int64(step)) << Int64(step)
    if reset == .soft, neuron.softReset == .secondCompartment {
      weight = (
        Int64(profile.weight.mantissaLimit),
        profile.weight
          .minimumShift...max(
            profile.weight.minimumShift, profile.weight.maximumShift)
      )
    }
  }

  /// The smallest legal threshold.
  package var smallest: Int64 {
    let shift = max(step, weight?.shifts.lowerBound ?? 0)
    return Int64(1) << Int64(shift)
  }

  /// Whether a threshold can be held.
  package func contains(_ value: Int64) -> Bool {
    guard value > 0, value <= limit, value & ((Int64(1) << Int64(step)) - 1) == 0 else {
      return false
    }
    guard let weight else { return true }
    let shift = min(value.trailingZeroBitCount, weight.shifts.upperBound)
    return shift >= weight.shifts.lowerBound && value >> Int64(shift) <= weight.largestMantissa
  }

  /// The largest legal threshold that is not above a wish; the smallest one if all are.
  package func floor(_ wish: Double) -> Int64 {
    guard wish.isFinite, wish >= Double(smallest) else { return smallest }
    let bounded = min(Int64(min(wish, 0x1p60)), limit)
    guard let weight else { return max((bounded >> Int64(step)) << Int64(step), smallest) }
    var shift = max(step, weight.shifts.lowerBound)
    while shift < weight.shifts.upperBound, bounded >> Int64(shift) > weight.largestMantissa {
      shift += 1
    }
    return max(min(bounded >> Int64(shift), weight.largestMantissa) << Int64(shift), smallest)
  }

  /// The legal threshold nearest to a wish.
  package func nearest(_ wish: Double) -> Int64 {
    let below = floor(wish)
    var above = below + (Int64(1) << Int64(max(step, weight?.shifts.lowerBound ?? 0)))
    if let weight {
      var shift = max(step, weight.shifts.lowerBound)
      while shift < weight.shifts.upperBound, below >> Int64(shift) >= weight.largestMantissa {
        shift += 1
      }
      above = ((below >> Int64(shift)) + 1) << Int64(shift)
    }
    guard contains(above) else { return below }
    return Double(above) - wish < wish - Double(below) ? above : below
  }
}
