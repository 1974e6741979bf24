import LoomImage

/// What one thread keeps of the steps of its samples.
struct StepwiseTally: Sendable {
  let plan: StepwisePlan
  var counts: AlignedCounts
  /// Sums over the samples that stopped early, of the steps they ran.
  var exited: AlignedCounts?
  /// What the present chunk brought; taken after each.
  var chunk: StepwiseChunk
  /// The present sample: rows of readings, durations, and its counts if it may stop early.
  private var rows: [Int32]
  private var durations: [Double] = []
  private var own: AlignedCounts?

  init(_ plan: StepwisePlan) {
    self.plan = plan
    counts = AlignedCounts(timesteps: plan.timesteps)
    if plan.rule != nil {
      own = counts
      // One bin: only sums are wanted, each over the steps its sample ran.
      exited = AlignedCounts(timesteps: 1)
    }
    chunk = StepwiseChunk(lengths: plan.lengths.count)
    rows = Array(repeating: 0, count: (plan.timesteps + 1) * plan.countsSpikes.count)
  }

  mutating func begin(_ loop: StepLoop) {
    durations.removeAll(keepingCapacity: true)
    own?.clear()
    read(after: -1, loop)
  }

  /// Takes what a step did out of the loop's tally.
  mutating func end(step: Int, duration: Double, _ loop: inout StepLoop) {
    let fold = StepFold(plan: plan, machine: loop.machine, step: step)
    fold.empty(&loop.tally, &loop.observer.arrays, into: &counts, &own)
    durations.append(duration)
    read(after: step, loop)
  }

  private mutating func read(after step: Int, _ loop: StepLoop) {
    let width = plan.countsSpikes.count
    for score in 0..<width {
      let row = step + 1 - plan.scoreStarts[score]
      guard row >= 0, row <= plan.timesteps else { continue }
      let neuron = plan.scoreNeurons[score]
      rows[row * width + score] =
        plan.readsCounts[score]
        ? Int32(truncatingIfNeeded: loop.observer.counts[neuron]) : loop.state.potentials[neuron]
    }
  }

  /// Ends a sample: times of all lengths, and where it stops.
  mutating func finish(_ emulator: Emulator, _ loop: inout StepLoop) {
    chunk.readings += rows
    var (steps, sum) = (0, 0.0)
    for (index, length) in plan.lengths.enumerated() where plan.isTimed(length) {
      if length.timesteps + plan.depth < steps { (steps, sum) = (0, 0) }
      while steps < length.timesteps + plan.depth {
        sum += durations[steps]
        steps += 1
      }
      chunk.latencies[index] += sum
      chunk.intervals[index] +=
        emulator.interval(
          latency: sum, &loop, steps: steps, period: length.timesteps,
          readouts: plan.readouts(length)
        ).nanoseconds
    }
    stop(emulator)
  }

  private mutating func stop(_ emulator: Emulator) {
    guard let rule = plan.rule, let own else { return }
    let decision = rule.decision(
      rows[...], countsSpikes: plan.countsSpikes, classes: plan.classes)
    let steps = min(decision.steps + plan.outputStart, durations.count)
    let time = durations[..<steps].reduce(0, +)
    let sums = own.sums(below: decision.steps)
    exited?.add(sums.network, at: 0, lowering: false)
    exited?.add(sums.lowering, at: 0, lowering: true)
    chunk.decisions.append(decision)
    chunk.exitSteps += steps
    let times = emulator.exitTimes(
      steps: time, readings: decision.readings, width: plan.countsSpikes.count)
    chunk.exitLatency += times.latency
    chunk.exitInterval += times.interval
  }
}

/// What a chunk of samples brought besides counts.
struct StepwiseChunk: Sendable {
  var readings: [Int32] = []
  /// By length, summed over samples.
  var latencies: [Double]
  var intervals: [Double]
  var decisions: [ExitRule.Decision] = []
  var exitSteps = 0
  var exitLatency = 0.0
  var exitInterval = 0.0

  init(lengths: Int) {
    latencies = Array(repeating: 0, count: lengths)
    intervals = latencies
  }
}

extension Emulator {
  /// Times of a sample that stops early, ns.
  ///
  /// The chip waits while the host reads and decides, so every reading but the last lengthens the latency.
  /// Samples follow one another without overlap, for nobody knows when the next can start.
  func exitTimes(
    steps: Double, readings: Int, width: Int
  ) -> (latency: Double, interval: Double) {
    let read = Double(width) * timing.readout
    let interval =
      steps + timing.reset + Double(host.biasWrites) * timing.biasWrite + Double(readings) * read
    return (steps + Double(max(readings - 1, 0)) * read, interval)
  }
}
