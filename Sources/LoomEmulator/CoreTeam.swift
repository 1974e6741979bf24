import Dispatch
import LoomBase

/// One sample's steps on several threads, each at work on neighbouring cores of its own.
///
/// A step forks into the lanes and joins again: each lane receives, updates and sends for its cores, into queues of its
/// own; then messages for other lanes' cores are handed over, in the order in which one thread would have sent them.
/// Spikes, counts and durations are those of one thread, bit for bit.
struct CoreTeam {
  /// Threads at work on their cores, in the order of these; the first closes the steps and holds what the sample comes to.
  var lanes: [StepLoop]

  /// A loop alone, on one thread.
  init(_ loop: StepLoop) { lanes = [loop] }

  /// A loop's cores divided among as many lanes as are worth it, at most `lanes`.
  ///
  /// A loop that moves packets, or whose spikes are looked at, stays alone: its cores' messages meet in one place.
  init(_ loop: StepLoop, lanes: Int, leastWork: Int) {
    self.init(loop)
    guard lanes > 1, loop.events == nil, !loop.isTimedElsewhere, loop.observer.isQuiet else {
      return
    }
    self.lanes = CoreTeam.parts(loop.machine, lanes: lanes, leastWork: leastWork).map { cores in
      var lane = loop
      lane.cores = cores
      return lane
    }
  }

  /// What all lanes counted.
  var tally: Tally {
    lanes.dropFirst().reduce(into: lanes[0].tally) { $0.add($1.tally) }
  }

  /// The work of a lane (`work`) below which a fork costs more than it saves.
  static let leastWork = 4096

  /// Neighbouring cores with about the same neurons and synapses behind their axons in each part.
  static func parts(_ machine: Machine, lanes: Int, leastWork: Int) -> [Range<Int>] {
    let work = CoreTeam.work(machine)
    let total = work.reduce(0, +)
    let count = min(lanes, work.count, max(1, total / leastWork))
    var parts: [Range<Int>] = []
    var (first, sum) = (0, 0)
    for core in work.indices {
      sum += work[core]
      let isLast = core + 1 == work.count
      let isFull = parts.count + 1 < count && sum * count >= total * (parts.count + 1)
      guard isLast || isFull else { continue }
      parts.append(first..<(core + 1))
      first = core + 1
    }
    return parts
  }

  /// By core its neurons and, a sixteenth each, the synapses of its axons.
  private static func work(_ machine: Machine) -> [Int] {
    var work = machine.coreSlices.map { $0.reduce(0) { $0 + machine.slices[$1].count } }
    for block in machine.blocks {
      for axon in machine.axons[block.firstAxon..<(block.firstAxon + block.axonCount)] {
        work[block.core] += Int(machine.patterns[Int(axon.pattern)].synapses) / 16
      }
    }
    return work
  }

  /// Prepares the next sample, whose front-end currents the first lane has.
  mutating func begin() {
    let currents = lanes[0].state.wide.currents
    if !currents.isEmpty {
      for lane in lanes.indices.dropFirst() { lanes[lane].state.wide.currents = currents }
    }
    fork { $0.begin() }
  }

  /// The steps it may run at once.
  var mostTogether: Int { lanes[0].mostTogether }

  /// Runs one step of all cores, or several (`mostTogether`); returns their durations in ns.
  ///
  /// - Parameter hostSpikes: By step of the sample the inputs that spike.
  mutating func run(steps: Range<Int>, hostSpikes: [[UInt32]]) -> [Double] {
    fork { $0.work(steps: steps, hostSpikes: hostSpikes) }
    if lanes.count > 1 { handOver(steps.lowerBound) }
    for lane in lanes.indices.dropFirst() {
      lanes[0].take(lanes[lane], step: steps.lowerBound)
      lanes[lane].clearLinks(step: steps.lowerBound)
    }
    return steps.map { lanes[0].closeStep($0) }
  }

  /// Does something in all lanes at once.
  private mutating func fork(_ body: @Sendable (inout StepLoop) -> Void) {
    guard lanes.count > 1 else { return body(&lanes[0]) }
    unsafe lanes.withUnsafeMutableBufferPointer { lanes in
      // Each iteration touches a lane of its own, and the call returns after the last.
      nonisolated(unsafe) let lanes = unsafe lanes
      DispatchQueue.concurrentPerform(iterations: unsafe lanes.count) {
        unsafe body(&lanes[$0])
      }
    }
  }

  /// Moves messages for other lanes' cores to these lanes, and tells all what spikes of others are bits.
  private mutating func handOver(_ step: Int) {
    let machine = lanes[0].machine
    for sender in lanes.indices {
      let spikes = lanes[sender].state.spikes
      for receiver in lanes.indices where receiver != sender {
        lanes[receiver].state.spikes.take(spikes, lanes[sender].slices, machine)
      }
    }
    for receiver in lanes.indices {
      for block in lanes[receiver].blocks { handOver(machine.blocks[block], to: receiver, step) }
    }
  }

  /// Messages of a block: those of lanes before the receiver come first, those of lanes after it last.
  private mutating func handOver(_ block: BlockInfo, to receiver: Int, _ step: Int) {
    let slot = lanes[0].machine.sendSlot(delay: block.delay, step: step)
    var before: [Event] = []
    var after: [Event] = []
    for sender in lanes.indices where sender < receiver {
      lanes[sender].state.takeOut(block, slot, into: &before)
    }
    for sender in lanes.indices where sender > receiver {
      lanes[sender].state.takeOut(block, slot, into: &after)
    }
    guard !before.isEmpty || !after.isEmpty else { return }
    lanes[receiver].state.putIn(block, slot, before: before, after: after)
  }
}

extension SampleState {
  /// Moves what is in a slot of a block to a list.
  fileprivate mutating func takeOut(_ block: BlockInfo, _ slot: Int, into list: inout [Event]) {
    let count = Int(fill[block.fillStart + slot])
    guard count > 0 else { return }
    fill[block.fillStart + slot] = 0
    let first = block.queueStart + slot * block.capacity
    list.append(contentsOf: queue[first..<(first + count)])
  }

  /// Puts messages before and after those that are in a slot.
  fileprivate mutating func putIn(
    _ block: BlockInfo, _ slot: Int, before: [Event], after: [Event]
  ) {
    let first = block.queueStart + slot * block.capacity
    let own = Int(fill[block.fillStart + slot])
    let all = before.count + own + after.count
    precondition(all <= block.capacity, "a slot has a place for every entry that leads to it")
    if !before.isEmpty {
      for index in stride(from: own - 1, through: 0, by: -1) {
        queue[first + before.count + index] = queue[first + index]
      }
    }
    for (index, event) in before.enumerated() { queue[first + index] = event }
    for (index, event) in after.enumerated() { queue[first + before.count + own + index] = event }
    fill[block.fillStart + slot] = Int32(truncatingIfNeeded: all)
  }
}
