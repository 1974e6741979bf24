import LoomBase
import LoomHardware

/// One thread's run of samples: state, counts, and what the current step has done so far.
struct StepLoop {
  let machine: Machine
  let timing: StepTiming
  let steps: Int
  /// The cores it is at work on: all, or those of a lane of a team.
  var cores: Range<Int>
  var state: SampleState
  var tally: Tally
  /// Where spikes and scores are written, if anybody looks at them.
  var observer: Observer
  /// Work of the slowest core in this step, and which core it is.
  private var longestWork = 0.0
  private var slowestCore = -1
  /// When the last message of this step arrives: its core's work, then its route.
  private var lastArrival = 0.0
  /// The longer part of that: the route rather than the core's work.
  private var isArrivalRoute = false
  private var longestRoute = 0.0
  /// Work and loads of every step of the sample, where samples overlap.
  private(set) var pipelined: PipelinedSteps?
  /// Packets of the step, where every packet is moved; nil: durations come from counts.
  var events: EventStep?
  /// Whether somebody else says how long steps take: those of counts are then kept apart.
  var isTimedElsewhere = false
  /// By delay: the slot due in this step, the one a neuron's message goes to, and the host's.
  private(set) var dueSlot: [Int]
  private var sendSlot: [Int]
  private var hostSlot: [Int]
  /// By delay: where the bits and counts of the step begin whose spikes are due; nil: before the first.
  private(set) var due: [SpikeBits.Place?]

  init(
    _ machine: Machine, _ timing: StepTiming, steps: Int, hasFrontEnd: Bool, observer: Observer,
    network: EventNetwork? = nil
  ) {
    self.machine = machine
    self.timing = timing
    self.steps = steps
    cores = machine.coreSlices.indices
    self.observer = observer
    state = SampleState(machine, hasFrontEnd: hasFrontEnd)
    tally = Tally(machine, ports: network?.plan.portCount ?? 0, steps: steps)
    events = network.map { EventStep($0, keepsSteps: timing.isPipelined) }
    if timing.isPipelined {
      pipelined = PipelinedSteps(
        cores: machine.coreSlices.count, links: machine.mesh.linkKinds.count)
    }
    dueSlot = Array(repeating: 0, count: machine.longestDelay + 1)
    sendSlot = dueSlot
    hostSlot = dueSlot
    due = Array(repeating: nil, count: machine.longestDelay + 1)
  }

  /// Prepares the next sample.
  mutating func begin() {
    state.reset(machine)
    observer.begin()
    pipelined?.clear()
    events?.beginSample()
  }

  /// The slot that a neuron's messages of a step go to.
  static func sendSlot(delay: Int, step: Int) -> Int {
    let steps = max(1, delay)
    return (step + steps) % (steps + 1)
  }

  /// Runs one step of its cores.
  mutating func work(step: Int, hostSpikes: ArraySlice<UInt32>) {
    for delay in dueSlot.indices {
      let steps = max(1, delay)
      dueSlot[delay] = step % (steps + 1)
      sendSlot[delay] = StepLoop.sendSlot(delay: delay, step: step)
      hostSlot[delay] = (step + delay) % (steps + 1)
      due[delay] = step < steps ? nil : state.spikes.place(step: step - steps)
    }
    longestWork = 0
    slowestCore = -1
    lastArrival = 0
    pipelined?.open()
    events?.open()
    state.spikes.open(step: step)
    inject(hostSpikes)
    for core in cores { run(core: core, step: step) }
  }

  /// The slices on its cores.
  var slices: Range<Int> { span(machine.coreSlices) }

  /// The blocks on its cores.
  var blocks: Range<Int> { span(machine.coreBlocks) }

  /// What its cores have of something counted core after core.
  private func span(_ ofCore: [Range<Int>]) -> Range<Int> {
    guard let first = cores.first, let last = cores.last else { return 0..<0 }
    return ofCore[first].lowerBound..<ofCore[last].upperBound
  }

  /// Takes over what another lane's cores did in this step; theirs are later cores.
  mutating func take(_ lane: StepLoop) {
    if lane.longestWork > longestWork {
      (longestWork, slowestCore) = (lane.longestWork, lane.slowestCore)
    }
    if lane.lastArrival > lastArrival {
      (lastArrival, isArrivalRoute) = (lane.lastArrival, lane.isArrivalRoute)
    }
    for link in state.linkLoads.indices { state.linkLoads[link] &+= lane.state.linkLoads[link] }
    if let theirs = lane.pipelined { pipelined?.take(theirs, cores: lane.cores) }
    for output in observer.outputs {
      for index in output.slices where lane.slices.contains(index) {
        let slice = machine.slices[index]
        let neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
        for neuron in neurons { state.potentials[neuron] = lane.state.potentials[neuron] }
        observer.take(lane.observer, neurons)
      }
    }
  }

  /// Forgets what this step's messages load links with, once another lane has taken it over.
  mutating func clearLinks() {
    for link in state.linkLoads.indices { state.linkLoads[link] = 0 }
  }

  private mutating func inject(_ inputs: ArraySlice<UInt32>) {
    let routes = machine.hostRoutes
    let isLead = cores.lowerBound == 0
    if isLead { tally.inputSpikes += UInt64(inputs.count) }
    let isMulticast = !machine.flowOfNeuron.isEmpty
    let isPart = cores.count < machine.coreSlices.count
    for input in inputs {
      let entries = Int(routes.offsets[Int(input)])..<Int(routes.offsets[Int(input) + 1])
      if isLead {
        tally.inputMessages += UInt64(isMulticast ? min(1, entries.count) : entries.count)
      }
      for entry in entries {
        let block = Int(routes.entries[entry].block)
        let info = machine.blocks[block]
        if isPart, !cores.contains(info.core) { continue }
        let slot = hostSlot[info.delay]
        let place = info.fillStart + slot
        state.queue[info.queueStart + slot * info.capacity + Int(state.fill[place])] =
          routes.entries[entry].event
        state.fill[place] += 1
      }
    }
  }

  private mutating func run(core: Int, step: Int) {
    var work = receive(core: core, step: step)
    if machine.readsWhenSilent { readArrays(core, step) }
    longestRoute = 0
    for index in machine.coreSlices[core] {
      let slice = machine.slices[index]
      guard step >= slice.activeFrom, step < slice.activeTo else { continue }
      let compartments = slice.hasSecondCompartment ? 2 : 1
      let updates = slice.count * slice.wordsWritten(step: step)
      tally.sliceUpdates[index] &+= UInt64(updates)
      let copied = slice.extraCopies * slice.wordsWritten(step: step)
      let before = work
      let updating = Double((updates + copied) * compartments) * timing.neuronUpdate
      work += updating
      let spikes =
        slice.code.isWindowed
        ? updateWindow(index, slice, step: step) : update(index, slice, step: step)
      guard spikes > 0 else { continue }
      note(spikes, of: index, slice, step: step)
      tally.sliceSpikes[index] &+= UInt64(spikes)
      let copies = slice.extraCopies > 0 ? copySpikes(slice, spikes) : 0
      tally.sliceCopySpikes[index] &+= UInt64(copies)
      let firing = Double(spikes + copies) * timing.firing(slice)
      work += firing
      observer.record(slice, state.firing, count: spikes, step: step, places: machine.places)
      let reported = slice.reportsToHost ? Double(spikes) * timing.axonOut : 0
      work += Double(send(slice, spikes)) * timing.axonOut + reported
      events?.send(
        slice, state.firing, spikes: spikes, start: before,
        SliceWork(
          update: updating / Double(slice.count), spike: (firing + reported) / Double(spikes),
          message: timing.axonOut))
    }
    events?.end(work: work)
    pipelined?.note(core: core, work: work, route: longestRoute)
    if work > longestWork {
      longestWork = work
      slowestCore = core
    }
    if longestRoute > 0, work + longestRoute > lastArrival {
      lastArrival = work + longestRoute
      isArrivalRoute = longestRoute > work
    }
  }

  /// Spikes of the copies beyond the first of the neurons that fired.
  private func copySpikes(_ slice: SliceInfo, _ spikes: Int) -> Int {
    (0..<spikes).reduce(0) {
      $0 + Int(machine.extraCopies[slice.firstNeuron + Int(state.firing[$1])])
    }
  }

  /// Has the spikes of a slice as bits, and as a list where anybody reads one.
  private mutating func note(_ spikes: Int, of index: Int, _ slice: SliceInfo, step: Int) {
    let first = state.spikes.now.word + slice.firstWord
    if slice.code.isWindowed || slice.sendsSums || state.isWide[index] {
      state.spikes.set(state.firing, count: spikes, firstWord: first)
    } else if slice.queuesSpikes || events != nil || slice.extraCopies > 0
      || !machine.flowOfNeuron.isEmpty || observer.reads(slice, step: step)
    {
      _ = Kernels.collect(
        state.spikes.words, from: first, count: slice.count, into: &state.firing)
    }
    state.spikes.count(spikes, of: slice, machine)
  }

  /// Reads the arrays no event has opened, where any of the core's populations is active.
  private mutating func readArrays(_ core: Int, _ step: Int) {
    let active = machine.coreSlices[core].filter {
      step >= machine.slices[$0].activeFrom && step < machine.slices[$0].activeTo
    }
    guard !active.isEmpty else { return }
    for array in machine.coreArrays[core]..<machine.coreArrays[core + 1] {
      observer.arrays?.note(array: array, slices: active)
      guard state.arrayMarks[array] != step + 1 else { continue }
      state.arrayMarks[array] = step + 1
      tally.blockReads[machine.arrayBlocks[array]] &+= 1
    }
  }

  /// (c) Queues the messages of a slice's spikes that do not wait as bits; returns how many messages there are.
  private mutating func send(_ slice: SliceInfo, _ spikes: Int) -> Int {
    if !slice.queuesSpikes, machine.flowOfNeuron.isEmpty {
      var sent = 0
      for flow in slice.flows {
        let info = machine.flows[flow]
        sent += travel(messages(info), flow, info.path)
      }
      return sent
    }
    let isMulticast = !machine.flowOfNeuron.isEmpty
    if isMulticast {
      for position in 0..<slice.flows.count { state.flowCounts[position] = 0 }
      StepLoop.count(
        state.firing, count: spikes, firstNeuron: slice.firstNeuron, machine.flowOfNeuron,
        firstFlow: slice.flows.lowerBound, &state.flowCounts)
    } else {
      for (position, flow) in slice.flows.enumerated() {
        let info = machine.flows[flow]
        state.flowCounts[position] =
          info.field < 0 ? -waiting(info) : messages(info)
      }
    }
    if slice.sendsSums {
      SumKernels.queue(
        state.firing, count: spikes, firstNeuron: slice.firstNeuron, machine, sendSlot,
        potentials: &state.potentials, &state.queue, &state.fill)
    } else if slice.queuesSpikes {
      SendKernel.queue(
        state.firing, count: spikes, firstNeuron: slice.firstNeuron, machine.queuedRoutes,
        machine.blocks, sendSlot, &state.queue, &state.fill)
    }
    var sent = 0
    for (position, flow) in slice.flows.enumerated() {
      let info = machine.flows[flow]
      sent += travel(state.flowCounts[position] &+ waiting(info), flow, info.path)
    }
    return sent
  }

  /// Counts messages of a flow on their way; returns how many there are.
  private mutating func travel(_ count: Int32, _ flow: Int, _ path: MeshPath) -> Int {
    guard count > 0 else { return 0 }
    tally.flowMessages[flow] &+= UInt64(count)
    longestRoute = max(longestRoute, path.nanoseconds)
    for link in path.links { state.linkLoads[Int(machine.mesh.pathLinks[link])] &+= count }
    return Int(count)
  }

  /// The messages of a flow whose spikes wait as bits.
  private func messages(_ flow: FlowInfo) -> Int32 {
    Int32(truncatingIfNeeded: state.spikes.counts[state.spikes.now.field + flow.field])
  }

  /// Messages queued for the block of a flow; none with multicast, where spikes are counted themselves.
  private func waiting(_ flow: FlowInfo) -> Int32 {
    guard let block = flow.block, flow.field < 0 else { return 0 }
    return state.fill[machine.blocks[block].fillStart + sendSlot[machine.blocks[block].delay]]
  }

  /// Adds the neurons that fired to the counts of their flows.
  private static func count(
    _ firing: [UInt32], count: Int, firstNeuron: Int, _ flowOfNeuron: [Int32], firstFlow: Int,
    _ counts: inout [Int32]
  ) {
    for position in 0..<count {
      let flow = Int(flowOfNeuron[firstNeuron &+ Int(firing[position])])
      if flow >= 0 { counts[flow &- firstFlow] &+= 1 }
    }
  }

  /// The step's duration: what bounds it, then barrier or tick.
  mutating func closeStep(_ index: Int) -> Double {
    var busiest = 0.0
    for link in state.linkLoads.indices where state.linkLoads[link] > 0 {
      let occupancy =
        machine.mesh.linkKinds[link] == .betweenChips
        ? timing.chipLinkOccupancy : timing.linkOccupancy
      let taken = Double(state.linkLoads[link]) * occupancy
      pipelined?.note(link: link, nanoseconds: taken)
      busiest = max(busiest, taken)
      state.linkLoads[link] = 0
    }
    var step = StepLength(
      work: longestWork, core: slowestCore, link: busiest, arrival: lastArrival,
      isArrivalRoute: isArrivalRoute, tick: timing.tick)
    if events != nil || isTimedElsewhere {
      tally.analyticTicks &+= UInt64(EventStep.ticks(timing.duration(boundBy: step.nanoseconds)))
    }
    if let result = events?.close(&tally) { step.take(result) }
    if !isTimedElsewhere { tally.note(step, at: index) }
    return timing.duration(boundBy: step.nanoseconds)
  }
}
