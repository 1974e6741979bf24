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
  /// What the cores came to so far in the steps in the works.
  var slowest: [SlowestCore]
  private var longestRoute = 0.0
  /// Work and loads of every step of the sample, where samples overlap.
  var pipelined: PipelinedSteps?
  /// Packets of the step, where every packet is moved; nil: durations come from counts.
  var events: EventStep?
  /// Whether somebody else says how long steps take: those of counts are then kept apart.
  var isTimedElsewhere = false
  /// Where the spikes of the steps in the works come from and go to.
  var places: SpikePlaces

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
    places = SpikePlaces(
      longestDelay: machine.longestDelay, together: machine.stepsTogether)
    slowest = Array(repeating: SlowestCore(), count: machine.stepsTogether)
  }

  /// Prepares the next sample.
  mutating func begin() {
    state.reset(machine)
    observer.begin()
    pipelined?.clear()
    events?.beginSample()
  }

  /// The steps it may do at once, group of cores after group; one where cores of one step meet in one place.
  var mostTogether: Int {
    cores == machine.coreSlices.indices && events == nil ? machine.stepsTogether : 1
  }

  /// Runs one step of its cores, or several of all cores.
  mutating func work(steps: Range<Int>, hostSpikes: [[UInt32]]) {
    precondition(steps.count <= mostTogether, "rings have a place for every step")
    events?.open()
    for step in steps {
      places.open(step: step, state.spikes)
      slowest[step % machine.stepsTogether] = SlowestCore()
      pipelined?.open()
      state.spikes.open(step: step)
      if step < hostSpikes.count { inject(hostSpikes[step]) }
    }
    if steps.count == 1 {
      for core in cores { run(core: core, step: steps.lowerBound) }
      return
    }
    if !machine.patches.isEmpty, steps.count <= StretchKernel.mostSteps {
      state.stretch.open(steps, state.spikes, machine)
    }
    for group in machine.coreGroups {
      if group.count == 1, canStretch(group[0], steps) {
        stretch(core: group[0], steps: steps)
        continue
      }
      for step in steps {
        places.enter(step: step)
        state.spikes.enter(step: step)
        for core in group { run(core: core, step: step) }
      }
    }
  }

  /// Has the observer take what it needs after a step (−1: before the first).
  mutating func read(after step: Int) {
    if let raster = observer.raster {
      for (index, slice) in machine.slices.enumerated()
      where state.isShort[index] && raster.keeps(slice, after: step) {
        state.show(slice)
      }
    }
    observer.read(after: step, machine, state.potentials)
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

  /// Takes over what another lane's cores did in a step, the last one opened; theirs are later cores.
  mutating func take(_ lane: StepLoop, step: Int) {
    let place = step % machine.stepsTogether
    slowest[place].take(lane.slowest[place])
    for link in links(step: step) { state.linkLoads[link] &+= lane.state.linkLoads[link] }
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
  mutating func clearLinks(step: Int) {
    for link in links(step: step) { state.linkLoads[link] = 0 }
  }

  /// Where the links' loads of a step in the works are.
  private func links(step: Int) -> Range<Int> {
    let links = machine.mesh.linkKinds.count
    let first = step % machine.stepsTogether * links
    return first..<(first + links)
  }

  private mutating func inject(_ inputs: [UInt32]) {
    let routes = machine.hostRoutes
    let isLead = cores.lowerBound == 0
    if isLead { tally.inputSpikes += UInt64(inputs.count) }
    let isMulticast = !machine.flowOfNeuron.isEmpty
    if isLead {
      for input in inputs {
        let entries = Int(routes.offsets[Int(input) + 1] &- routes.offsets[Int(input)])
        tally.inputMessages += UInt64(isMulticast ? min(1, entries) : entries)
      }
    }
    if !machine.hostFields.isEmpty {
      state.spikes.set(
        inputs, count: inputs.count, firstWord: state.spikes.now.word + machine.hostWord)
      state.spikes.count(inputs.count, machine.hostFields, of: machine.hostInputs, machine)
    }
    if machine.queuedHostRoutes.entries.isEmpty { return }
    if cores.count == machine.coreSlices.count {
      SendKernel.queue(
        inputs, count: inputs.count, firstNeuron: 0, machine.queuedHostRoutes, machine.blocks,
        slots: places.hostSlots, &state.queue, &state.fill)
    } else {
      queue(inputs, for: cores)
    }
  }

  /// Queues the messages of inputs for some cores.
  private mutating func queue(_ inputs: [UInt32], for cores: Range<Int>) {
    let routes = machine.queuedHostRoutes
    let slots = places.hostSlots
    for input in inputs {
      for entry in Int(routes.offsets[Int(input)])..<Int(routes.offsets[Int(input) + 1]) {
        let info = machine.blocks[Int(routes.entries[entry].block)]
        guard cores.contains(info.core) else { continue }
        let slot = slots[slots.startIndex + info.delay]
        let place = info.fillStart + slot
        state.queue[info.queueStart + slot * info.capacity + Int(state.fill[place])] =
          routes.entries[entry].event
        state.fill[place] += 1
      }
    }
  }

  mutating func run(core: Int, step: Int) {
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
      work += Double(send(slice, spikes, step: step)) * timing.axonOut + reported
      events?.send(
        slice, state.firing, spikes: spikes, start: before,
        SliceWork(
          update: updating / Double(slice.count), spike: (firing + reported) / Double(spikes),
          message: timing.axonOut))
    }
    events?.end(work: work)
    pipelined?.note(core: core, step: step, work: work, route: longestRoute)
    slowest[step % machine.stepsTogether].take(core: core, work: work, route: longestRoute)
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
    state.spikes.count(spikes, slice.fields, of: slice.count, machine)
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
  private mutating func send(_ slice: SliceInfo, _ spikes: Int, step: Int) -> Int {
    if !slice.queuesSpikes, machine.flowOfNeuron.isEmpty {
      var sent = 0
      for flow in slice.flows {
        let info = machine.flows[flow]
        sent += travel(messages(info), flow, info.path, step: step)
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
        state.firing, count: spikes, firstNeuron: slice.firstNeuron, machine, places.sendSlots,
        potentials: &state.potentials, &state.queue, &state.fill)
    } else if slice.queuesSpikes {
      SendKernel.queue(
        state.firing, count: spikes, firstNeuron: slice.firstNeuron, machine.queuedRoutes,
        machine.blocks, slots: places.sendSlots, &state.queue, &state.fill)
    }
    var sent = 0
    for (position, flow) in slice.flows.enumerated() {
      let info = machine.flows[flow]
      sent += travel(
        state.flowCounts[position] &+ waiting(info), flow, info.path, step: step)
    }
    return sent
  }

  /// Counts messages of a flow on their way; returns how many there are.
  private mutating func travel(
    _ count: Int32, _ flow: Int, _ path: MeshPath, step: Int
  ) -> Int {
    guard count > 0 else { return 0 }
    tally.flowMessages[flow] &+= UInt64(count)
    longestRoute = max(longestRoute, path.nanoseconds)
    let first = links(step: step).lowerBound
    for link in path.links { state.linkLoads[first &+ Int(machine.mesh.pathLinks[link])] &+= count }
    return Int(count)
  }

  /// The messages of a flow whose spikes wait as bits.
  private func messages(_ flow: FlowInfo) -> Int32 {
    Int32(truncatingIfNeeded: state.spikes.counts[state.spikes.now.field + flow.field])
  }

  /// Messages queued for the block of a flow; none with multicast, where spikes are counted themselves.
  private func waiting(_ flow: FlowInfo) -> Int32 {
    guard let block = flow.block, flow.field < 0 else { return 0 }
    let slots = places.sendSlots
    return state.fill[
      machine.blocks[block].fillStart + slots[slots.startIndex + machine.blocks[block].delay]]
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
    for (link, place) in links(step: index).enumerated() where state.linkLoads[place] > 0 {
      let occupancy =
        machine.mesh.linkKinds[link] == .betweenChips
        ? timing.chipLinkOccupancy : timing.linkOccupancy
      let taken = Double(state.linkLoads[place]) * occupancy
      pipelined?.note(link: link, step: index, nanoseconds: taken)
      busiest = max(busiest, taken)
      state.linkLoads[place] = 0
    }
    let slowest = slowest[index % machine.stepsTogether]
    var step = StepLength(
      work: slowest.work, core: slowest.core, link: busiest, arrival: slowest.lastArrival,
      isArrivalRoute: slowest.isArrivalRoute, tick: timing.tick)
    if events != nil || isTimedElsewhere {
      tally.analyticTicks &+= UInt64(EventStep.ticks(timing.duration(boundBy: step.nanoseconds)))
    }
    if let result = events?.close(&tally) { step.take(result) }
    if !isTimedElsewhere { tally.note(step, at: index) }
    return timing.duration(boundBy: step.nanoseconds)
  }
}
