import LoomBase
import LoomImage

extension MachineBuilder {
  /// Gives every block whose spikes come in segments these in place of places in its queue.
  ///
  /// The last step of building: pattern and weight positions are final.
  mutating func takeSegments() {
    for index in machine.slices.indices {
      machine.slices[index].firstWord = machine.wordCount
      machine.wordCount += (machine.slices[index].count + 63) / 64
    }
    machine.hostWord = machine.wordCount
    machine.wordCount += (machine.hostInputs + 63) / 64
    findPeriods()
    if !image.schedule.isAsynchronous {
      var finder = SegmentFinder(machine)
      for slice in machine.slices.indices { finder.add(slice, machine) }
      finder.addHost(machine)
      finder.group(into: &machine)
      addFields()
      giveFields()
      addIntakes()
    }
    queueTheRest()
  }

  private mutating func findPeriods() {
    for index in machine.slices.indices {
      let slice = machine.slices[index]
      let neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
      machine.slices[index].periods.thresholds = Periods.mask(of: machine.thresholds[neurons])
      machine.slices[index].periods.drive = Periods.mask(of: machine.biases[neurons])
      if !machine.gatedDrive.isEmpty {
        machine.slices[index].periods.gatedDrive = Periods.mask(of: machine.gatedDrive[neurons])
      }
    }
  }

  /// The fields of sources: sources of one slice with the same neurons share one.
  private mutating func addFields() {
    // The host's come last.
    var sources = [[Int]](repeating: [], count: machine.slices.count + 1)
    for (index, source) in machine.sources.enumerated() { sources[source.slice].append(index) }
    for slice in sources.indices {
      let first = machine.fields.count
      var known: [FieldBits: Int] = [:]
      for source in sources[slice] {
        let bits = FieldBits(machine.segments[machine.sources[source].segments])
        if known[bits] == nil {
          known[bits] = machine.fields.count
          let start = machine.fieldMasks.count
          machine.fieldMasks += bits.masks
          machine.fields.append(
            FieldInfo(
              firstWord: bits.firstWord, masks: start..<machine.fieldMasks.count,
              count: bits.masks.reduce(0) { $0 + $1.nonzeroBitCount }))
        }
        machine.sources[source].field = known[bits] ?? -1
      }
      let fields = first..<machine.fields.count
      if slice < machine.slices.count {
        machine.slices[slice].fields = fields
      } else {
        machine.hostFields = fields
      }
    }
  }

  /// Tells flows whose messages are bits what fields they are.
  private mutating func giveFields() {
    // Sources of a block stand in the order of slices, as these are met here.
    var sourceOfBlock = machine.blocks.map(\.sources.lowerBound)
    for slice in machine.slices.indices {
      for flow in machine.slices[slice].flows {
        guard let block = machine.flows[flow].block else { continue }
        let source = sourceOfBlock[block]
        guard source < machine.blocks[block].sources.upperBound,
          machine.sources[source].slice == slice
        else { continue }
        machine.flows[flow].field = machine.sources[source].field
        sourceOfBlock[block] += 1
      }
    }
  }

  /// Routes to blocks without segments, and places in the queue for what still waits there.
  private mutating func queueTheRest() {
    machine.queuedRoutes = machine.routes.queued(machine.blocks)
    machine.queuedHostRoutes = machine.hostRoutes.queued(machine.blocks)
    for index in machine.slices.indices where !machine.segments.isEmpty {
      let (first, count) = (machine.slices[index].firstNeuron, machine.slices[index].count)
      machine.slices[index].queuesSpikes =
        machine.queuedRoutes.offsets[first] < machine.queuedRoutes.offsets[first + count]
    }
    if !image.schedule.isAsynchronous { addPatches() }
    machine.layQueues(
      together: image.schedule.isAsynchronous
        ? 1 : machine.bestTogether(steps: image.schedule.steps))
  }
}

/// The bits of some segments, word by word.
private struct FieldBits: Hashable {
  let firstWord: Int
  private(set) var masks: [UInt64]

  init(_ segments: ArraySlice<SegmentInfo>) {
    firstWord = segments.reduce(Int.max) { min($0, Int($1.firstBit) / 64) }
    let end = segments.reduce(firstWord) { max($0, Int($1.firstBit + $1.count + 63) / 64) }
    masks = Array(repeating: 0, count: end - firstWord)
    for segment in segments {
      var bit = Int(segment.firstBit)
      let last = bit + Int(segment.count)
      while bit < last {
        let taken = min(64 - bit & 63, last - bit)
        masks[bit / 64 - firstWord] |= (UInt64.max >> UInt64(64 - taken)) << UInt64(bit & 63)
        bit += taken
      }
    }
  }
}

/// Finds what spikes of one slice to one block have in common.
private struct SegmentFinder {
  /// A segment still growing, and whose it is.
  private struct Found {
    var segment: SegmentInfo
    var pattern: UInt32
    var block: UInt32
    var slice: UInt32
  }

  private var found: [Found] = []
  /// By block: its last segment; −1: none yet.
  private var last: [Int]
  /// By block: its route entries so far, and how many segments they make.
  private var entries: [Int]
  private var pieces: [Int]
  /// Blocks whose spikes make no segments worth having.
  private var isLeft: [Bool]
  /// Blocks that the host sends to.
  private var isFromHost: [Bool]

  init(_ machine: Machine) {
    last = Array(repeating: -1, count: machine.blocks.count)
    entries = Array(repeating: 0, count: machine.blocks.count)
    pieces = entries
    isLeft = machine.blocks.map(\.takesSums)
    isFromHost = Array(repeating: false, count: machine.blocks.count)
  }

  /// Adds what a slice's neurons send.
  mutating func add(_ index: Int, _ machine: Machine) {
    let slice = machine.slices[index]
    let neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
    add(machine.routes, neurons, slice: index, firstWord: slice.firstWord, machine)
  }

  /// Adds what the host's inputs send, as those of a slice after the last.
  ///
  /// Blocks that slices send to as well (in images whose routes are wrong) are left: bits of the two are not due at one time.
  mutating func addHost(_ machine: Machine) {
    for entry in machine.hostRoutes.entries {
      if entries[Int(entry.block)] > 0 { isLeft[Int(entry.block)] = true }
      isFromHost[Int(entry.block)] = true
    }
    add(
      machine.hostRoutes, 0..<machine.hostInputs, slice: machine.slices.count,
      firstWord: machine.hostWord, machine)
  }

  private mutating func add(
    _ routes: FlatRoutes, _ senders: Range<Int>, slice: Int, firstWord: Int, _ machine: Machine
  ) {
    for (place, sender) in senders.enumerated() {
      let first = Int(routes.offsets[sender])
      for entry in routes.entries[first..<Int(routes.offsets[sender + 1])]
      where !isLeft[Int(entry.block)] {
        add(entry, slice: UInt32(slice), bit: UInt32(firstWord * 64 + place), machine)
      }
    }
  }

  private mutating func add(_ entry: RouteEntry, slice: UInt32, bit: UInt32, _ machine: Machine) {
    let block = Int(entry.block)
    entries[block] += 1
    let open = last[block]
    if open >= 0, found[open].slice == slice,
      let longer = SegmentFinder.joined(found[open], entry.event, bit, machine)
    {
      found[open].segment = longer
      return
    }
    pieces[block] += 1
    last[block] = found.count
    found.append(
      Found(
        segment: SegmentInfo(
          firstBit: bit, count: 1, firstRun: 0, runCount: 0, synapses: 0,
          weightBase: entry.event.weightBase, firstAxon: entry.event.axon),
        pattern: entry.event.pattern, block: entry.block, slice: slice))
    if machine.patterns[Int(entry.event.pattern)].lowering > 0
      || (pieces[block] > 256 && pieces[block] * 2 > entries[block] + 64)
    {
      isLeft[block] = true
    }
  }

  /// The segment with one more neuron; nil where that does not continue it.
  private static func joined(
    _ found: Found, _ event: Event, _ bit: UInt32, _ machine: Machine
  ) -> SegmentInfo? {
    let segment = found.segment
    guard bit == segment.firstBit + segment.count,
      event.axon == segment.firstAxon + segment.count,
      let step = step(from: found, to: event, machine)
    else { return nil }
    var longer = segment
    if segment.count == 1 {
      guard let weight = Int32(exactly: step.weight), let target = Int32(exactly: step.target)
      else { return nil }
      (longer.weightStep, longer.targetStep) = (weight, target)
    } else {
      let count = Int(segment.count)
      guard step.weight == Int(segment.weightStep) * count,
        step.target == Int(segment.targetStep) * count
      else { return nil }
    }
    longer.count += 1
    return longer
  }

  /// How far an event's weights and targets are from the segment's first; nil if not all equally far.
  private static func step(
    from found: Found, to event: Event, _ machine: Machine
  ) -> (weight: Int, target: Int)? {
    let base = Int(event.weightBase) - Int(found.segment.weightBase)
    if event.pattern == found.pattern { return (base, 0) }
    let (one, other) = (
      machine.patterns[Int(found.pattern)], machine.patterns[Int(event.pattern)]
    )
    guard one.runCount == other.runCount, one.runCount > 0, one.synapses == other.synapses,
      other.lowering == 0
    else { return nil }
    var step: (weight: Int, target: Int)?
    for index in 0..<Int(one.runCount) {
      let (from, to) = (
        machine.runs[Int(one.firstRun) + index], machine.runs[Int(other.firstRun) + index]
      )
      let found = (
        weight: base + Int(to.weight) - Int(from.weight), target: Int(to.target) - Int(from.target)
      )
      guard from.count == to.count, step.map({ $0 == found }) ?? true else { return nil }
      step = found
    }
    return step
  }

  /// Writes the segments block after block, for blocks whose segments are long enough.
  func group(into machine: inout Machine) {
    var starts = [Int](repeating: 0, count: machine.blocks.count + 1)
    for piece in found where isTaken(Int(piece.block), machine) {
      starts[Int(piece.block) + 1] += 1
    }
    for block in machine.blocks.indices { starts[block + 1] += starts[block] }
    var order = [UInt32](repeating: 0, count: starts[machine.blocks.count])
    for (index, piece) in found.enumerated() where isTaken(Int(piece.block), machine) {
      order[starts[Int(piece.block)]] = UInt32(index)
      starts[Int(piece.block)] += 1
    }
    machine.segments.reserveCapacity(order.count)
    var pattern: UInt32?
    var first: UInt32 = 0
    for index in order {
      let piece = found[Int(index)]
      let block = Int(piece.block)
      let place = machine.segments.count
      let isFirst = machine.blocks[block].sources.isEmpty
      if isFirst || machine.sources[machine.sources.count - 1].slice != Int(piece.slice) {
        let start = isFirst ? machine.sources.count : machine.blocks[block].sources.lowerBound
        machine.sources.append(BlockSource(slice: Int(piece.slice), segments: place..<place))
        machine.blocks[block].sources = start..<machine.sources.count
        machine.blocks[block].isFromHost = Int(piece.slice) == machine.slices.count
      }
      if pattern != piece.pattern {
        let info = machine.patterns[Int(piece.pattern)]
        first = UInt32(machine.segmentRuns.count)
        machine.segmentRuns +=
          machine.runs[Int(info.firstRun)..<(Int(info.firstRun) + Int(info.runCount))]
        pattern = piece.pattern
      }
      var segment = piece.segment
      segment.firstRun = first
      segment.runCount = machine.patterns[Int(piece.pattern)].runCount
      segment.synapses = machine.patterns[Int(piece.pattern)].synapses
      segment.isAbreast =
        segment.weightStep == 1 && segment.targetStep == 1
        && machine.segmentRuns[Int(first)..<Int(first + segment.runCount)].allSatisfy {
          $0.count == 1
        }
      machine.segments.append(segment)
      machine.sources[machine.sources.count - 1].segments =
        machine.sources[machine.sources.count - 1].segments.lowerBound..<(place + 1)
    }
  }

  /// Of the host's inputs, few of which spike in a step, only longer segments are quicker than a queue, unless many steps are
  /// done at once (`CorePatches`).
  private func isTaken(_ block: Int, _ machine: Machine) -> Bool {
    let isShort = machine.slices[machine.blocks[block].slice].shortReach > 0
    let shortest = isFromHost[block] && !isShort ? 8 : 2
    return !isLeft[block] && entries[block] > 0 && pieces[block] * shortest <= entries[block]
  }
}
