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

  /// An engine for a network.
  public init(_ plan: NetworkPlan) {
    self.plan = plan
    state = NetworkState(plan)
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
    state.move(traffic, &outcome)
    finish()
  }

  private func begin(_ traffic: NetworkTraffic) {
    if state.run == .max { state = fresh() }
    state.run += 1
    state.usedCount = 0
    state.queue.restart()
    outcome.restart(packets: traffic.count, sources: traffic.sources.count)
    for waypoint in traffic.waypoints { outcome.missing.append(plan.wayCopies[Int(waypoint)]) }
    for group in 0..<traffic.sources.count {
      let source = Int(traffic.sources[group])
      let packets = traffic.packets(ofGroup: group)
      precondition(source >= 0 && source < plan.sources, "the source exists")
      for packet in packets {
        let router = plan.wayRouter[Int(traffic.waypoints[packet])]
        precondition(router == plan.sourceRouter[source], "a way begins where its source is")
      }
      if !packets.isEmpty {
        state.start(source, group, packets, readyAt: traffic.readyAtStart(packets.lowerBound))
      }
    }
  }

  private func fresh() -> NetworkState {
    state.release()
    return NetworkState(plan)
  }

  private func finish() {
    for packet in 0..<outcome.missing.count where outcome.missing[packet] > 0 {
      outcome.delivered[packet] = -1
      outcome.undelivered += 1
    }
    for index in 0..<state.usedCount {
      let port = unsafe state.used[index]
      outcome.usedPorts.append(port)
      if port < plan.channels { outcome.packetHops += unsafe Int(state.ports[Int(port)].flits) }
    }
  }
}
