/// How a number of a profile came to be known.
public enum QuantityMethod: String, Codable, Sendable, CaseIterable {
  /// Measured on the real chip.
  case measured
  /// Printed in a publication or data sheet.
  case published
  /// Computed from measured or published numbers.
  case derived
  /// Chosen by somebody, with a reason and a range.
  case assumed
}

/// A number of a profile with its unit, source and method.
public struct Quantity: Hashable, Sendable {
  /// The number.
  public var value: Double
  /// The unit, as printed (`pJ`, `ns`, `mW`, `neurons`, `bit`, ...).
  public var unit: String
  /// Where it comes from.
  public var source: String
  /// How it came to be known.
  public var method: QuantityMethod
  /// The range it may lie in, where known.
  public var range: ClosedRange<Double>?

  /// Creates a quantity.
  public init(
    value: Double, unit: String, source: String, method: QuantityMethod,
    range: ClosedRange<Double>? = nil
  ) {
    self.value = value
    self.unit = unit
    self.source = source
    self.method = method
    self.range = range
  }
}
