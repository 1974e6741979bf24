import LoomBase
package import LoomHardware

/// A constant current as the sum of at most two parallel synapses: bias = m₁·2^e₁ + m₂·2^e₂; or of a few equal ones.
///
/// The exponents are shared by a whole population, so that a core needs two synapse formats at most.
/// Before: 1001 with 8-bit mantissas. After: 125·2^3 + 1·2^0.
package struct BiasGrid: Hashable {
  /// The shift of each plane, coarse plane first: one or two.
  package var shifts: [Int]
  /// The largest |mantissa|.
  package var largestMantissa: Int64

  /// A grid for rounding values up to a magnitude, as fine as two mantissas reach.
  ///
  /// `equal` is the most synapses of one shift, for chips whose weights have no other: before, 20 with 4-bit
  /// mantissas. After: 7 + 7 + 6.
  package init(covering magnitude: Int64, format: WeightFormat, equal: Int = 1) {
    largestMantissa = Int64(format.mantissaLimit)
    var coarse = format.minimumShift
    while coarse < format.maximumShift, largestMantissa << Int64(coarse) < magnitude { coarse += 1 }
    let fine = max(format.minimumShift, coarse - (format.bits - 1))
    shifts = coarse == fine ? [coarse] : [coarse, fine]
    if coarse == fine, equal > 1, magnitude > largestMantissa << Int64(coarse) {
      let planes = (magnitude >> Int64(coarse)) / max(1, largestMantissa) + 1
      shifts = Array(repeating: coarse, count: Int(min(planes, Int64(equal))))
    }
  }

  private init(shifts: [Int], largestMantissa: Int64) {
    self.shifts = shifts
    self.largestMantissa = largestMantissa
  }

  /// The grid with fewest planes that holds every value exactly; nil if none with two planes does.
  package static func exact(_ values: [Int64], format: WeightFormat, equal: Int = 1) -> BiasGrid? {
    let largest = Int64(format.mantissaLimit)
    guard format.minimumShift <= format.maximumShift else { return nil }
    let shared = values.reduce(Int64(0)) { $0 | abs($1) }
    guard shared != 0 else {
      return BiasGrid(shifts: [format.minimumShift], largestMantissa: largest)
    }
    let fine = min(shared.trailingZeroBitCount, format.maximumShift)
    guard fine >= format.minimumShift else { return nil }
    let single = BiasGrid(shifts: [fine], largestMantissa: largest)
    if values.allSatisfy({ single.split($0) != nil }) { return single }
    if format.minimumShift == format.maximumShift, equal > 1 {
      let magnitude = values.reduce(Int64(0)) { max($0, abs($1)) }
      let grid = BiasGrid(covering: magnitude, format: format, equal: equal)
      return values.allSatisfy({ grid.split($0) != nil }) ? grid : nil
    }
    for coarse in (fine + 1)..<(max(fine + 1, format.maximumShift) + 1)
    where coarse <= format.maximumShift {
      let grid = BiasGrid(shifts: [coarse, fine], largestMantissa: largest)
      if values.allSatisfy({ grid.split($0) != nil }) { return grid }
    }
    return nil
  }

  /// The mantissas of a value, one for each plane; nil if the grid does not hold it.
  package func split(_ value: Int64) -> [Int64]? {
    var rest = value
    var mantissas: [Int64] = []
    for shift in shifts {
      let isLast = mantissas.count == shifts.count - 1
      let mantissa =
        isLast
        ? rest >> Int64(shift)
        : min(
          max(FixedPoint.roundingShiftRight(rest, by: shift), -largestMantissa), largestMantissa)
      guard abs(mantissa) <= largestMantissa else { return nil }
      rest -= mantissa << Int64(shift)
      mantissas.append(mantissa)
    }
    return rest == 0 ? mantissas : nil
  }

  /// The nearest value the grid holds.
  package func round(_ value: Int64) -> Int64 {
    var rest = value
    for shift in shifts {
      let mantissa = min(
        max(FixedPoint.roundingShiftRight(rest, by: shift), -largestMantissa), largestMantissa)
      rest -= mantissa << Int64(shift)
    }
    return value - rest
  }
}
