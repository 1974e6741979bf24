/// Raw counts of one thread, by the machine's own parts; whole numbers, so that threads merge exactly.
struct Tally: Sendable {
  /// By block: events met and synaptic operations done.
  var blockEvents: [UInt64]
  var blockOperations: [UInt64]
  /// By block: how many of the operations are lowering cell by cell (`CellCounts`).
  var blockLowering: [UInt64]
  /// By slice: updates (in neurons, not compartments) and spikes.
  var sliceUpdates: [UInt64]
  var sliceSpikes: [UInt64]
  /// By slice: spikes of its neurons' copies beyond the first.
  var sliceCopySpikes: [UInt64]
  /// By flow: messages sent.
  var flowMessages: [UInt64]
  /// By block: crossbar arrays read, first for one of its events or because they hold its cells.
  var blockReads: [UInt64]
  var slowestCoreSteps: [UInt64]
  /// By `StepBound` in the order core, link, route, tick.
  var bounds: [UInt64] = [0, 0, 0, 0]
  /// The time of the steps each bound decided, without barrier and tick, ps.
  var boundTicks: [UInt64] = [0, 0, 0, 0]
  /// Steps that took longer than the tick, and the longest work of a step, ns.
  var overruns: UInt64 = 0
  var longestStep = 0.0
  /// The same step by step.
  var bottlenecks: StepBottlenecks
  /// By core: the time of the steps it was the slowest in and decided, ps.
  var slowestCoreTicks: [UInt64]
  /// By core: how long its packets waited for a slot, ps; empty where packets are not moved.
  var stallTicks: [UInt64]
  /// By port of the network: time taken, and time a packet waited for a slot behind it, ps.
  var portBusyTicks: [UInt64]
  var portHeldTicks: [UInt64]
  /// What all steps would have taken by counts, ps, where packets are moved.
  var analyticTicks: UInt64 = 0
  /// Packets of which a copy never arrived.
  var undelivered: UInt64 = 0
  /// Spikes a controller's queue would have lost.
  var lostSpikes: UInt64 = 0
  var inputSpikes: UInt64 = 0
  /// Messages the host injects: one for each input spike and axon.
  var inputMessages: UInt64 = 0

  init(_ machine: Machine, ports: Int = 0, steps: Int = 0) {
    blockEvents = Array(repeating: 0, count: machine.blocks.count)
    blockOperations = blockEvents
    blockLowering = blockEvents
    sliceUpdates = Array(repeating: 0, count: machine.slices.count)
    sliceSpikes = sliceUpdates
    sliceCopySpikes = sliceUpdates
    flowMessages = Array(repeating: 0, count: machine.flows.count)
    blockReads = blockEvents
    slowestCoreSteps = Array(repeating: 0, count: machine.coreSlices.count)
    slowestCoreTicks = slowestCoreSteps
    bottlenecks = StepBottlenecks(steps: steps, cores: machine.coreSlices.count)
    stallTicks = ports > 0 ? slowestCoreSteps : []
    portBusyTicks = Array(repeating: 0, count: ports)
    portHeldTicks = portBusyTicks
  }

  /// Counts what decided a step.
  mutating func note(_ step: StepLength, at index: Int) {
    let bound = step.bound
    let ticks = UInt64(EventStep.ticks(step.nanoseconds))
    let place = StepBound.allCases.firstIndex(of: bound) ?? 0
    if step.overrunsTick { overruns &+= 1 }
    longestStep = max(longestStep, step.work)
    bottlenecks.note(step, bound: place, step: index, ticks: ticks)
    bounds[place] &+= 1
    boundTicks[place] &+= ticks
    if step.core >= 0 { slowestCoreSteps[step.core] &+= 1 }
    if step.core >= 0, bound == .core { slowestCoreTicks[step.core] &+= ticks }
  }

  mutating func add(_ other: Tally) {
    Tally.add(other.blockEvents, to: &blockEvents)
    Tally.add(other.blockOperations, to: &blockOperations)
    Tally.add(other.blockLowering, to: &blockLowering)
    Tally.add(other.sliceUpdates, to: &sliceUpdates)
    Tally.add(other.sliceSpikes, to: &sliceSpikes)
    Tally.add(other.sliceCopySpikes, to: &sliceCopySpikes)
    Tally.add(other.flowMessages, to: &flowMessages)
    Tally.add(other.blockReads, to: &blockReads)
    Tally.add(other.slowestCoreSteps, to: &slowestCoreSteps)
    Tally.add(other.bounds, to: &bounds)
    Tally.add(other.boundTicks, to: &boundTicks)
    Tally.add(other.slowestCoreTicks, to: &slowestCoreTicks)
    bottlenecks.add(other.bottlenecks)
    Tally.add(other.stallTicks, to: &stallTicks)
    Tally.add(other.portBusyTicks, to: &portBusyTicks)
    Tally.add(other.portHeldTicks, to: &portHeldTicks)
    analyticTicks += other.analyticTicks
    undelivered += other.undelivered
    lostSpikes += other.lostSpikes
    overruns += other.overruns
    longestStep = max(longestStep, other.longestStep)
    inputSpikes += other.inputSpikes
    inputMessages += other.inputMessages
  }

  private static func add(_ values: [UInt64], to sums: inout [UInt64]) {
    for index in sums.indices { sums[index] += values[index] }
  }
}
