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

  /// Copies of each packet that have not arrived.
  var missing: [Int32] = []

  /// Creates an empty outcome.
  init() {}

  mutating func restart(packets: Int, sources: Int) {
    NetworkOutcome.fill(&entered, -1, packets)
    NetworkOutcome.fill(&delivered, -1, packets)
    NetworkOutcome.fill(&stalls, 0, sources)
    NetworkOutcome.fill(&lastEntries, -1, sources)
    lastDelivery = 0
    packetHops = 0
    undelivered = 0
    usedPorts.removeAll(keepingCapacity: true)
    missing.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func enter(_ packet: Int, _ tick: Int64, group: Int, stall: Int64) {
    entered[packet] = tick
    stalls[group] &+= stall
    lastEntries[group] = tick
  }

  @inline(__always)
  mutating func deliver(_ packet: Int, _ tick: Int64) {
    missing[packet] &-= 1
    delivered[packet] = max(delivered[packet], tick)
    lastDelivery = max(lastDelivery, tick)
  }

  private static func fill(_ array: inout [Int64], _ value: Int64, _ count: Int) {
    array.removeAll(keepingCapacity: true)
    array.append(contentsOf: repeatElement(value, count: count))
  }
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
