import LoomImage

extension MachineBuilder {
  /// Finds the slices whose potentials may stand in 16 bits among the sums: what a step brings is then added to them at
  /// once, and an update reads a quarter.
  ///
  /// Potentials, thresholds and drive are held in the units of the sums, 2^`narrowShift`, where nothing is lost by that.
  /// Nothing proves that potentials stay small: `SliceInfo.shortReach` is as far as they may go so that the next step's
  /// sums stay within 16 bits, and a slice that leaves it goes on in 32 (`SampleState.widen`).
  mutating func shorten(_ ranges: [CurrentRange]) {
    let gated = Set(machine.blocks.lazy.filter(\.isGate).map(\.slice))
    for index in machine.slices.indices where !gated.contains(index) {
      machine.slices[index].shortReach = shortReach(machine.slices[index], ranges[index])
    }
    guard machine.slices.contains(where: { $0.shortReach > 0 }) else { return }
    machine.shortLimits = Array(repeating: 0, count: machine.neuronCount)
    machine.shortBiases = machine.shortLimits
    for slice in machine.slices where slice.shortReach > 0 {
      let slack: Int32 = slice.firesOnEqual ? 1 : 0
      for neuron in slice.firstNeuron..<(slice.firstNeuron + slice.count) {
        // v > θ ⇔ v > ⌊θ / unit⌋ · unit, where v is a multiple of the unit; v ≥ θ ⇔ v > θ − 1.
        let limit = (machine.thresholds[neuron] - slack) >> slice.narrowShift
        machine.shortLimits[neuron] = Int16(limit)
        machine.shortBiases[neuron] = Int16(machine.biases[neuron] >> slice.narrowShift)
      }
    }
  }

  /// How far potentials of a slice may go in 16 bits; 0 where 16 bits do not hold all that its neurons know.
  private func shortReach(_ slice: SliceInfo, _ sums: CurrentRange) -> Int16 {
    let neurons = slice.firstNeuron..<(slice.firstNeuron + slice.count)
    let (biases, shift) = (machine.biases[neurons], Int64(slice.narrowShift))
    guard slice.isNarrow, !slice.isReadout, slice.count <= UpdateKernel.mostShort, shift < 16,
      let leastBias = biases.min(), let greatestBias = biases.max(),
      // No potential of 16 bits is then clamped.
      slice.lowest <= Int64(Int16.min) << shift, slice.highest >= Int64(Int16.max) << shift,
      slice.thresholds.lowerBound >= 0
    else { return 0 }
    let initial = machine.initialPotentials[neurons]
    let exact = slice.isHard ? [biases, initial] : [biases, initial, machine.thresholds[neurons]]
    guard exact.allSatisfy({ $0.allSatisfy { $0.trailingZeroBitCount >= slice.narrowShift } })
    else {
      return 0
    }
    let brought =
      max(sums.highest + Int64(max(0, greatestBias)), -sums.lowest - Int64(min(0, leastBias)))
      >> shift
    let greatest = initial.reduce(Int64(slice.thresholds.upperBound)) { max($0, abs(Int64($1))) }
    var reach: Int64 = 1 << 14
    // What a step brings may be more than 16 bits hold together with the bias: then nothing is left.
    while reach > 0, reach + brought > Int64(Int16.max) { reach >>= 1 }
    return greatest >> shift < reach ? Int16(reach) : 0
  }
}
