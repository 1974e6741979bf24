import LoomBase

/// A mesh under steady uniform load: every node sends a packet in each cycle with one probability.
///
/// Destinations are uniform over all nodes, the sender's own among them, as in BookSim2. Injection begins on an
/// empty mesh, goes on for the warm-up, then for the cycles that are measured, then for a while so that the last
/// packets measured meet the load of the others.
public struct OpenLoop: Sendable, Hashable {
  /// Packets a node sends in a cycle, in the mean.
  public var offered: Double
  /// Packets of the measured cycles.
  public var packets: Int
  /// Mean ticks from a packet's cycle to its delivery, the queue of its source included.
  public var packetLatency: Double
  /// Mean ticks from a packet's entry into its local FIFO to its delivery.
  public var networkLatency: Double
  /// Packets delivered for each node and measured cycle.
  public var accepted: Double
  /// Mean channels a packet takes.
  public var hops: Double
  /// Whether queues of sources grow: the latency is only that of this length of run.
  public var isUnstable: Bool

  /// Runs one load.
  ///
  /// - Parameters:
  ///   - rate: packets of a node in a cycle, above 0 and at most 1.
  ///   - cycles: cycles measured.
  ///   - warmup: cycles before them.
  public init(
    rate: Double, cycles: Int, warmup: Int, seed: UInt64, on mesh: inout MeshNetwork,
    ticksPerCycle: Int64 = 1
  ) {
    precondition(rate > 0 && rate <= 1 && cycles > 0 && warmup >= 0, "a load and its length")
    let end = warmup + cycles
    let list = OpenLoop.packets(
      rate, cycles: end + max(1000, warmup / 2), nodes: mesh.rows * mesh.columns, seed)
    let replay = PacketReplay(list, on: &mesh, ticksPerCycle: ticksPerCycle)
    let window = Int64(warmup) * ticksPerCycle..<Int64(end) * ticksPerCycle
    var (waited, travelled, arrived, sent) = (Int64(0), Int64(0), 0, 0)
    for packet in 0..<list.count {
      let delivered = replay.delivered[packet]
      if window.contains(delivered) { arrived += 1 }
      let cycle = list.cycles[packet] * ticksPerCycle
      guard window.contains(cycle) else { continue }
      sent += 1
      waited += delivered - cycle
      travelled += delivered - replay.entered[packet]
    }
    let nodes = Double(mesh.rows * mesh.columns)
    offered = rate
    packets = sent
    packetLatency = sent == 0 ? 0 : Double(waited) / Double(sent)
    networkLatency = sent == 0 ? 0 : Double(travelled) / Double(sent)
    accepted = Double(arrived) / nodes / Double(cycles)
    hops = list.count == 0 ? 0 : Double(replay.packetHops) / Double(list.count)
    // What flows in and not out within the window, beyond what chance lets in at its end.
    let growth = Double(sent - arrived)
    isUnstable = growth > max(0.01 * Double(sent), 4 * Double(sent).squareRoot())
  }

  /// The packets a run makes in the mean, to be compared with `PacketList.maximumPackets`.
  public static func expectedPackets(
    rate: Double, cycles: Int, warmup: Int, nodes: Int
  ) -> Double {
    rate * Double(nodes) * (Double(cycles) + 1.5 * Double(warmup) + 1000)
  }

  private static func packets(
    _ rate: Double, cycles: Int, nodes: Int, _ seed: UInt64
  ) -> PacketList {
    var generator = SeededGenerator(seed: seed)
    var list = PacketList()
    for cycle in 0..<cycles {
      for node in 0..<nodes where generator.unit() < rate {
        list.add(from: node, to: Int.random(in: 0..<nodes, using: &generator), cycle: Int64(cycle))
      }
    }
    return list
  }
}
