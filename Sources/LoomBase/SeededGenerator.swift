/// A seeded source of random numbers: SplitMix64 (Steele, Lea and Flood 2014).
///
/// The same seed gives the same numbers on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator from a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// What the state grows by at each number: 2^64 divided by the golden ratio, made odd.
  @inlinable public static var increment: UInt64 { 0x9e37_79b9_7f4a_7c15 }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let mixed = SeededGenerator.mix(state)
    state &+= SeededGenerator.increment
    return mixed
  }

  /// The first number of the generator of a seed.
  @inlinable
  public static func mix(_ seed: UInt64) -> UInt64 {
    var mixed = seed &+ increment
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A uniform number in 0..<1 with 53 random bits.
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
