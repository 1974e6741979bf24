extension StepLoop {
  /// (a) Adds the spikes due; returns the time it takes.
  mutating func receive(core: Int, step: Int) -> Double {
    var events = 0
    var sums = 0
    var operations: UInt64 = 0
    for block in machine.coreBlocks[core] {
      let info = machine.blocks[block]
      var met = (events: 0, operations: UInt64(0))
      if !info.sources.isEmpty, let due = places.due(delay: info.delay, isFromHost: info.isFromHost)
      {
        met.events = info.sources.reduce(0) { $0 + spikes(of: machine.sources[$1], due) }
        if met.events > 0 { met.operations = receive(block, info, met.events, due, step: step) }
      }
      let slot = places.dueSlot(delay: info.delay)
      let count = Int(state.fill[info.fillStart + slot])
      if count > 0 {
        state.fill[info.fillStart + slot] = 0
        let first = info.queueStart + slot * info.capacity
        met.operations &+= receive(core, block, info, first..<(first + count), step: step)
        if info.takesSums { sums += count }
        met.events += count
      }
      guard met.events > 0 else { continue }
      tally.blockEvents[block] &+= UInt64(met.events)
      tally.blockOperations[block] &+= met.operations
      events += met.events
      operations &+= met.operations
    }
    return Double(events) * timing.axonIn + Double(operations) * timing.synapticOperation
      + Double(sums) * timing.partialSum
  }

  /// How many spikes a block takes from a slice as bits.
  private func spikes(of source: BlockSource, _ due: SpikeBits.Place) -> Int {
    state.spikes.counts[due.field + source.field]
  }

  /// Adds the spikes of a block that come as bits; returns their synaptic operations.
  private mutating func receive(
    _ block: Int, _ info: BlockInfo, _ spikes: Int, _ due: SpikeBits.Place, step: Int
  ) -> UInt64 {
    let slice = machine.slices[info.slice]
    let takesIn = slice.takesIn(step: step)
    if takesIn { state.isReached[info.slice] = true }
    let isGathered = takesIn && !info.intakes.isEmpty && spikes >= info.leastSpikes
    var done =
      isGathered ? gather(info.intakes, isNarrow: slice.isNarrow, due) : 0
    for index in info.sources {
      let source = machine.sources[index]
      guard self.spikes(of: source, due) > 0 else { continue }
      if !machine.axonArrays.isEmpty { markArrays(block, source.segments, due.word, step) }
      if isGathered { continue }
      done &+=
        takesIn
        ? scatter(source.segments, isNarrow: slice.isNarrow, due.word)
        : synapses(source.segments, due.word)
    }
    return done
  }

  /// Adds the synapses of the neurons of some intakes that fired; returns how many.
  private mutating func gather(
    _ intakes: Range<Int>, isNarrow: Bool, _ due: SpikeBits.Place
  ) -> UInt64 {
    let heard = ScatterKernel.Heard(
      machine.intakeSpans, machine.listedNeurons, fired: state.spikes.words, from: due.word,
      step: due.step)
    guard isNarrow else {
      return machine.shortWeights.isEmpty
        ? ScatterKernel.add(
          machine.intakes, intakes, heard, machine.weights, lists: &state.lists,
          into: &state.accumulators)
        : ScatterKernel.add(
          machine.intakes, intakes, heard, machine.shortWeights, lists: &state.lists,
          into: &state.accumulators)
    }
    return machine.byteWeights.isEmpty
      ? ScatterKernel.add(
        machine.intakes, intakes, heard, machine.narrowWeights, lists: &state.lists,
        into: &state.narrow)
      : ScatterKernel.add(
        machine.intakes, intakes, heard, machine.byteWeights, lists: &state.lists,
        into: &state.narrow)
  }

  /// Adds the synapses of the neurons of some segments that fired; returns how many.
  private mutating func scatter(
    _ segments: Range<Int>, isNarrow: Bool, _ firstWord: Int
  ) -> UInt64 {
    guard isNarrow else {
      return machine.shortWeights.isEmpty
        ? ScatterKernel.add(
          machine.segments, segments, fired: state.spikes.words, from: firstWord,
          machine.segmentRuns, machine.weights, into: &state.accumulators)
        : ScatterKernel.add(
          machine.segments, segments, fired: state.spikes.words, from: firstWord,
          machine.segmentRuns, machine.shortWeights, into: &state.accumulators)
    }
    return machine.byteWeights.isEmpty
      ? ScatterKernel.add(
        machine.segments, segments, fired: state.spikes.words, from: firstWord,
        machine.segmentRuns, machine.narrowWeights, into: &state.narrow)
      : ScatterKernel.add(
        machine.segments, segments, fired: state.spikes.words, from: firstWord,
        machine.segmentRuns, machine.byteWeights, into: &state.narrow)
  }

  /// Adds the spikes in a place of the queue; returns the synaptic operations.
  private mutating func receive(
    _ core: Int, _ block: Int, _ info: BlockInfo, _ places: Range<Int>, step: Int
  ) -> UInt64 {
    let slice = machine.slices[info.slice]
    var done: UInt64 = 0
    if !slice.takesIn(step: step) {
      done = info.takesSums ? 0 : synapses(places)
    } else if info.takesSums {
      state.isReached[info.slice] = true
      SumKernels.take(state.queue, places, machine, into: &state.accumulators)
    } else if info.isGate {
      state.isReached[info.slice] = true
      state.isGated[info.slice] = true
      done = synapses(places)
    } else {
      state.isReached[info.slice] = true
      done = scatter(places, isNarrow: slice.isNarrow)
    }
    if machine.hasLoweringCells {
      for event in places {
        tally.blockLowering[block] &+=
          UInt64(machine.patterns[Int(state.queue[event].pattern)].lowering)
      }
    }
    if !machine.axonArrays.isEmpty {
      var reads: UInt64 = 0
      for event in places { markArrays(ofAxon: Int(state.queue[event].axon), block, step, &reads) }
      tally.blockReads[block] &+= reads
    }
    return done
  }

  /// Adds the synapses of the spikes in a place of the queue.
  private mutating func scatter(_ places: Range<Int>, isNarrow: Bool) -> UInt64 {
    let (first, count) = (places.lowerBound, places.count)
    guard isNarrow else {
      return machine.shortWeights.isEmpty
        ? ScatterKernel.add(
          state.queue, from: first, count: count, machine.patterns, machine.runs, machine.weights,
          into: &state.accumulators)
        : ScatterKernel.add(
          state.queue, from: first, count: count, machine.patterns, machine.runs,
          machine.shortWeights, into: &state.accumulators)
    }
    return machine.byteWeights.isEmpty
      ? ScatterKernel.add(
        state.queue, from: first, count: count, machine.patterns, machine.runs,
        machine.narrowWeights, into: &state.narrow)
      : ScatterKernel.add(
        state.queue, from: first, count: count, machine.patterns, machine.runs,
        machine.byteWeights, into: &state.narrow)
  }

  /// The synapses met by events that come too early or too late to change anything, or are added otherwise.
  private func synapses(_ places: Range<Int>) -> UInt64 {
    var sum: UInt64 = 0
    for event in places {
      sum += UInt64(machine.patterns[Int(state.queue[event].pattern)].synapses)
    }
    return sum
  }

  /// The same of spikes that come as bits.
  private func synapses(_ segments: Range<Int>, _ firstWord: Int) -> UInt64 {
    var sum: UInt64 = 0
    for index in segments {
      let segment = machine.segments[index]
      let span = SpanInfo(firstBit: Int(segment.firstBit), count: Int(segment.count))
      let count = SpikeBits.count(state.spikes.words, from: firstWord, span)
      sum += UInt64(count) * UInt64(segment.synapses)
    }
    return sum
  }

  /// Reads the arrays of the neurons of some segments that fired.
  private mutating func markArrays(
    _ block: Int, _ segments: Range<Int>, _ firstWord: Int, _ step: Int
  ) {
    var reads: UInt64 = 0
    for index in segments {
      let segment = machine.segments[index]
      var bit = Int(segment.firstBit)
      let end = bit + Int(segment.count)
      let firstAxon = Int(segment.firstAxon) - bit
      while bit < end {
        let taken = min(64 - bit & 63, end - bit)
        var word = state.spikes.words[firstWord + bit >> 6] >> UInt64(bit & 63)
        word &= UInt64.max >> UInt64(64 - taken)
        while word != 0 {
          markArrays(ofAxon: firstAxon + bit + word.trailingZeroBitCount, block, step, &reads)
          word &= word - 1
        }
        bit += taken
      }
    }
    tally.blockReads[block] &+= reads
  }

  private mutating func markArrays(
    ofAxon axon: Int, _ block: Int, _ step: Int, _ reads: inout UInt64
  ) {
    for entry in machine.axonArrayOffsets[axon]..<machine.axonArrayOffsets[axon + 1] {
      let array = machine.axonArrays[entry]
      observer.arrays?.note(array: array, block: block)
      if state.arrayMarks[array] != step + 1 {
        state.arrayMarks[array] = step + 1
        reads += 1
      }
    }
  }
}
