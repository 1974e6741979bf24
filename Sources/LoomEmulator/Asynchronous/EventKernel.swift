/// The inner loops of asynchronous chips: one addition, one comparison, spikes at once.
enum EventKernel {
  /// The most spikes one population may send in one bin: no file makes the emulator run out of memory.
  static let mostSpikes = 1 << 22

  /// How the neurons of a slice add and fire.
  struct Rule {
    var firstNeuron: Int
    /// Runs name accumulators, of which these kernels need none: neurons take their place.
    var firstAccumulator: Int
    var count: Int
    var lowest: Int
    var highest: Int
    var firesOnEqual: Bool
    var isHard: Bool
    /// Accumulators that never fire.
    var isReadout: Bool

    init(_ slice: SliceInfo) {
      firstNeuron = slice.firstNeuron
      firstAccumulator = slice.firstAccumulator
      count = slice.count
      lowest = Int(slice.lowest)
      highest = Int(slice.highest)
      firesOnEqual = slice.firesOnEqual
      isHard = slice.isHard
      isReadout = slice.isReadout
    }
  }

  /// Adds the synapses of one spike, target after target, and lists who fires, once for each spike.
  ///
  /// Lists at most `mostSpikes` + 1 spikes in all.
  static func add(
    _ event: Event, _ rule: Rule, patterns: [PatternInfo], runs: [RunInfo], weights: [Int32],
    thresholds: [Int32], potentials: inout [Int32], sent: inout [UInt32]
  ) {
    let pattern = patterns[Int(event.pattern)]
    let first = Int(pattern.firstRun)
    for index in first..<(first + Int(pattern.runCount)) {
      let run = runs[index]
      let weight = Int(run.weight) + Int(event.weightBase)
      let target = rule.firstNeuron + Int(run.target) - rule.firstAccumulator
      let count = Int(run.count)
      precondition(
        weight >= 0 && weight + count <= weights.count && target >= 0
          && target + count <= potentials.count && potentials.count == thresholds.count,
        "a run lies within its arrays")
      for offset in 0..<count {
        add(
          Int(weights[weight &+ offset]), to: target &+ offset, rule, thresholds, &potentials,
          &sent)
      }
    }
  }

  /// Adds the constant of every neuron of a slice, neuron after neuron, and lists who fires.
  static func tick(
    _ rule: Rule, constants: [Int64], thresholds: [Int32], potentials: inout [Int32],
    sent: inout [UInt32]
  ) {
    for neuron in rule.firstNeuron..<(rule.firstNeuron + rule.count) {
      let constant = min(max(constants[neuron], -1 << 40), 1 << 40)
      add(Int(constant), to: neuron, rule, thresholds, &potentials, &sent)
    }
  }

  /// v ← saturate(v + value); while v ≥ θ (or >): one spike, v ← v − θ (or 0).
  @inline(__always)
  private static func add(
    _ value: Int, to neuron: Int, _ rule: Rule, _ thresholds: [Int32],
    _ potentials: inout [Int32], _ sent: inout [UInt32]
  ) {
    let raw = Int(potentials[neuron]) &+ value
    var potential = max(rule.lowest, min(rule.highest, raw))
    let threshold = Int(thresholds[neuron])
    let least = rule.firesOnEqual ? threshold : threshold &+ 1
    if potential >= least, !rule.isReadout {
      while potential >= least, sent.count <= mostSpikes {
        sent.append(UInt32(truncatingIfNeeded: neuron &- rule.firstNeuron))
        potential = rule.isHard ? 0 : potential &- threshold
      }
    }
    potentials[neuron] = Int32(truncatingIfNeeded: potential)
  }
}
