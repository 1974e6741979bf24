/// Many steps of one core, patch after patch: for cores that no core behind them answers to.
extension StepLoop {
  /// Fewer steps are done one after another.
  private static let leastStretch = 8
  /// A spike a step for so many lists, or more, pays for writing all of them.
  private static let listsPerSpike = 64

  /// Whether a core may do some steps at once: nobody looks at its spikes, and its potentials are in 16 bits.
  func canStretch(_ core: Int, _ steps: Range<Int>) -> Bool {
    machine.hasPatches[core] && steps.count >= StepLoop.leastStretch
      && steps.count <= StretchKernel.mostSteps
      && machine.coreSlices[core].allSatisfy { index in
        state.isShort[index]
          && !steps.contains { observer.reads(machine.slices[index], step: $0) }
      }
  }

  /// Does some steps of a core at once; one after another where few spikes are due, or where potentials leave their reach.
  mutating func stretch(core: Int, steps: Range<Int>) {
    let events = meet(core: core, steps: steps.count)
    let lists = machine.coreBlocks[core].reduce(0) { $0 + machine.blocks[$1].charges.count }
    guard events * StepLoop.listsPerSpike >= lists * steps.count else {
      run(core: core, steps: steps)
      return
    }
    keepPotentials(of: core)
    charge(steps: steps.count)
    guard update(core: core, steps: steps) else {
      takeBack(core: core, steps: steps)
      run(core: core, steps: steps)
      return
    }
    for met in state.stretch.met {
      tally.blockEvents[met.block] &+= UInt64(met.events)
      tally.blockOperations[met.block] &+= met.operations
    }
    for slice in machine.coreSlices[core] { send(slice, steps: steps) }
    for (place, step) in steps.enumerated() {
      let (work, route) = (state.stretch.work[place], state.stretch.routes[place])
      pipelined?.note(core: core, step: step, work: work, route: route)
      slowest[step % machine.stepsTogether].take(core: core, work: work, route: route)
    }
  }

  /// Does some steps of a core one after another.
  private mutating func run(core: Int, steps: Range<Int>) {
    for index in machine.coreSlices[core] { state.isReached[index] = false }
    for step in steps {
      places.enter(step: step)
      state.spikes.enter(step: step)
      run(core: core, step: step)
    }
  }

  private mutating func keepPotentials(of core: Int) {
    state.stretch.kept.removeAll(keepingCapacity: true)
    for slice in machine.slices[machine.coreSlices[core]] {
      state.stretch.kept +=
        state.narrow[
          slice.firstAccumulator..<(slice.firstAccumulator + slice.count)]
    }
  }

  /// Takes back what a core has done of a stretch.
  private mutating func takeBack(core: Int, steps: Range<Int>) {
    var place = 0
    for index in machine.coreSlices[core] {
      let slice = machine.slices[index]
      for neuron in 0..<slice.count {
        state.narrow[slice.firstAccumulator + neuron] = state.stretch.kept[place + neuron]
      }
      place += slice.count
      for step in 0..<steps.count {
        let first = state.stretch.firedWords[step] + slice.firstWord
        for word in first..<(first + (slice.count + 63) / 64) { state.spikes.words[word] = 0 }
      }
    }
  }

  /// Counts the spikes due in each step; returns how many there are in all.
  private mutating func meet(core: Int, steps: Int) -> Int {
    state.stretch.beginCore(steps: steps)
    var all = 0
    for block in machine.coreBlocks[core] {
      let info = machine.blocks[block]
      let delay = info.isFromHost ? info.delay : max(1, info.delay)
      var events = 0
      for source in info.sources {
        events += StretchKernel.meet(
          field: machine.sources[source].field, delay: delay, steps: steps, state.spikes.counts,
          &state.stretch)
      }
      guard events > 0 else { continue }
      state.isReached[info.slice] = true
      state.stretch.met.append(StretchState.Met(block: block, events: events, operations: 0))
      all += events
    }
    return all
  }

  /// Lists the spikes due in each step, and counts their synaptic operations.
  private mutating func charge(steps: Int) {
    for index in state.stretch.met.indices {
      let info = machine.blocks[state.stretch.met[index].block]
      for charge in machine.charges[info.charges] { list(Int(charge.list), steps: steps) }
      state.stretch.met[index].operations = StretchKernel.charge(
        machine.charges, info.charges, state.stretch.lists.counts, steps: steps,
        into: &state.stretch.operations)
    }
    for place in 0..<steps {
      state.stretch.work[place] =
        Double(state.stretch.events[place]) * timing.axonIn
        + Double(state.stretch.operations[place]) * timing.synapticOperation
    }
  }

  /// Lists neurons that fired, unless that is done.
  private mutating func list(_ list: Int, steps: Int) {
    if state.stretch.lists.has(list) { return }
    let neurons = machine.timedNeurons[list]
    let due = StretchKernel.Due(
      fired: state.spikes.words, rows: state.stretch.dueWords,
      from: Int(neurons.delay) * StretchKernel.mostSteps, steps: steps)
    let family = machine.familyOfList[list]
    if family < 0 {
      StretchKernel.list(list, neurons, due, &state.stretch.lists)
    } else {
      StretchKernel.list(
        machine.families[family], machine.timedNeurons, due, &state.stretch.lists)
    }
  }

  /// Updates the neurons of a core; returns whether potentials stayed within their reach.
  private mutating func update(core: Int, steps: Range<Int>) -> Bool {
    for index in machine.coreSlices[core] {
      let slice = machine.slices[index]
      let active = places(in: steps, of: slice)
      if active.isEmpty { continue }
      if !state.isReached[index], !state.isDriven[index], state.isQuiet[index] { continue }
      for patch in machine.patches[slice.patches] {
        guard update(patch, slice, active, steps: steps.count) else { return false }
      }
    }
    return true
  }

  /// The places in a stretch of the steps in which a slice is active.
  private func places(in steps: Range<Int>, of slice: SliceInfo) -> Range<Int> {
    let active = (slice.activeFrom..<slice.activeTo).clamped(to: steps)
    return (active.lowerBound - steps.lowerBound)..<(active.upperBound - steps.lowerBound)
  }

  /// Adds what a patch hears, and updates it line by line.
  private mutating func update(
    _ patch: PatchInfo, _ slice: SliceInfo, _ active: Range<Int>, steps: Int
  ) -> Bool {
    let lines = slice.lines(of: patch, active)
    for line in lines {
      state.stretch.open(line.line, steps: steps, line.lanes(machine.shortBiases))
    }
    if machine.byteWeights.isEmpty {
      StretchKernel.add(
        machine.patchSpans, patch, state.stretch.lists, machine.narrowWeights,
        into: &state.stretch.sums)
    } else {
      StretchKernel.add(
        machine.patchSpans, patch, state.stretch.lists, machine.byteWeights,
        into: &state.stretch.sums)
    }
    var staysShort = true
    for line in lines {
      let drive = state.stretch.drives[line.line]
      let stays = StretchKernel.update(
        line, potentials: &state.narrow, limits: machine.shortLimits, drive,
        &state.stretch.sums, fired: &state.spikes.words, words: state.stretch.firedWords)
      staysShort = staysShort && stays
      // What came while nobody was active.
      StretchKernel.open(line.line, 0..<active.lowerBound, drive, &state.stretch.sums)
      StretchKernel.open(line.line, active.upperBound..<steps, drive, &state.stretch.sums)
    }
    return staysShort
  }

  /// Counts the updates and spikes of a slice, and sends its messages.
  private mutating func send(_ index: Int, steps: Range<Int>) {
    let slice = machine.slices[index]
    let active = places(in: steps, of: slice)
    state.isReached[index] = false
    if active.isEmpty { return }
    let spikes = StretchKernel.count(
      slice, active, state.spikes.words, machine.fields, machine.fieldMasks,
      into: &state.spikes.counts, &state.stretch)
    tally.sliceSpikes[index] &+= UInt64(spikes)
    tally.sliceUpdates[index] &+= UInt64(slice.count * active.count)
    state.isQuiet[index] = state.stretch.spikes[active.upperBound - 1] == 0
    for flow in slice.flows {
      tally.flowMessages[flow] &+= StretchKernel.travel(
        machine.flows[flow], active, state.spikes.counts, machine.mesh.pathLinks,
        &state.linkLoads, &state.stretch)
    }
    addWork(of: slice, active)
  }

  /// Adds the time that updates, spikes and messages of a slice take, in the order in which single steps add it.
  private mutating func addWork(of slice: SliceInfo, _ active: Range<Int>) {
    let compartments = slice.hasSecondCompartment ? 2 : 1
    let updating = Double(slice.count * compartments) * timing.neuronUpdate
    for place in active {
      var work = state.stretch.work[place] + updating
      let spikes = state.stretch.spikes[place]
      if spikes > 0 {
        work += Double(spikes) * timing.firing(slice)
        let reported = slice.reportsToHost ? Double(spikes) * timing.axonOut : 0
        work += Double(state.stretch.sent[place]) * timing.axonOut + reported
      }
      state.stretch.work[place] = work
      state.stretch.sent[place] = 0
    }
  }
}

extension SliceInfo {
  /// The lines of a patch of its neurons.
  fileprivate func lines(of patch: PatchInfo, _ active: Range<Int>) -> [StretchKernel.Line] {
    let offset = Int(patch.target) - firstAccumulator
    let starts = stride(from: 0, to: Int(patch.width), by: StretchKernel.lineLanes)
    return starts.enumerated().map { line, start in
      StretchKernel.Line(
        line: line, firstPotential: Int(patch.target) + start,
        firstNeuron: firstNeuron + offset + start,
        width: min(StretchKernel.lineLanes, Int(patch.width) - start),
        firstBit: firstWord * 64 + offset + start, isHard: isHard, firesOnEqual: firesOnEqual,
        reach: shortReach, steps: active)
    }
  }
}
