public import LoomNetwork

/// How the synapses of a generated network lie.
public enum GeneratedKind: String, CaseIterable, Sendable {
  /// Five layers of 3 × 3 convolutions with padding: few weights, many synapses.
  case convolutional
  /// Blocks of neurons, each onto two blocks of the next layer drawn at random: every synapse has a weight of its own.
  case random
  /// Blocks of 512 neurons, each onto one block of the next layer: long rows.
  case rows
  /// Four layers, every neuron with sources drawn one by one: lists.
  case sparse
}

/// What a chip wants of the integers of a generated network.
public struct GeneratedFormats: Sendable, Hashable {
  /// The profile's name.
  public var profileName: String
  /// Width of the signed potential.
  public var potentialBits: Int
  /// When neurons fire.
  public var comparison: ThresholdComparison
  /// What firing does.
  public var reset: ResetMode
  /// Thresholds are multiples of this.
  public var thresholdStep: Int
  /// The largest threshold.
  public var largestThreshold: Int
  /// The largest magnitude of a weight; no more than 127 is used.
  public var largestWeight: Int

  /// Creates formats.
  public init(
    profileName: String, potentialBits: Int, comparison: ThresholdComparison, reset: ResetMode,
    thresholdStep: Int, largestThreshold: Int, largestWeight: Int
  ) {
    self.profileName = profileName
    self.potentialBits = potentialBits
    self.comparison = comparison
    self.reset = reset
    self.thresholdStep = thresholdStep
    self.largestThreshold = largestThreshold
    self.largestWeight = largestWeight
  }
}
