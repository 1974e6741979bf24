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
  /// By core: crossbar arrays read.
  var arrayReads: [UInt64]
  var slowestCoreSteps: [UInt64]
  /// By `StepBound` in the order core, link, route.
  var bounds: [UInt64] = [0, 0, 0]
  var inputSpikes: UInt64 = 0
  /// Messages the host injects: one for each input spike and axon.
  var inputMessages: UInt64 = 0

  init(_ machine: Machine) {
    blockEvents = Array(repeating: 0, count: machine.blocks.count)
    blockOperations = blockEvents
    blockLowering = blockEvents
    sliceUpdates = Array(repeating: 0, count: machine.slices.count)
    sliceSpikes = sliceUpdates
    sliceCopySpikes = sliceUpdates
    flowMessages = Array(repeating: 0, count: machine.flows.count)
    arrayReads = Array(repeating: 0, count: machine.coreSlices.count)
    slowestCoreSteps = arrayReads
  }

  mutating func add(_ other: Tally) {
    Tally.add(other.blockEvents, to: &blockEvents)
    Tally.add(other.blockOperations, to: &blockOperations)
    Tally.add(other.blockLowering, to: &blockLowering)
    Tally.add(other.sliceUpdates, to: &sliceUpdates)
    Tally.add(other.sliceSpikes, to: &sliceSpikes)
    Tally.add(other.sliceCopySpikes, to: &sliceCopySpikes)
    Tally.add(other.flowMessages, to: &flowMessages)
    Tally.add(other.arrayReads, to: &arrayReads)
    Tally.add(other.slowestCoreSteps, to: &slowestCoreSteps)
    Tally.add(other.bounds, to: &bounds)
    inputSpikes += other.inputSpikes
    inputMessages += other.inputMessages
  }

  private static func add(_ values: [UInt64], to sums: inout [UInt64]) {
    for index in sums.indices { sums[index] += values[index] }
  }
}
