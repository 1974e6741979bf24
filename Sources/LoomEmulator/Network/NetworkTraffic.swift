/// The packets of one run, source by source, each source's in the order in which they leave.
///
/// Made anew for each run in the same memory: `restart()`, then for each source that sends `begin(source:)` and
/// its packets.
public struct NetworkTraffic: Sendable {
  /// The waypoint each packet begins at: what `NetworkPlanBuilder.addWaypoint` returned.
  private(set) var waypoints: [Int32] = []
  /// The tick before which each packet cannot enter.
  private(set) var notBefore: [Int64] = []
  /// Ticks of the source's work before each packet.
  private(set) var work: [Int64] = []
  /// The sources that send, in the order given.
  public private(set) var sources: [Int32] = []
  /// Position of each such source's first packet.
  public private(set) var firstPackets: [Int32] = []

  /// Creates an empty list.
  public init() {}

  /// Packets.
  public var count: Int { waypoints.count }

  /// Removes all packets and keeps the memory.
  public mutating func restart() {
    waypoints.removeAll(keepingCapacity: true)
    notBefore.removeAll(keepingCapacity: true)
    work.removeAll(keepingCapacity: true)
    sources.removeAll(keepingCapacity: true)
    firstPackets.removeAll(keepingCapacity: true)
  }

  /// What follows is sent by a source that has not begun before.
  public mutating func begin(source: Int) {
    sources.append(Int32(source))
    firstPackets.append(Int32(waypoints.count))
  }

  /// Adds a packet of the present source.
  ///
  /// It is ready at max(`notBefore`, tick in which the source's previous packet entered + `work`), where the first
  /// packet's previous one entered at tick 0; it enters when the local FIFO has a slot. So what holds up a packet
  /// holds up all later work of its source.
  public mutating func add(waypoint: Int, notBefore tick: Int64, work ticks: Int64) {
    precondition(!sources.isEmpty && tick >= 0 && ticks >= 0, "a source's packet, not in the past")
    waypoints.append(Int32(truncatingIfNeeded: waypoint))
    notBefore.append(tick)
    work.append(ticks)
  }

  /// When a source's first packet is ready.
  func readyAtStart(_ packet: Int) -> Int64 { max(notBefore[packet], work[packet]) }

  /// The packets of the n-th source that sends.
  func packets(ofGroup group: Int) -> Range<Int> {
    let end = group + 1 < firstPackets.count ? Int(firstPackets[group + 1]) : waypoints.count
    return Int(firstPackets[group])..<end
  }
}
