import LoomBase

/// The plain 64-bit update: comparators, and slices whose currents could pass 32 bits.
enum WideKernels {
  /// State that only wide updates need.
  struct State: Sendable {
    /// Sums of comparator sites, by accumulator; empty where there are none.
    var siteSums: [Int64] = []
    /// The greatest site sum after the step before, by neuron.
    var greatest: [Int64] = []
    /// Front-end currents by accumulator; empty without a front end.
    var currents: [Int64] = []
  }

  /// Updates one slice (see the article *The chip file*, arithmetic); marks who fired.
  static func update(
    _ slice: SliceInfo, _ state: inout State, potentials: inout [Int32],
    accumulators: inout [Int32], biases: [Int32], thresholds: [Int32], fired: inout [UInt8]
  ) {
    for index in 0..<slice.count {
      let neuron = slice.firstNeuron + index
      let bias = Int64(biases[neuron])
      let increase: Int64
      if slice.sites == 1 {
        let place = slice.firstAccumulator + index
        increase = take(place, &accumulators, state.currents) &+ bias
      } else {
        increase = compare(slice, index, &state, &accumulators, bias: bias)
      }
      let before = min(
        max(Int64(potentials[neuron]) &+ increase, slice.lowest), slice.highest)
      let threshold = Int64(thresholds[neuron])
      let spikes =
        !slice.isReadout && (slice.firesOnEqual ? before >= threshold : before > threshold)
      let after = spikes ? (slice.isHard ? 0 : before - threshold) : before
      potentials[neuron] = Int32(truncatingIfNeeded: after)
      fired[index] = spikes ? 1 : 0
    }
  }

  /// S_i += Σ_i + bias at every site; the change of the greatest S_i.
  private static func compare(
    _ slice: SliceInfo, _ index: Int, _ state: inout State, _ accumulators: inout [Int32],
    bias: Int64
  ) -> Int64 {
    var greatest = Int64.min
    for site in 0..<slice.sites {
      let place = slice.firstAccumulator + site * slice.count + index
      let sum = state.siteSums[place] &+ take(place, &accumulators, state.currents) &+ bias
      state.siteSums[place] = sum
      greatest = max(greatest, sum)
    }
    let neuron = slice.firstNeuron + index
    let change = greatest &- state.greatest[neuron]
    state.greatest[neuron] = greatest
    return change
  }

  /// What arrived at a place, with the front end's current; clears the accumulator.
  private static func take(
    _ place: Int, _ accumulators: inout [Int32], _ currents: [Int64]
  ) -> Int64 {
    let sum = Int64(accumulators[place])
    accumulators[place] = 0
    return currents.isEmpty ? sum : sum &+ currents[place]
  }
}
