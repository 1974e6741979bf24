/// A number that stored weights have, and the type of their sums.
protocol ScatterWeight: BitwiseCopyable, Sendable {
  associatedtype Sum: AddableScalar
  /// A weight, which fits.
  init(truncatingIfNeeded weight: Int32)
  /// Eight weights from a place on.
  static func lanes(_ weights: UnsafePointer<Self>, _ place: Int) -> SIMD8<Sum>
  static func widened(_ weight: Self) -> Sum
}

extension Int8: ScatterWeight {
  @inline(__always)
  static func lanes(_ weights: UnsafePointer<Int8>, _ place: Int) -> SIMD8<Int16> {
    unsafe SIMD8<Int16>(
      truncatingIfNeeded: UnsafeRawPointer(weights + place).loadUnaligned(as: SIMD8<Int8>.self))
  }

  @inline(__always)
  static func widened(_ weight: Int8) -> Int16 { Int16(weight) }
}

extension Int16: ScatterWeight {
  @inline(__always)
  static func lanes(_ weights: UnsafePointer<Int16>, _ place: Int) -> SIMD8<Int16> {
    unsafe UnsafeRawPointer(weights + place).loadUnaligned(as: SIMD8<Int16>.self)
  }

  @inline(__always)
  static func widened(_ weight: Int16) -> Int16 { weight }
}

extension Int32: ScatterWeight {
  @inline(__always)
  static func lanes(_ weights: UnsafePointer<Int32>, _ place: Int) -> SIMD8<Int32> {
    unsafe UnsafeRawPointer(weights + place).loadUnaligned(as: SIMD8<Int32>.self)
  }

  @inline(__always)
  static func widened(_ weight: Int32) -> Int32 { weight }
}

/// A weight of 16 bits whose sums take 32: half the memory where there are very many.
package struct ShortWeight: ScatterWeight {
  private let value: Int16

  @inline(__always)
  package init(truncatingIfNeeded weight: Int32) { value = Int16(truncatingIfNeeded: weight) }

  @inline(__always)
  static func lanes(_ weights: UnsafePointer<ShortWeight>, _ place: Int) -> SIMD8<Int32> {
    unsafe SIMD8<Int32>(
      truncatingIfNeeded: UnsafeRawPointer(weights + place).loadUnaligned(as: SIMD8<Int16>.self))
  }

  @inline(__always)
  static func widened(_ weight: ShortWeight) -> Int32 { Int32(weight.value) }
}

/// Rows of weights fetched before they are added, where the nearer caches do not hold them.
///
/// A row of a few hundred bytes somewhere in a gigabyte is over before the memory has noticed that it is read in order;
/// one load from each of its lines, which nothing waits for, has all rows of some events on their way together.
enum RowReadAhead {
  /// Weights beyond so many bytes are far.
  private static let farBytes = 4 << 20
  /// Lines fetched at most before they are used: what the nearest cache holds beside the sums.
  static let mostLines = 320

  /// Whether rows of an array of weights are worth fetching ahead.
  @inline(__always)
  static func isFar<Weight: ScatterWeight>(_ weights: [Weight]) -> Bool {
    weights.count > farBytes / MemoryLayout<Weight>.stride
  }

  /// Reads a byte of every line of a row of `width` weights; what is returned keeps the loads from being left out.
  @inline(__always)
  static func touch<Weight: ScatterWeight>(_ row: UnsafePointer<Weight>, _ width: Int) -> Int {
    let bytes = unsafe UnsafeRawPointer(row)
    let last = width &* MemoryLayout<Weight>.stride &- 1
    var sum = unsafe Int(bytes.load(fromByteOffset: last, as: UInt8.self))
    var place = 0
    while place < last {
      unsafe sum &+= Int(bytes.load(fromByteOffset: place, as: UInt8.self))
      place &+= 64
    }
    return sum
  }
}
