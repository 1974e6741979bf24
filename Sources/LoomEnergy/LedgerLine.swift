public import LoomHardware

/// Which part of a run a line of the ledger belongs to.
public enum LedgerCategory: String, Sendable, Hashable, CaseIterable {
  /// Events of the network on the chip.
  case network
  /// Events that exist only because the chip lacks something (gates, relays, second compartments).
  case lowering
  /// The analog first layer, computed as multiply-accumulates on the host.
  case frontEnd
  /// Exchanges with the host: bias writes, readout, input spikes, resets.
  case host
  /// Layers of the network that the host computes as an ANN, and the link between them and the chip.
  case hostLayers
  /// Power that is drawn whatever happens, over a window.
  case staticPower
}

/// One line of the energy ledger: a count, its price, and their product, as means per sample (estimate).
public struct LedgerLine: Sendable, Hashable {
  /// A stable identifier such as `synapticOperation` or `lowering.hopEastWest`.
  public var id: String
  /// What was counted, for people.
  public var name: String
  /// The part of the run it belongs to.
  public var category: LedgerCategory
  /// Events of one sample; for static power nanoseconds × chips.
  public var count: Double
  /// The price with its source; milliwatts for static power, else picojoules.
  public var price: Quantity
  /// Where in the profile the price stands.
  public var pricePointer: String
  /// Whether one more spike adds to it; else it is there however few spikes there are.
  public var followsSpikes: Bool
  /// Events of the line that come whether the network spikes or not although the rest follows spikes: those that
  /// gates cause, which fire in every step of a window.
  public var clockedCount = 0.0

  /// Creates a line.
  public init(
    id: String, name: String, category: LedgerCategory, count: Double, price: Quantity,
    pricePointer: String, followsSpikes: Bool
  ) {
    self.id = id
    self.name = name
    self.category = category
    self.count = count
    self.price = price
    self.pricePointer = pricePointer
    self.followsSpikes = followsSpikes
  }

  /// Energy of one sample, pJ (1 mW over 1 ns is 1 pJ).
  public var picojoules: Double { count * price.value }

  /// The part of it that follows the network's spikes, pJ.
  public var variablePicojoules: Double {
    followsSpikes ? max(count - clockedCount, 0) * price.value : 0
  }

  /// The same at the low end of the price's range.
  public var lowPicojoules: Double { count * (price.range?.lowerBound ?? price.value) }

  /// The same at the high end of the price's range.
  public var highPicojoules: Double { count * (price.range?.upperBound ?? price.value) }
}
