import LoomBase

extension StepLoop {
  /// (b) for populations of window codes: listens up to the start, forms u there, emits from there on.
  ///
  /// Returns how many neurons fired (they are in `state.firing`).
  mutating func updateWindow(_ index: Int, _ slice: SliceInfo, step: Int) -> Int {
    let words = WindowKernels.Words(slice)
    if step <= slice.start { listen(index, slice, words) }
    if step == slice.start {
      WindowKernels.form(
        words, sums: slice.code == .bitSerial ? state.window.received : state.window.ramped,
        biases: machine.biases, currents: state.wide.currents, potentials: &state.potentials)
    }
    guard step >= slice.start, !slice.isReadout else { return 0 }
    if slice.code == .bitSerial {
      WindowKernels.emitBit(
        words, thresholds: machine.thresholds, potentials: &state.potentials, fired: &state.fired)
    } else {
      WindowKernels.emitFirst(
        words, remaining: slice.start + machine.timesteps - step, thresholds: machine.thresholds,
        potentials: &state.potentials, fired: &state.fired)
    }
    return Kernels.collect(state.fired, count: slice.count, into: &state.firing)
  }

  /// One step's intake; skipped where A is 0 and nothing arrived, for then A and V stay as they are.
  private mutating func listen(_ index: Int, _ slice: SliceInfo, _ words: WindowKernels.Words) {
    if state.isReached[index] { state.window.isSilent[index] = false }
    state.isReached[index] = false
    if state.window.isSilent[index] { return }
    if slice.code == .bitSerial {
      WindowKernels.doubleAndAdd(
        words, accumulators: &state.accumulators, received: &state.window.received)
    } else {
      WindowKernels.ramp(
        words, accumulators: &state.accumulators, received: &state.window.received,
        ramped: &state.window.ramped)
    }
  }
}

extension SliceInfo {
  /// State words a neuron writes in an active step, each a neuron update.
  ///
  /// Rate codes: v. Window codes: listening A (bit-serial) or A and V (time to first spike), emitting u;
  /// in the step `start` both. What has nothing to listen to forms u at once: one word.
  func wordsWritten(step: Int) -> Int {
    guard code.isWindowed else { return 1 }
    let listens = step <= start && start > 0
    let emits = step >= start && (!isReadout || start == 0)
    return (listens ? code == .timeToFirstSpike ? 2 : 1 : 0) + (emits ? 1 : 0)
  }
}
