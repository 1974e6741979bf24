/// A number type whose vectors are added by one instruction, said for each type by itself: in a generic context
/// vectors are added number by number.
protocol AddableScalar: SIMDScalar, FixedWidthInteger, Codable {
  static func sum(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
  /// The bits both have.
  static func both(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
}

extension Int16: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int16> { left &+ right }

  @inline(__always)
  static func both(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int16> { left & right }
}

extension Int32: AddableScalar {
  @inline(__always)
  static func sum(_ left: SIMD8<Int32>, _ right: SIMD8<Int32>) -> SIMD8<Int32> { left &+ right }

  @inline(__always)
  static func both(_ left: SIMD8<Int32>, _ right: SIMD8<Int32>) -> SIMD8<Int32> { left & right }
}
