/// Times of a channel between two routers, in ticks; a channel ends in an input FIFO of the next router.
public struct ChannelClass: Sendable, Hashable {
  /// A flit granted at tick a may be granted in the next router from a + this on.
  public var latency: Int64
  /// Least ticks between two grants of the channel.
  public var occupancy: Int64
  /// A slot of its FIFO that is left at tick a is usable upstream from a + this on.
  public var credit: Int64
  /// Least ticks between two flits that leave its FIFO.
  public var readInterval: Int64

  /// Creates a class; every time is at least one tick and at most `NetworkPlan.longestTime`.
  ///
  /// A FIFO is read as often as it can be written (`occupancy`) if nothing else is said.
  public init(latency: Int64, occupancy: Int64, credit: Int64, readInterval: Int64? = nil) {
    self.latency = NetworkPlan.ticks(latency)
    self.occupancy = NetworkPlan.ticks(occupancy)
    self.credit = NetworkPlan.ticks(credit)
    self.readInterval = NetworkPlan.ticks(readInterval ?? occupancy)
  }
}

/// Times of a source (a core's way into its router), in ticks; it has a local FIFO of its own.
public struct SourceClass: Sendable, Hashable {
  /// A packet that enters at tick c may be granted from c + this on.
  public var entry: Int64
  /// Least ticks between two packets that enter, or leave the local FIFO.
  public var occupancy: Int64
  /// A slot of the local FIFO that is left at tick a is usable by the source from a + this on.
  public var credit: Int64

  /// Creates a class; every time is at least one tick and at most `NetworkPlan.longestTime`.
  public init(entry: Int64, occupancy: Int64, credit: Int64) {
    self.entry = NetworkPlan.ticks(entry)
    self.occupancy = NetworkPlan.ticks(occupancy)
    self.credit = NetworkPlan.ticks(credit)
  }
}

/// Times of an ejection port (a router's way out to a core), in ticks; it never stalls.
public struct EjectionClass: Sendable, Hashable {
  /// A flit granted at tick a is delivered at a + this.
  public var latency: Int64
  /// Least ticks between two grants of the port.
  public var occupancy: Int64

  /// Creates a class; every time is at least one tick and at most `NetworkPlan.longestTime`.
  public init(latency: Int64, occupancy: Int64) {
    self.latency = NetworkPlan.ticks(latency)
    self.occupancy = NetworkPlan.ticks(occupancy)
  }
}

/// Outputs that keep a granted flit in a register until the FIFO behind has a slot.
///
/// An output is granted when its register is empty; the flit passes on in the tick before it may be granted in the
/// next router, or later, when there is a slot. Which input comes first turns by one place with each tick.
public struct OutputRegisters: Sendable, Hashable {
  /// Places of the turn: every input of a router has one of its own, some may be empty.
  public var places: Int
  /// The place that comes first in tick 0.
  public var first: Int

  /// Creates the rule.
  public init(places: Int, first: Int) {
    precondition(places > 0 && first >= 0 && first < places, "the turn has a first place")
    self.places = places
    self.first = first
  }
}

/// Routers, the channels between them, sources, ejection ports and ways: what `NetworkEngine` runs packets on.
///
/// A *port* is an output of a router: channels come first (port = channel), then ejection ports. A *FIFO* is an
/// input: that of channel c is FIFO c, those of sources follow. Made by `NetworkPlanBuilder`.
public struct NetworkPlan: Sendable {
  /// An output of a router.
  struct Port: Sendable {
    var latency: Int64
    var occupancy: Int64
    /// Where the inputs of its router begin in `inputs`.
    var firstInput: Int32
  }

  /// An input of a router.
  struct Fifo: Sendable {
    var credit: Int64
    /// Least ticks between two flits that leave it.
    var occupancy: Int64
    /// Its place in the round robin of its router.
    var place: Int32
  }

  /// Slots of every FIFO.
  public let depth: Int
  /// Whether an output picks a flit whether or not it holds a credit, and keeps it.
  public let choosesEarly: Bool
  /// Whether outputs have registers, and the turn of their inputs.
  public let registers: OutputRegisters?
  /// Routers.
  public let routers: Int
  /// Channels; ports from here on are ejections.
  public let channels: Int
  let ports: [Port]
  let fifos: [Fifo]
  let sourceEntry: [Int64]
  let sourceRouter: [Int32]
  let portRouter: [Int32]
  let channelTarget: [Int32]
  /// The FIFOs of each router in the order of round robin, router after router; −1: an empty place.
  let inputs: [Int32]
  /// Words of 64 bits that a set of one router's inputs takes.
  let words: Int
  /// Ports that a flit at a waypoint asks for: positions `wayStart[w]..<wayStart[w + 1]`.
  let wayStart: [Int32]
  let wayPorts: [Int32]
  /// The waypoint behind each of them; −1 behind an ejection.
  let wayNext: [Int32]
  /// Copies that arrive of a packet which begins at a waypoint.
  let wayCopies: [Int32]
  let wayRouter: [Int32]

  /// Whether a packet may be copied on its way.
  var hasCopies: Bool { wayCopies.contains { $0 > 1 } }

  /// Sources.
  public var sources: Int { sourceEntry.count }

  /// Channels and ejection ports.
  public var portCount: Int { ports.count }

  /// The routers a channel joins.
  public func ends(ofChannel channel: Int) -> (from: Int, to: Int) {
    (Int(portRouter[channel]), Int(channelTarget[channel]))
  }

  /// The longest time of a part of a network: no sum of them over all packets of a run overflows.
  public static let longestTime: Int64 = 1 << 36

  static func ticks(_ time: Int64) -> Int64 { min(max(1, time), longestTime) }

  /// The most slots all FIFOs may have together: 1 GiB of them.
  public static let maximumSlots = 1 << 26
}
