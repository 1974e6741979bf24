import LoomBase
import Testing

@Suite("Fixed-point arithmetic")
struct FixedPointTests {
  @Test("saturation clamps to the range of two's complement, for every width")
  func saturation() {
    for bits in 1...10 {
      let fitting = Set(
        (0..<(1 << bits)).map { pattern in
          pattern >> (bits - 1) == 1 ? pattern - (1 << bits) : pattern
        })
      let (low, high) = (fitting.min() ?? 0, fitting.max() ?? 0)
      #expect(FixedPoint.minimum(bits: bits) == Int64(low))
      #expect(FixedPoint.maximum(bits: bits) == Int64(high))
      for value in -1100...1100 {
        let expected = fitting.contains(value) ? value : value < 0 ? low : high
        #expect(FixedPoint.saturate(Int64(value), bits: bits) == Int64(expected))
      }
    }
    #expect(FixedPoint.saturate(.max, bits: 24) == 8_388_607)
    #expect(FixedPoint.saturate(.min, bits: 24) == -8_388_608)
    #expect(FixedPoint.saturate(.max, bits: 64) == .max)
    #expect(FixedPoint.saturate(.min, bits: 64) == .min)
  }

  @Test("shifting right rounds to nearest, halves upwards, for all 16-bit values")
  func roundingShift() {
    for shift in 0...17 {
      let divisor = Double(1 << shift)
      var mismatches = 0
      for value in Int16.min...Int16.max {
        // Exact: a 16-bit value over a power of two, plus a half, fits a Double.
        let expected = (Double(value) / divisor + 0.5).rounded(.down)
        let exact = shift == 0 ? Double(value) : expected
        if Double(FixedPoint.roundingShiftRight(Int64(value), by: shift)) != exact {
          mismatches += 1
        }
      }
      #expect(mismatches == 0, "shift \(shift)")
    }
  }

  @Test("shifting right agrees with 128-bit arithmetic at the ends of the range")
  func roundingShiftWide() {
    var generator = SeededGenerator(seed: 3)
    var values: [Int64] = [.max, .max - 1, .min, .min + 1, 0, -1, 1]
    for _ in 0..<2000 { values.append(Int64(bitPattern: generator.next())) }
    var mismatches: [Int64] = []
    for value in values {
      for shift in 1...62 {
        // ⌊(v + 2^(s−1)) / 2^s⌋ with the sum as high and low words.
        let (low, carry) = UInt64(bitPattern: value).addingReportingOverflow(1 << UInt64(shift - 1))
        let high: Int64 = (value < 0 ? -1 : 0) + (carry ? 1 : 0)
        let expected = Int64(bitPattern: low >> UInt64(shift)) | (high << Int64(64 - shift))
        if FixedPoint.roundingShiftRight(value, by: shift) != expected { mismatches.append(value) }
      }
    }
    #expect(mismatches.isEmpty, "\(mismatches.prefix(5))")
  }

  @Test(
    "mantissa and exponent: the nearest value there is, ties away from zero, for all 16-bit values",
    arguments: [(1, 0), (2, 3), (4, 0), (4, 7), (8, 3), (8, 15), (12, 7), (15, 1)])
  func mantissa(mantissaBits: Int, maximumExponent: Int) {
    var representable: Set<Int> = []
    for exponent in 0...maximumExponent {
      for mantissa in 0..<(1 << mantissaBits) { representable.insert(mantissa << exponent) }
    }
    let sorted = representable.sorted()
    var mismatches: [Int] = []
    var above = 0
    // Ascending values, so that the first representable one not below only moves up.
    for magnitude in 0...32768 {
      while above < sorted.count, sorted[above] < magnitude { above += 1 }
      var expected = sorted[min(above, sorted.count - 1)]
      if above > 0, above < sorted.count, magnitude - sorted[above - 1] < expected - magnitude {
        expected = sorted[above - 1]
      }
      for sign in [1, -1] where sign * magnitude <= Int(Int16.max) {
        let found = FixedPoint.roundToMantissa(
          Int64(sign * magnitude), mantissaBits: mantissaBits, maximumExponent: maximumExponent)
        if found != Int64(sign * expected) { mismatches.append(sign * magnitude) }
      }
    }
    #expect(mismatches.isEmpty, "\(mismatches.prefix(5))")
  }
}
