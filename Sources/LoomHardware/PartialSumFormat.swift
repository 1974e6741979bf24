/// Messages that carry a number from one neuron to another, which adds it to its current.
///
/// Neurons with more inputs than a core takes are split over several cores; each sends the sum over its share of
/// the inputs, once a step.
public struct PartialSumFormat: Sendable, Hashable, Codable {
  /// Width of the signed sum, in bits.
  public var bits: Int

  /// Creates a format.
  public init(bits: Int) { self.bits = bits }
}
