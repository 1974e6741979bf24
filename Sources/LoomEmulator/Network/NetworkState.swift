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
  /// Whether whole ways can be walked at once: no registers, no copies.
  let canGlide: Bool
  /// Ticks from a packet's last grant until nothing can be told of it any more.
  let settling: Int64
  /// Whether a flit that meets nobody is moved on at once: not through registers, nor past more inputs than a word holds.
  let canPass: Bool
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
  /// The inputs that ask for each port, `words` words a port.
  let requests: UnsafeMutablePointer<UInt64>
  let inputs: UnsafeMutablePointer<Int32>
  /// By waypoint: its only exit, or that it has several.
  let ways: UnsafeMutablePointer<WayRecord>
  let wayStart: UnsafeMutablePointer<Int32>
  let wayRouter: UnsafeMutablePointer<Int32>
  let waypoints: Int
  let exits: UnsafeMutablePointer<WayRecord>
  /// Ports to look at in this tick, and how many.
  let touched: UnsafeMutablePointer<Int32>
  var touchedCount = 0
  /// Ports used in this run, and how many.
  let used: UnsafeMutablePointer<Int32>
  var usedCount = 0
  var queue: TickQueue
  var table = Timetable()
  /// The first entry of the table that is neither done nor in the queue, and the one that came into it last.
  var cursor = 0
  var fed = 0
  var fedTick: Int64 = -1
  /// The entry at which gliding ended last.
  var met = -1
  /// Sources that did not keep the plan and have packets left.
  var late = 0
  /// Packets that entered event by event and have not arrived; means nothing with copies.
  var inside = 0
  /// Grants that may be taken back.
  let trace: UnsafeMutablePointer<Trace>
  var traced = 0
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
    canGlide = plan.registers == nil && !plan.hasCopies
    canPass = plan.registers == nil && plan.words == 1
    portCount = plan.ports.count
    fifoCount = plan.fifos.count
    let times = NetworkSpacing(plan)
    settling = times.settling
    unsafe ports = block(
      plan.ports.indices.map {
        PortRecord(
          plan.ports[$0], spacing: times.ofPort[$0],
          placeBehind: $0 < plan.channels ? plan.fifos[$0].place : 0)
      })
    unsafe fifos = block(plan.fifos.map { FifoRecord($0) })
    unsafe slots = block(repeating: SlotRecord(), count: plan.fifos.count * plan.depth)
    unsafe sources = block(
      (0..<plan.sources).map {
        SourceRecord(
          entry: plan.sourceEntry[$0], spacing: times.ofSource[$0],
          place: plan.fifos[plan.channels + $0].place, router: plan.sourceRouter[$0])
      })
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
    unsafe wayRouter = block(plan.wayRouter)
    waypoints = plan.wayRouter.count
    unsafe exits = block(zip(plan.wayPorts, plan.wayNext).map { WayRecord(port: $0, next: $1) })
    unsafe touched = block(repeating: 0, count: plan.ports.count)
    unsafe used = block(repeating: 0, count: plan.ports.count)
    unsafe trace = UnsafeMutablePointer<Trace>.allocate(capacity: NetworkState.longestTrace)
    queue = TickQueue(parts: plan.fifos.count + plan.ports.count + plan.sources)
  }

  func release() {
    unsafe ports.deallocate()
    unsafe fifos.deallocate()
    unsafe slots.deallocate()
    unsafe sources.deallocate()
    unsafe requests.deallocate()
    unsafe inputs.deallocate()
    unsafe ways.deallocate()
    unsafe wayStart.deallocate()
    unsafe wayRouter.deallocate()
    unsafe exits.deallocate()
    unsafe touched.deallocate()
    unsafe used.deallocate()
    unsafe trace.deallocate()
    table.release()
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
