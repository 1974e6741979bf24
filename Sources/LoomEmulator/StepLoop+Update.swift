extension StepLoop {
  /// (b) Updates a slice; returns how many neurons fired.
  ///
  /// They are in `state.firing` or, of plain neurons in 32 bits, in `state.spikes`.
  mutating func update(_ index: Int, _ slice: SliceInfo, step: Int) -> Int {
    if !state.isReached[index], !state.isDriven[index], state.isQuiet[index] { return 0 }
    if state.isShort[index] { return updateShort(index, slice) }
    let isGated = state.isGated[index]
    state.isReached[index] = false
    state.isGated[index] = false
    if slice.sendsSums {
      state.isQuiet[index] = true
      SumKernels.form(
        slice, potentials: &state.potentials, accumulators: &state.accumulators,
        fired: &state.fired)
      return Kernels.collect(state.fired, count: slice.count, into: &state.firing)
    }
    if slice.isNarrow, slice.isReadout || state.isWide[index] {
      UpdateKernel.widen(
        UpdateKernel.Rule(slice), shift: slice.narrowShift, &state.narrow,
        into: &state.accumulators)
    }
    var spikes = 0
    if state.isWide[index] {
      WideKernels.update(
        slice, &state.wide, potentials: &state.potentials, accumulators: &state.accumulators,
        biases: isGated ? machine.gatedDrive : machine.biases, thresholds: machine.thresholds,
        fired: &state.fired)
      if !slice.isReadout {
        spikes = Kernels.collect(state.fired, count: slice.count, into: &state.firing)
      }
    } else if slice.isReadout {
      UpdateKernel.integrate(
        UpdateKernel.Rule(slice), potentials: &state.potentials,
        accumulators: &state.accumulators, drive: isGated ? machine.gatedDrive : state.drive)
    } else {
      spikes = updatePlain(index, slice, isGated: isGated, step: step)
    }
    state.isQuiet[index] = spikes == 0
    return spikes
  }

  /// The update of potentials in 16 bits.
  private mutating func updateShort(_ index: Int, _ slice: SliceInfo) -> Int {
    state.isReached[index] = false
    let found = UpdateKernel.update(
      UpdateKernel.ShortRule(
        firstPotential: slice.firstAccumulator,
        neurons: slice.firstNeuron..<(slice.firstNeuron + slice.count), isHard: slice.isHard,
        firesOnEqual: slice.firesOnEqual, reach: slice.shortReach,
        limitMask: slice.periods.thresholds,
        driveMask: slice.periods.drive),
      potentials: &state.narrow, limits: machine.shortLimits, drive: machine.shortBiases,
      fired: &state.spikes.words, firstWord: state.spikes.now.word + slice.firstWord)
    if !found.staysShort { state.widen(index, slice) }
    state.isQuiet[index] = found.spikes == 0
    return found.spikes
  }

  private mutating func updatePlain(
    _ index: Int, _ slice: SliceInfo, isGated: Bool, step: Int
  ) -> Int {
    let rule = UpdateKernel.Rule(
      slice,
      driveMask: isGated
        ? slice.periods.gatedDrive
        : state.wide.currents.isEmpty ? slice.periods.drive : Periods.none)
    let drive = isGated ? machine.gatedDrive : state.drive
    let firstWord = state.spikes.now.word + slice.firstWord
    let rest = rest(index, slice, isGated: isGated, step: step)
    return slice.isNarrow
      ? UpdateKernel.update(
        rule, rest: rest, shift: slice.narrowShift, potentials: &state.potentials,
        narrow: &state.narrow, drive: drive, thresholds: machine.thresholds,
        fired: &state.spikes.words, firstWord: firstWord)
      : UpdateKernel.update(
        rule, rest: rest, potentials: &state.potentials, accumulators: &state.accumulators,
        drive: drive, thresholds: machine.thresholds, fired: &state.spikes.words,
        firstWord: firstWord)
  }

  /// What a slice's neurons do without input.
  private func rest(
    _ index: Int, _ slice: SliceInfo, isGated: Bool, step: Int
  ) -> UpdateKernel.Rest {
    guard !state.isDriven[index], !isGated, step > slice.activeFrom else { return .never }
    // A hard reset leaves nobody above its threshold.
    return state.isQuiet[index] || (slice.isHard && slice.thresholds.lowerBound > 0)
      ? .always
      : .unlessFired(firstWord: state.spikes.place(step: step - 1).word + slice.firstWord)
  }
}
