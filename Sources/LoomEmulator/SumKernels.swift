import LoomBase

/// What neurons of partial sums do, and those that take their sums.
///
/// Few neurons have too many inputs for a core, so these loops are written to be read.
enum SumKernels {
  /// Adds the sum of every message to the neuron it is for.
  static func take(
    _ events: [Event], _ range: Range<Int>, _ machine: Machine, into accumulators: inout [Int32]
  ) {
    for place in range {
      let run = Int(machine.patterns[Int(events[place].pattern)].firstRun)
      accumulators[Int(machine.runs[run].target)] &+= Int32(bitPattern: events[place].weightBase)
    }
  }

  /// v = clamp(Σ), whatever v was; clears the accumulators; marks who has a sum to send.
  static func form(
    _ slice: SliceInfo, potentials: inout [Int32], accumulators: inout [Int32],
    fired: inout [UInt8]
  ) {
    let lowest = Int32(truncatingIfNeeded: slice.lowest)
    let highest = Int32(truncatingIfNeeded: slice.highest)
    for index in 0..<slice.count {
      let sum = max(lowest, min(highest, accumulators[slice.firstAccumulator + index]))
      accumulators[slice.firstAccumulator + index] = 0
      potentials[slice.firstNeuron + index] = sum
      fired[index] = sum == 0 ? 0 : 1
    }
  }

  /// Queues the messages of the neurons that have sums, with these in them; then v = 0.
  static func queue(
    _ firing: [UInt32], count: Int, firstNeuron: Int, _ machine: Machine, _ slots: ArraySlice<Int>,
    potentials: inout [Int32], _ queue: inout [Event], _ fill: inout [Int32]
  ) {
    for position in 0..<count {
      let neuron = firstNeuron + Int(firing[position])
      let routes = machine.queuedRoutes
      for entry in Int(routes.offsets[neuron])..<Int(routes.offsets[neuron + 1]) {
        let route = routes.entries[entry]
        let block = machine.blocks[Int(route.block)]
        let slot = slots[slots.startIndex + block.delay]
        let place = block.queueStart + slot * block.capacity + Int(fill[block.fillStart + slot])
        queue[place] = route.event
        // Routes that lead astray (an image may be run with them) meet synapses as spikes do.
        if block.takesSums { queue[place].weightBase = UInt32(bitPattern: potentials[neuron]) }
        fill[block.fillStart + slot] += 1
      }
      potentials[neuron] = 0
    }
  }
}
