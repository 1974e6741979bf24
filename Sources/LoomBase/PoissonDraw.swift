/// The random numbers of Poisson (Bernoulli) rate coding: one for each sample, input neuron and step.
///
/// In every step an input neuron fires with probability x / peak, whatever it did before. A number depends on what it
/// is drawn for and on nothing else, so that it is the same on every thread, in every part of a run, in a window of any
/// length, and in whatever draws it. With the output function of SplitMix64 (Steele, Lea and Flood 2014, figure 17)
///
///     mix(z):  z ← z + 9e3779b97f4a7c15;  z ← (z ^ z >> 30) · bf58476d1ce4e5b9;  z ← (z ^ z >> 27) · 94d049bb133111eb;
///              z ^ z >> 31                                                        (hexadecimal, modulo 2^64)
///
/// the stream of a neuron starts at s = mix(mix(mix(seed) ^ sample) ^ neuron), and the number of step t (from 0) is
/// the high half of mix(s + t · 9e3779b97f4a7c15), which is output t of the generator of seed s:
///
///     u = mix(s + t · 9e3779b97f4a7c15) >> 32          (0 ≤ u < 2^32)
///     the neuron fires where c · 2^32 > θ · u          (c: its current, θ: its threshold)
///
/// so with probability ⌈2^32 · c / θ⌉ / 2^32 for 0 ≤ c ≤ θ, never for c ≤ 0 and always for c ≥ θ > 0.
public struct PoissonDraw: Hashable, Sendable {
  /// The seed of all numbers.
  public var seed: UInt64

  /// Creates the numbers of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// s, where the numbers of a neuron start.
  ///
  /// - Parameters:
  ///   - sample: The sample's number in its file (`Samples.number(of:)`).
  ///   - neuron: Its number among all input neurons: population after population, channel-first in each.
  @inlinable
  public func stream(sample: Int, neuron: Int) -> UInt64 {
    let ofSample = SeededGenerator.mix(
      SeededGenerator.mix(seed) ^ UInt64(truncatingIfNeeded: sample))
    return SeededGenerator.mix(ofSample ^ UInt64(truncatingIfNeeded: neuron))
  }

  /// u of a step, below 2^32.
  @inlinable
  public static func number(ofStream stream: UInt64, step: Int) -> UInt32 {
    let state = stream &+ UInt64(truncatingIfNeeded: step) &* SeededGenerator.increment
    return UInt32(truncatingIfNeeded: SeededGenerator.mix(state) >> 32)
  }

  /// Whether a neuron fires: c · 2^32 > θ · u, in integers c > ⌊θ · u / 2^32⌋.
  ///
  /// Both say the same, for the left side of the second is whole. Nothing overflows, for |θ| ≤ 2^31 and u < 2^32.
  @inlinable
  public static func fires(current: Int64, threshold: Int32, number: UInt32) -> Bool {
    current > (Int64(threshold) &* Int64(number)) >> 32
  }
}
