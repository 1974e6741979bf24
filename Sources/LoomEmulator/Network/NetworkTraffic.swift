/// The packets of one run, source by source, each source's in the order in which they leave.
///
/// Made anew for each run in the same memory: `restart()`, then for each source that sends `begin(source:)` and
/// its packets.
public struct NetworkTraffic: Sendable {
  /// What is known of a packet before it enters.
  struct Packet: Sendable {
    /// The tick before which it cannot enter.
    var notBefore: Int64
    /// Ticks of the source's work before it.
    var work: Int64
    /// Where its way begins: what `NetworkPlanBuilder.addWaypoint` returned.
    var waypoint: Int32
  }

  /// The packets, and room for others behind them.
  private(set) var packets: [Packet] = []
  /// Packets.
  public private(set) var count = 0
  /// The sources that send, in the order given.
  public private(set) var sources: [Int32] = []
  /// Position of each such source's first packet.
  public private(set) var firstPackets: [Int32] = []

  /// Creates an empty list.
  public init() {}

  /// Removes all packets and keeps the memory.
  public mutating func restart() {
    count = 0
    sources.removeAll(keepingCapacity: true)
    firstPackets.removeAll(keepingCapacity: true)
  }

  /// What follows is sent by a source that has not begun before.
  public mutating func begin(source: Int) {
    sources.append(Int32(source))
    firstPackets.append(Int32(count))
  }

  /// Adds a packet of the present source.
  ///
  /// It is ready at max(`notBefore`, tick in which the source's previous packet entered + `work`), where the first
  /// packet's previous one entered at tick 0; it enters when the local FIFO has a slot. So what holds up a packet
  /// holds up all later work of its source.
  public mutating func add(waypoint: Int, notBefore tick: Int64, work ticks: Int64) {
    precondition(!sources.isEmpty && tick >= 0 && ticks >= 0, "a source's packet, not in the past")
    makeRoom(1)
    packets[count] = Packet(
      notBefore: tick, work: ticks, waypoint: Int32(truncatingIfNeeded: waypoint))
    count += 1
  }

  /// Adds so many packets of the present source at once, all of which `write` must set.
  @inline(__always)
  mutating func add(_ added: Int, _ write: (UnsafeMutableBufferPointer<Packet>) -> Void) {
    precondition(!sources.isEmpty && added >= 0, "a source's packets")
    makeRoom(added)
    let room = count..<count + added
    unsafe packets.withUnsafeMutableBufferPointer {
      unsafe write(UnsafeMutableBufferPointer(rebasing: $0[room]))
    }
    count = room.upperBound
  }

  private mutating func makeRoom(_ added: Int) {
    let missing = count + added - packets.count
    guard missing > 0 else { return }
    packets.append(
      contentsOf: repeatElement(
        Packet(notBefore: 0, work: 0, waypoint: 0), count: max(missing, packets.count)))
  }

  /// The packets of the n-th source that sends.
  func packets(ofGroup group: Int) -> Range<Int> {
    let end = group + 1 < firstPackets.count ? Int(firstPackets[group + 1]) : count
    return Int(firstPackets[group])..<end
  }
}
