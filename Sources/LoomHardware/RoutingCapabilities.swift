/// How messages find their way, beyond one message for each destination core.
public struct RoutingCapabilities: Sendable, Hashable, Codable {
  /// Whether one message serves all destinations: it is copied where the ways part (not on asynchronous chips).
  public var multicast: Bool
  /// The most destinations (axons anywhere) of one neuron; 0: as many as the table holds.
  public var fanOut: Int
  /// Routing-table entries of one router or core, as `tablePerChip` says; 0: no table of that kind.
  public var tableEntries: Int
  /// Whether the table belongs to a router, which the cores of its tile share (SpiNNaker, with multicast); else to
  /// each core.
  public var tablePerChip: Bool
  /// Whether a neuron's spike meets the axon of its own number in its own core, and host events the others (ODIN).
  ///
  /// A neuron that fires takes an axon whether or not its spikes are wanted; `fanOut` is then 1.
  public var ownRow: Bool

  /// Creates capabilities; without arguments those of a chip that sends one message to each destination core.
  public init(
    multicast: Bool = false, fanOut: Int = 0, tableEntries: Int = 0, tablePerChip: Bool = false,
    ownRow: Bool = false
  ) {
    self.multicast = multicast
    self.fanOut = fanOut
    self.tableEntries = tableEntries
    self.tablePerChip = tablePerChip
    self.ownRow = ownRow
  }
}
