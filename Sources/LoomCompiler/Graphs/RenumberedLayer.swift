public import LoomBase

/// A renumbered population in the report.
public struct RenumberedLayer: Sendable, Hashable {
  /// The population's name.
  public var name: String
  /// Sources with at least one axon onto it, by projection: no cut has fewer axons.
  public var sources: Int
  /// Input axons beyond the first of each source in the network's own order; nil if that order fits no chip.
  public var duplicatedBefore: Int?
  /// Input axons beyond the first of each source in the new order.
  public var duplicatedAfter: Int

  /// Creates a row.
  public init(name: String, sources: Int, duplicatedBefore: Int?, duplicatedAfter: Int) {
    self.name = name
    self.sources = sources
    self.duplicatedBefore = duplicatedBefore
    self.duplicatedAfter = duplicatedAfter
  }

  /// The row as a JSON object.
  public var json: JSONValue {
    .object([
      "name": .text(name), "sources": .integer(sources),
      "duplicatedAxonsBefore": duplicatedBefore.map { .integer($0) } ?? .null,
      "duplicatedAxonsAfter": .integer(duplicatedAfter),
    ])
  }

  /// The row as a line of text.
  public var text: String {
    "renumbered '\(name)': duplicated input axons \(duplicatedBefore.map(String.init) ?? "(does not fit)") → \(duplicatedAfter) "
      + "(\(sources) sources)"
  }
}
