/// A number type whose vectors are added by one instruction, said for each type by itself: in a generic context
/// vectors are added number by number.
protocol AddableScalar: SIMDScalar, FixedWidthInteger, Codable {
  static func sum(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
  /// The bits both have.
  static func both(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
  /// All bits of the lanes whose bit is set.
  static func lanes(of bits: UInt8) -> SIMD8<Self>
}

extension Int16: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int16> { left &+ right }

  @inline(__always)
  static func both(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int16> { left & right }

  @inline(__always)
  static func lanes(of bits: UInt8) -> SIMD8<Int16> {
    let ones = SIMD8<Int16>(1, 2, 4, 8, 16, 32, 64, 128)
    // What lacks a bit is one less than it or more: its sign says so.
    return ~(((SIMD8(repeating: Int16(bits)) & ones) &- ones) &>> SIMD8(repeating: 15))
  }
}

extension Int32: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int32>, _ right: SIMD8<Int32>) -> SIMD8<Int32> { left &+ right }

  @inline(__always)
  static func both(_ left: SIMD8<Int32>, _ right: SIMD8<Int32>) -> SIMD8<Int32> { left & right }

  @inline(__always)
  static func lanes(of bits: UInt8) -> SIMD8<Int32> {
    let ones = SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    // What lacks a bit is one less than it or more: its sign says so.
    return ~(((SIMD8(repeating: Int32(bits)) & ones) &- ones) &>> SIMD8(repeating: 31))
  }
}
