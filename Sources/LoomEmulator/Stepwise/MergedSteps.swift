import LoomImage

/// The results of all chunks of a stepwise run.
struct MergedSteps: Sendable {
  private let plan: StepwisePlan
  private let sampleCount: Int
  private var counts: AlignedCounts
  private var exited = AlignedCounts(timesteps: 1)
  private var chunks: [StepwiseChunk?]
  private var done = 0

  init(_ batch: SampleBatch, _ plan: StepwisePlan) {
    self.plan = plan
    sampleCount = batch.sampleCount
    counts = AlignedCounts(timesteps: plan.timesteps)
    chunks = Array(repeating: nil, count: batch.chunks.count)
  }

  mutating func add(_ chunk: StepwiseChunk, chunk index: Int) -> Int {
    done += chunk.readings.count / max(1, (plan.timesteps + 1) * plan.countsSpikes.count)
    chunks[index] = chunk
    return done
  }

  mutating func add(_ worker: SampleWorker) {
    guard let tally = worker.stepwise else { return }
    counts.add(tally.counts)
    if let stopped = tally.exited { exited.add(stopped) }
  }

  /// What these samples did, `total` being those of the whole run.
  func sums(
    _ emulator: Emulator, of total: Int, timedSamples: Int
  ) -> (StepwiseSums, ScoreReadings) {
    let all = chunks.compactMap(\.self)
    let readings = ScoreReadings(
      samples: sampleCount, timesteps: plan.timesteps, countsSpikes: plan.countsSpikes,
      classes: plan.classes, values: all.flatMap(\.readings))
    var result = StepwiseSums(
      samples: total, timedSamples: timedSamples, chips: emulator.places.chips,
      tiles: emulator.places.tiles, scoresPerSample: plan.countsSpikes.count, points: [])
    var sums = CountSums()
    for (index, length) in plan.lengths.enumerated() {
      counts.extend(&sums, to: length.timesteps)
      var events = events(
        emulator, sums, readouts: UInt64(plan.readouts(length) * sampleCount),
        steps: length.timesteps + plan.depth)
      if emulator.timing.isPipelined { events.stepsPerInterval = length.timesteps }
      events.times = StepwiseSums.Times(
        latencies: all.map { $0.latencies[index] }, intervals: all.map { $0.intervals[index] })
      let predictions = (0..<sampleCount).map { readings.prediction(sample: $0, length: length) }
      result.points.append(
        StepwiseSums.Point(length: length, events: events, predictions: predictions))
    }
    if let rule = plan.rule { result.exit = exit(rule, emulator, all) }
    return (result, readings)
  }

  private func exit(
    _ rule: ExitRule, _ emulator: Emulator, _ all: [StepwiseChunk]
  ) -> StepwiseSums.Exit {
    let decisions = all.flatMap(\.decisions)
    let readings = decisions.reduce(0) { $0 + $1.readings }
    var events = events(
      emulator, exited.sums(below: 1), readouts: UInt64(readings * plan.countsSpikes.count),
      steps: plan.timesteps + plan.depth)
    events.times = StepwiseSums.Times(
      latencies: all.map(\.exitLatency), intervals: all.map(\.exitInterval))
    return StepwiseSums.Exit(
      rule: rule, decisions: decisions, chipSteps: all.reduce(0) { $0 + $1.exitSteps },
      events: events)
  }

  private func events(
    _ emulator: Emulator, _ sums: CountSums, readouts: UInt64, steps: Int
  ) -> StepwiseSums.Events {
    var host = HostCounts()
    host.biasWrites = emulator.host.biasWrites * UInt64(sampleCount)
    host.readouts = readouts
    host.frontEndMacs = emulator.host.macs * UInt64(sampleCount)
    host.chipResets = UInt64(emulator.places.chips * sampleCount)
    return StepwiseSums.Events(
      stepsPerSample: steps, stepsPerInterval: steps, network: sums.network,
      lowering: sums.lowering, host: host)
  }
}
