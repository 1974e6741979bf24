/// Integer arithmetic every part of the chip agrees on.
public enum FixedPoint {
  /// The largest value a signed field of `bits` bits (1 to 64) holds.
  @inlinable
  public static func maximum(bits: Int) -> Int64 { Int64.max >> Int64(64 - bits) }

  /// The smallest value a signed field of `bits` bits (1 to 64) holds.
  @inlinable
  public static func minimum(bits: Int) -> Int64 { Int64.min >> Int64(64 - bits) }

  /// The value clamped to a signed field of `bits` bits.
  @inlinable
  public static func saturate(_ value: Int64, bits: Int) -> Int64 {
    min(max(value, minimum(bits: bits)), maximum(bits: bits))
  }

  /// The value divided by 2^`shift`, rounded to nearest, halves upwards.
  @inlinable
  public static func roundingShiftRight(_ value: Int64, by shift: Int) -> Int64 {
    // Floor plus the highest bit shifted out: no sum that could overflow.
    shift == 0 ? value : (value >> Int64(shift)) + ((value >> Int64(shift - 1)) & 1)
  }

  /// The nearest value `m · 2^e` with |m| < 2^`mantissaBits` and 0 ≤ e ≤ `maximumExponent`, halves
  /// away from zero, clamped at the ends (a bias register with mantissa and exponent).
  @inlinable
  public static func roundToMantissa(
    _ value: Int64, mantissaBits: Int, maximumExponent: Int
  ) -> Int64 {
    let limit = (Int64(1) << Int64(mantissaBits)) - 1
    var exponent = 0
    let magnitude = abs(value)
    while exponent < maximumExponent {
      let rounded = roundingShiftRight(magnitude, by: exponent)
      if rounded <= limit { break }
      exponent += 1
    }
    let mantissa = min(roundingShiftRight(magnitude, by: exponent), limit)
    let result = mantissa << Int64(exponent)
    return value < 0 ? -result : result
  }
}
