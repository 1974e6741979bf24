/// Events by aligned step, network and lowering apart: what happened in the steps of every length.
struct AlignedCounts: Sendable {
  var network: [CoreCounts]
  var lowering: [CoreCounts]

  init(timesteps: Int) {
    network = Array(repeating: CoreCounts(), count: timesteps)
    lowering = network
  }

  mutating func clear() {
    for step in network.indices {
      network[step] = CoreCounts()
      lowering[step] = CoreCounts()
    }
  }

  mutating func add(_ other: AlignedCounts) {
    for step in network.indices {
      network[step].add(other.network[step])
      lowering[step].add(other.lowering[step])
    }
  }

  mutating func add(_ counts: CoreCounts, at step: Int, lowering isLowering: Bool) {
    if isLowering { lowering[step].add(counts) } else { network[step].add(counts) }
  }

  /// The sums over the steps below a length.
  func sums(below length: Int) -> CountSums {
    var sums = CountSums()
    extend(&sums, to: length)
    return sums
  }

  /// Adds the steps between the sums' length and another one; starts again where that is shorter.
  func extend(_ sums: inout CountSums, to length: Int) {
    if length < sums.length { sums = CountSums() }
    for step in sums.length..<max(sums.length, min(length, network.count)) {
      sums.network.add(network[step])
      sums.lowering.add(lowering[step])
    }
    sums.length = max(sums.length, min(length, network.count))
  }
}

/// Sums of counts over the first aligned steps.
struct CountSums: Sendable {
  /// How many steps.
  var length = 0
  var network = CoreCounts()
  var lowering = CoreCounts()
}

/// The counts of one chip step, taken out of a tally and sorted as `SortedCounts` sorts those of a run.
struct StepFold {
  let plan: StepwisePlan
  let machine: Machine
  let step: Int

  /// Empties a tally into counts by aligned step and, if given, by steps of the answering population.
  func empty(
    _ tally: inout Tally, _ arrays: inout ArrayReadLog?, into counts: inout AlignedCounts,
    _ own: inout AlignedCounts?
  ) {
    slices(&tally, &counts, &own)
    blocks(&tally, &counts, &own)
    reads(&tally, &arrays, &counts, &own)
  }

  private func add(
    _ events: CoreCounts, offset: Int, lowering: Bool, _ counts: inout AlignedCounts,
    _ own: inout AlignedCounts?
  ) {
    counts.add(events, at: plan.aligned(step, offset), lowering: lowering)
    own?.add(events, at: plan.aligned(step, plan.outputStart), lowering: lowering)
  }

  private func slices(
    _ tally: inout Tally, _ counts: inout AlignedCounts, _ own: inout AlignedCounts?
  ) {
    for index in machine.slices.indices where tally.sliceUpdates[index] > 0 {
      let slice = machine.slices[index]
      var events = CoreCounts()
      events.neuronUpdates = tally.sliceUpdates[index]
      events.spikes = tally.sliceSpikes[index]
      if slice.reportsToHost { events.messagesOut = events.spikes }
      let copies = slice.copied(
        updates: events.neuronUpdates, spikes: tally.sliceCopySpikes[index])
      add(copies, offset: plan.sliceOffsets[index], lowering: true, &counts, &own)
      tally.sliceUpdates[index] = 0
      tally.sliceSpikes[index] = 0
      tally.sliceCopySpikes[index] = 0
      if slice.hasSecondCompartment {
        var second = CoreCounts()
        second.neuronUpdates = events.neuronUpdates
        second.synapticOperations = events.spikes
        add(second, offset: plan.sliceOffsets[index], lowering: true, &counts, &own)
      }
      var extra = CoreCounts()
      if events.spikes > 0 {
        for flow in slice.flows {
          let (info, messages) = (machine.flows[flow], tally.flowMessages[flow])
          if info.isLowering {
            extra.add(messages: messages, on: info.path)
          } else {
            events.add(messages: messages, on: info.path)
          }
          tally.flowMessages[flow] = 0
        }
      }
      add(extra, offset: plan.sliceOffsets[index], lowering: true, &counts, &own)
      add(events, offset: plan.sliceOffsets[index], lowering: slice.isLowering, &counts, &own)
    }
  }

  private func blocks(
    _ tally: inout Tally, _ counts: inout AlignedCounts, _ own: inout AlignedCounts?
  ) {
    for index in machine.blocks.indices where tally.blockEvents[index] > 0 {
      let block = machine.blocks[index]
      var operations = CoreCounts()
      operations.synapticOperations = tally.blockOperations[index] - tally.blockLowering[index]
      var extra = CoreCounts()
      extra.synapticOperations = tally.blockLowering[index]
      var messages = CoreCounts()
      messages.messagesIn = tally.blockEvents[index]
      // What carries sums comes from lowering, as these do.
      if block.takesSums { messages.partialSums = tally.blockEvents[index] }
      tally.blockOperations[index] = 0
      tally.blockLowering[index] = 0
      tally.blockEvents[index] = 0
      let offset = plan.blockOffsets[index]
      add(operations, offset: offset, lowering: block.isLowering, &counts, &own)
      if extra.synapticOperations > 0 {
        add(extra, offset: offset, lowering: true, &counts, &own)
      }
      add(messages, offset: offset, lowering: block.comesFromLowering, &counts, &own)
    }
  }

  private func reads(
    _ tally: inout Tally, _ arrays: inout ArrayReadLog?, _ counts: inout AlignedCounts,
    _ own: inout AlignedCounts?
  ) {
    if arrays != nil {
      for block in tally.blockReads.indices { tally.blockReads[block] = 0 }
    }
    for read in arrays?.take() ?? [] {
      let core = plan.arrayCores[read.array]
      var events = CoreCounts()
      events.arrayReads = 1
      events.columnAdds = UInt64(machine.coreColumns[core])
      add(events, offset: read.offset, lowering: false, &counts, &own)
    }
  }
}

extension CoreCounts {
  /// Adds messages sent along one route.
  fileprivate mutating func add(messages: UInt64, on path: MeshPath) {
    messagesOut += messages
    hopsEastWest += messages * UInt64(path.hopsEastWest)
    hopsNorthSouth += messages * UInt64(path.hopsNorthSouth)
    hopsBetweenChips += messages * UInt64(path.hopsBetweenChips)
    hopsWithinTile += path.staysInTile ? messages : 0
  }
}
