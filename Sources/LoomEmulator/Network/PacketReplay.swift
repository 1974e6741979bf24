/// A packet list run through a mesh with one core at each router.
public struct PacketReplay: Sendable {
  /// The tick in which each packet was delivered, in the order of the list; −1: never.
  public let delivered: [Int64]
  /// The tick in which each packet entered its local FIFO.
  public let entered: [Int64]
  /// Ticks from each packet's first cycle to its delivery, in the order of the list, undelivered ones left out.
  public let latencies: [Int64]
  /// The tick of the last delivery.
  public let lastDelivery: Int64
  /// Channels taken by all packets together.
  public let packetHops: Int
  /// Packets that never arrived.
  public let undelivered: Int
  /// Channels that carried packets, in the order of their numbers.
  public let links: [LinkUse]
  /// Sources that send: node, and ticks in which its packets were ready and could not enter.
  public let stalls: [SourceStall]
  /// How long the run took on this machine, what goes before it and after left out.
  public let hostSeconds: Double

  /// What one channel between routers carried.
  public struct LinkUse: Sendable, Hashable {
    /// The router it leaves.
    public var from: Int
    /// The router it leads to.
    public var to: Int
    /// Packets it carried, and for how many ticks it was busy or held up.
    public var load: PortLoad
  }

  /// How long a source was held up.
  public struct SourceStall: Sendable, Hashable {
    /// The node.
    public var node: Int
    /// Ticks.
    public var ticks: Int64
  }

  /// Runs a list whose nodes are all in the mesh.
  ///
  /// - Parameter ticksPerCycle: what a cycle of the list lasts; a source sends one packet a cycle.
  public init(_ packets: PacketList, on mesh: inout MeshNetwork, ticksPerCycle: Int64 = 1) {
    precondition(mesh.cores == 1 && ticksPerCycle > 0, "one node at each router")
    let (traffic, order) = PacketReplay.traffic(packets, &mesh, ticksPerCycle)
    let engine = NetworkEngine(mesh.plan)
    let start = ContinuousClock.now
    engine.run(traffic)
    hostSeconds = (ContinuousClock.now - start) / .seconds(1)
    let outcome = engine.outcome
    var delivered = [Int64](repeating: -1, count: packets.count)
    var entered = delivered
    for (position, packet) in order.enumerated() {
      delivered[Int(packet)] = outcome.delivered[position]
      entered[Int(packet)] = outcome.entered[position]
    }
    self.delivered = delivered
    self.entered = entered
    latencies = zip(delivered, packets.cycles).filter { $0.0 >= 0 }
      .map { $0.0 - $0.1 * ticksPerCycle }
    lastDelivery = outcome.lastDelivery
    packetHops = outcome.packetHops
    undelivered = outcome.undelivered
    links = outcome.usedPorts.map(Int.init).filter { $0 < engine.plan.channels }.sorted().map {
      let (from, to) = engine.plan.ends(ofChannel: $0)
      return LinkUse(from: from, to: to, load: engine.load(ofPort: $0))
    }
    stalls = zip(traffic.sources, outcome.stalls).map {
      SourceStall(node: Int($0), ticks: $1)
    }
  }

  /// The packets grouped by source, and each one's position in the list.
  private static func traffic(
    _ packets: PacketList, _ mesh: inout MeshNetwork, _ ticksPerCycle: Int64
  ) -> (NetworkTraffic, order: [Int32]) {
    let nodes = mesh.rows * mesh.columns
    var starts = [Int](repeating: 0, count: nodes + 1)
    for source in packets.sources { starts[Int(source) + 1] += 1 }
    for node in 0..<nodes { starts[node + 1] += starts[node] }
    var order = [Int32](repeating: 0, count: packets.count)
    var ends = starts
    for (packet, source) in packets.sources.enumerated() {
      order[ends[Int(source)]] = Int32(packet)
      ends[Int(source)] += 1
    }
    var traffic = NetworkTraffic()
    for node in 0..<nodes where starts[node] < starts[node + 1] {
      traffic.begin(source: node)
      for position in starts[node]..<starts[node + 1] {
        let packet = Int(order[position])
        traffic.add(
          waypoint: mesh.way(from: node, to: Int(packets.destinations[packet])),
          notBefore: packets.cycles[packet] * ticksPerCycle,
          work: position == starts[node] ? 0 : ticksPerCycle)
      }
    }
    return (traffic, order)
  }
}
