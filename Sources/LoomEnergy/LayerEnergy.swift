/// What one population (layer) of the spiking network did and cost, means per sample (estimate).
///
/// Synaptic operations count where they are received, messages and hops where they are sent.
public struct LayerEnergy: Sendable, Hashable {
  /// The population's name.
  public var name: String
  /// Synaptic operations received.
  public var synapticOperations: Double
  /// Synaptic operations of lowering received.
  public var loweringOperations: Double
  /// Compartment updates.
  public var neuronUpdates: Double
  /// Spikes sent.
  public var spikes: Double
  /// Energy that is there however few spikes there are, lowering included, pJ; nil: refused.
  public var fixedPicojoules: Double?
  /// Energy that follows the spikes, lowering included, pJ; nil: refused.
  public var variablePicojoules: Double?
  /// The part of both that is lowering, pJ; nil: refused.
  public var loweringPicojoules: Double?

  /// Creates a layer's energy.
  public init(
    name: String, synapticOperations: Double, loweringOperations: Double, neuronUpdates: Double,
    spikes: Double, fixedPicojoules: Double?, variablePicojoules: Double?,
    loweringPicojoules: Double?
  ) {
    self.name = name
    self.synapticOperations = synapticOperations
    self.loweringOperations = loweringOperations
    self.neuronUpdates = neuronUpdates
    self.spikes = spikes
    self.fixedPicojoules = fixedPicojoules
    self.variablePicojoules = variablePicojoules
    self.loweringPicojoules = loweringPicojoules
  }

  /// Everything the layer cost on the chip, pJ; nil: refused.
  public var totalPicojoules: Double? {
    guard let fixedPicojoules, let variablePicojoules else { return nil }
    return fixedPicojoules + variablePicojoules
  }

  /// Adds the events and energy of another population; what is refused in one is in the sum.
  mutating func add(_ other: LayerEnergy) {
    synapticOperations += other.synapticOperations
    loweringOperations += other.loweringOperations
    neuronUpdates += other.neuronUpdates
    spikes += other.spikes
    func sum(_ first: Double?, _ second: Double?) -> Double? {
      guard let first, let second else { return nil }
      return first + second
    }
    fixedPicojoules = sum(fixedPicojoules, other.fixedPicojoules)
    variablePicojoules = sum(variablePicojoules, other.variablePicojoules)
    loweringPicojoules = sum(loweringPicojoules, other.loweringPicojoules)
  }
}
