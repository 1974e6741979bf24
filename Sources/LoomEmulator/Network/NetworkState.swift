/// The memory of a network in motion, one block for each kind of record.
///
/// Raw memory, because the loops go from record to record at random and array accesses there cost three times as
/// much (uniqueness and bounds, measured). Every index stays within its block: ports, FIFOs and waypoints are the
/// plan's own, which its builder has checked, and `NetworkEngine.begin` checks the traffic against the plan.
@safe struct NetworkState {
  let channels: Int
  let depth: Int
  let words: Int
  let choosesEarly: Bool
  let hasRegisters: Bool
  /// The turn of inputs with registers: its first place, and its places.
  let turnFirst: Int64
  let turnPlaces: Int64
  let portCount: Int
  let fifoCount: Int
  let ports: UnsafeMutablePointer<PortRecord>
  let fifos: UnsafeMutablePointer<FifoRecord>
  let slots: UnsafeMutablePointer<SlotRecord>
  /// By source.
  let sources: UnsafeMutablePointer<SourceRecord>
  /// By source: ticks from entry to the first possible grant.
  let sourceEntry: UnsafeMutablePointer<Int64>
  /// The inputs that ask for each port, `words` words a port.
  let requests: UnsafeMutablePointer<UInt64>
  let inputs: UnsafeMutablePointer<Int32>
  /// By waypoint: its only exit, or that it has several.
  let ways: UnsafeMutablePointer<WayRecord>
  let wayStart: UnsafeMutablePointer<Int32>
  let exits: UnsafeMutablePointer<WayRecord>
  /// Ports to look at in this tick, and how many.
  let touched: UnsafeMutablePointer<Int32>
  var touchedCount = 0
  /// Ports used in this run, and how many.
  let used: UnsafeMutablePointer<Int32>
  var usedCount = 0
  var queue: TickQueue
  /// The number of the run: what earlier runs left is as good as new.
  var run: Int32 = 0

  init(_ plan: NetworkPlan) {
    channels = plan.channels
    depth = plan.depth
    words = plan.words
    choosesEarly = plan.choosesEarly
    hasRegisters = plan.registers != nil
    turnFirst = Int64(plan.registers?.first ?? 0)
    turnPlaces = Int64(plan.registers?.places ?? 1)
    portCount = plan.ports.count
    fifoCount = plan.fifos.count
    unsafe ports = block(plan.ports.map { PortRecord($0) })
    unsafe fifos = block(plan.fifos.map { FifoRecord($0) })
    unsafe slots = block(repeating: SlotRecord(), count: plan.fifos.count * plan.depth)
    unsafe sources = block(repeating: SourceRecord(), count: plan.sources)
    unsafe sourceEntry = block(plan.sourceEntry)
    unsafe requests = block(repeating: 0, count: plan.ports.count * plan.words)
    unsafe inputs = block(plan.inputs)
    unsafe ways = block(
      plan.wayCopies.indices.map { waypoint in
        let first = Int(plan.wayStart[waypoint])
        guard plan.wayStart[waypoint + 1] - plan.wayStart[waypoint] == 1 else {
          return WayRecord(port: -1, next: Int32(waypoint))
        }
        return WayRecord(port: plan.wayPorts[first], next: plan.wayNext[first])
      })
    unsafe wayStart = block(plan.wayStart)
    unsafe exits = block(zip(plan.wayPorts, plan.wayNext).map { WayRecord(port: $0, next: $1) })
    unsafe touched = block(repeating: 0, count: plan.ports.count)
    unsafe used = block(repeating: 0, count: plan.ports.count)
    queue = TickQueue(parts: plan.fifos.count + plan.ports.count + plan.sources)
  }

  func release() {
    unsafe ports.deallocate()
    unsafe fifos.deallocate()
    unsafe slots.deallocate()
    unsafe sources.deallocate()
    unsafe sourceEntry.deallocate()
    unsafe requests.deallocate()
    unsafe inputs.deallocate()
    unsafe ways.deallocate()
    unsafe wayStart.deallocate()
    unsafe exits.deallocate()
    unsafe touched.deallocate()
    unsafe used.deallocate()
    queue.release()
  }
}

/// Memory that holds the elements.
private func block<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
  let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
  for (index, element) in elements.enumerated() {
    unsafe (memory + index).initialize(to: element)
  }
  return unsafe memory
}

private func block<Element>(
  repeating element: Element, count: Int
) -> UnsafeMutablePointer<Element> {
  let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
  unsafe memory.initialize(repeating: element, count: count)
  return unsafe memory
}
