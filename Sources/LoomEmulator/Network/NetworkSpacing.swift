/// How far apart grants and entries must be for nobody to wait.
struct NetworkSpacing {
  /// By port: the port is free, what is behind it is read, and of its `depth` slots one is back.
  let ofPort: [Int64]
  /// By source: likewise for entries.
  let ofSource: [Int64]
  /// Ticks from a packet's last grant until ports, FIFOs and slots are as if it had never been.
  let settling: Int64

  init(_ plan: NetworkPlan) {
    let depth = Int64(plan.depth)
    func slotSpacing(_ taken: Int64, _ fifo: NetworkPlan.Fifo) -> Int64 {
      (taken + fifo.credit + depth - 1) / depth
    }
    ofPort = plan.ports.indices.map { port in
      let times = plan.ports[port]
      guard port < plan.channels else { return times.occupancy }
      let fifo = plan.fifos[port]
      return max(times.occupancy, fifo.occupancy, slotSpacing(times.latency, fifo))
    }
    ofSource = (0..<plan.sources).map { source in
      let fifo = plan.fifos[plan.channels + source]
      return max(fifo.occupancy, slotSpacing(plan.sourceEntry[source], fifo))
    }
    let spacing = max(ofPort.max() ?? 0, ofSource.max() ?? 0)
    settling = max(spacing, plan.fifos.map { max($0.credit, $0.occupancy) }.max() ?? 0)
  }
}
