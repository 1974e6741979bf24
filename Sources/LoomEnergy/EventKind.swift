public import LoomEmulator
public import LoomHardware

/// A kind of event on the chip: where it is counted and where its price stands.
///
/// The emulator counts and the profile prices; this table is the only place where they meet.
public struct EventKind: Sendable {
  /// Key of the price and identifier of the line.
  public var id: String
  /// What is counted, for people.
  public var name: String
  /// Whether one more spike adds to it.
  public var followsSpikes: Bool
  /// The count.
  let count: any KeyPath<CoreCounts, UInt64> & Sendable
  /// The price.
  let price: any KeyPath<Prices, Quantity?> & Sendable

  /// Whether one more spike adds to it on a chip: arrays that are read when silent are read anyway.
  func followsSpikes(on profile: Profile) -> Bool {
    guard id == "arrayRead" || id == "columnAdd",
      case .crossbar(let format) = profile.core.synapses, format.readsWhenSilent
    else { return followsSpikes }
    return false
  }

  /// The number of events in some counts.
  public func count(in counts: CoreCounts) -> Double { Double(counts[keyPath: count]) }

  /// The price in a price list.
  public func price(in prices: Prices) -> Quantity? { prices[keyPath: price] }

  /// Every kind that a core counts, in the order of the ledger.
  public static let all: [EventKind] = [
    EventKind(
      id: "synapticOperation", name: "synaptic operations", followsSpikes: true,
      count: \.synapticOperations, price: \.synapticOperation),
    EventKind(
      id: "neuronUpdate", name: "neuron updates", followsSpikes: false,
      count: \.neuronUpdates, price: \.neuronUpdate),
    EventKind(
      id: "neuronSpike", name: "spikes", followsSpikes: true,
      count: \.spikes, price: \.neuronSpike),
    EventKind(
      id: "axonIn", name: "messages in", followsSpikes: true,
      count: \.messagesIn, price: \.axonIn),
    EventKind(
      id: "axonOut", name: "messages out", followsSpikes: true,
      count: \.messagesOut, price: \.axonOut),
    EventKind(
      id: "hopEastWest", name: "hops east-west", followsSpikes: true,
      count: \.hopsEastWest, price: \.hopEastWest),
    EventKind(
      id: "hopNorthSouth", name: "hops north-south", followsSpikes: true,
      count: \.hopsNorthSouth, price: \.hopNorthSouth),
    EventKind(
      id: "hopWithinTile", name: "messages within a tile", followsSpikes: true,
      count: \.hopsWithinTile, price: \.hopWithinTile),
    EventKind(
      id: "hopBetweenChips", name: "hops between chips", followsSpikes: true,
      count: \.hopsBetweenChips, price: \.hopBetweenChips),
    EventKind(
      id: "arrayRead", name: "crossbar reads", followsSpikes: true,
      count: \.arrayReads, price: \.arrayRead),
    EventKind(
      id: "columnAdd", name: "crossbar column sums", followsSpikes: true,
      count: \.columnAdds, price: \.columnAdd),
    EventKind(
      id: "partialSum", name: "partial sums", followsSpikes: true,
      count: \.partialSums, price: \.partialSum),
  ]
}
