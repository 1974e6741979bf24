/// What a run of `NetworkEngine` gave, in ticks from the run's start.
public struct NetworkOutcome: Sendable {
  /// The tick in which each packet entered its local FIFO; −1: it never did.
  public internal(set) var entered: [Int64] = []
  /// The tick in which each packet's last copy was delivered; −1: not all copies were.
  public internal(set) var delivered: [Int64] = []
  /// For each source of the traffic, in its order: ticks its packets were ready and could not enter.
  public internal(set) var stalls: [Int64] = []
  /// For each source of the traffic: the tick in which its last packet entered; −1: none did.
  public internal(set) var lastEntries: [Int64] = []
  /// The tick of the last delivery; 0 without packets.
  public internal(set) var lastDelivery: Int64 = 0
  /// Channels taken by all flits together.
  public internal(set) var packetHops = 0
  /// Packets of which a copy never arrived: cyclic waiting, which only copies of one packet can cause.
  public internal(set) var undelivered = 0
  /// The ports that were asked for, in no order; only their loads are meaningful.
  public internal(set) var usedPorts: [Int32] = []

  /// Copies of each packet that have not arrived; empty where every packet has one and nobody follows packets.
  var missing: [Int32] = []

  /// Creates an empty outcome.
  init() {}

  mutating func restart(_ traffic: NetworkTraffic, _ following: PacketFollowing) {
    entered.removeAll(keepingCapacity: true)
    NetworkOutcome.fill(&delivered, -1, following == .packets ? traffic.count : 0)
    NetworkOutcome.fill(&stalls, 0, traffic.sources.count)
    NetworkOutcome.fill(&lastEntries, -1, traffic.sources.count)
    lastDelivery = 0
    packetHops = 0
    undelivered = 0
    usedPorts.removeAll(keepingCapacity: true)
    missing.removeAll(keepingCapacity: true)
  }

  /// A copy arrives.
  @inline(__always)
  mutating func deliver(_ packet: Int, _ tick: Int64) {
    lastDelivery = max(lastDelivery, tick)
    if missing.isEmpty { return }
    missing[packet] &-= 1
    if !delivered.isEmpty { delivered[packet] = max(delivered[packet], tick) }
  }

  /// A packet arrives of which there is one copy.
  @inline(__always)
  mutating func glide(_ packet: Int, to tick: Int64) {
    lastDelivery = max(lastDelivery, tick)
    if missing.isEmpty { return }
    missing[packet] = 0
    delivered[packet] = tick
  }

  /// A packet of which there is one copy has not arrived yet; when it does, not earlier than it seemed.
  mutating func takeBack(_ packet: Int) {
    if missing.isEmpty { return }
    missing[packet] = 1
    delivered[packet] = -1
  }

  private static func fill(_ array: inout [Int64], _ value: Int64, _ count: Int) {
    array.removeAll(keepingCapacity: true)
    array.append(contentsOf: repeatElement(value, count: count))
  }
}

/// What a run notes of single packets.
enum PacketFollowing {
  /// Entry and delivery of each.
  case packets
  /// Which copies arrived.
  case copies
  /// How many arrived.
  case count
}

/// What one port did in a run.
public struct PortLoad: Sendable, Hashable {
  /// Flits that took it.
  public var flits: Int32
  /// Ticks it was occupied.
  public var busy: Int64
  /// Ticks in which it was free and a flit asked for it, but the FIFO behind it had no slot.
  public var held: Int64
}
