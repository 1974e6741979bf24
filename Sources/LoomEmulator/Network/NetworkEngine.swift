/// Moves single-flit packets through input-queued routers with credits, event by event.
///
/// The rules are those of BookSim2-like meshes (`RouterModel`): every FIFO's head asks for its outputs; a free output
/// takes one head round robin when the FIFO behind it has a slot (or picks one first and waits for the slot,
/// `choosesEarly`); a slot that is left comes back upstream after the credit's delay. All that happens in one tick
/// is seen before that tick's grants, and a grant changes nothing before the next tick, so the order of events
/// within a tick cannot be told from the result. Only ticks in which something happens cost time.
///
/// One engine serves one thread, for any number of runs.
public final class NetworkEngine {
  /// The network.
  public let plan: NetworkPlan
  /// What the last run gave.
  public private(set) var outcome = NetworkOutcome()
  private var state: NetworkState

  private let following: PacketFollowing

  /// An engine for a network.
  ///
  /// - Parameter followsPackets: whether `entered` and `delivered` are wanted of every packet.
  public init(_ plan: NetworkPlan, followsPackets: Bool = true) {
    self.plan = plan
    state = NetworkState(plan)
    let hasCopies = plan.wayCopies.contains { $0 > 1 }
    following = followsPackets ? .packets : hasCopies ? .copies : .count
  }

  deinit { state.release() }

  /// What a port did in the last run.
  public func load(ofPort port: Int) -> PortLoad {
    precondition(port >= 0 && port < plan.portCount, "the port exists")
    let record = unsafe state.ports[port]
    guard record.run == state.run, state.run > 0 else {
      return PortLoad(flits: 0, busy: 0, held: 0)
    }
    return PortLoad(
      flits: record.flits, busy: Int64(record.flits) * record.occupancy, held: record.held)
  }

  /// Runs the packets until nothing moves any more; the result is `outcome`.
  public func run(_ traffic: NetworkTraffic) {
    begin(traffic)
    unsafe traffic.packets.withUnsafeBufferPointer { packets in
      guard let packets = packets.baseAddress else { return }
      for group in 0..<traffic.sources.count {
        let own = traffic.packets(ofGroup: group)
        if !own.isEmpty { unsafe state.plan(Int(traffic.sources[group]), own, packets) }
      }
      unsafe state.move(packets, &outcome)
    }
    finish(traffic)
  }

  private func begin(_ traffic: NetworkTraffic) {
    if state.run == .max { state = fresh() }
    state.run += 1
    state.usedCount = 0
    state.table.restart(packets: traffic.count)
    outcome.restart(traffic, following)
    for source in traffic.sources {
      precondition(source >= 0 && source < plan.sources, "the source exists")
    }
    if following == .count { return }
    for packet in traffic.packets.prefix(traffic.count) {
      outcome.missing.append(plan.wayCopies[Int(packet.waypoint)])
    }
  }

  private func fresh() -> NetworkState {
    state.release()
    return NetworkState(plan)
  }

  private func finish(_ traffic: NetworkTraffic) {
    for (group, source) in traffic.sources.enumerated() {
      let own = traffic.packets(ofGroup: group)
      guard !own.isEmpty else { continue }
      let record = unsafe state.sources[Int(source)]
      let end = record.isLate ? Int(record.next) : own.upperBound
      outcome.stalls[group] = record.stall
      if end > own.lowerBound { outcome.lastEntries[group] = unsafe state.table.ticks[end - 1] }
      if following == .count { outcome.undelivered += own.upperBound - end }
    }
    if following == .count { outcome.undelivered += state.inside }
    if following == .packets {
      unsafe outcome.entered.append(
        contentsOf: UnsafeBufferPointer(start: state.table.ticks, count: traffic.count))
    }
    for packet in 0..<outcome.missing.count where outcome.missing[packet] > 0 {
      if following == .packets { outcome.delivered[packet] = -1 }
      outcome.undelivered += 1
    }
    for index in 0..<state.usedCount {
      let port = unsafe state.used[index]
      outcome.usedPorts.append(port)
      if port < plan.channels { outcome.packetHops += unsafe Int(state.ports[Int(port)].flits) }
    }
  }
}
