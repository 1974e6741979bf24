import Dispatch
public import LoomBase
import LoomImage
import Synchronization

extension Emulator {
  /// Runs samples once for T steps and says what runs of other lengths would have done.
  ///
  /// Counts and scores of every length are exact: those of `image.shortened(to:readoutStart:)` run on the
  /// same samples. So are times where all populations are active until the end of the run (chips without a
  /// start step); elsewhere the first `timedSamples` are run again for each length below T.
  ///
  /// For t0 = 0 scores count from the potentials with which the window opens; an ordinary run counts from
  /// v(0), which is the same unless a bias acts before the window (`shortened`).
  /// - Parameters:
  ///   - samples: The samples, of the type the image was compiled for.
  ///   - range: Which of them (all if nil).
  ///   - threads: Worker threads; the record is the same for any number.
  ///   - lengths: The lengths wanted, T′ ≤ T.
  ///   - rule: When samples stop early; nil: never.
  ///   - timedSamples: Samples run again where times need it.
  ///   - progress: Told how many samples are done.
  /// - Throws: `DiagnosticsError` of `run`; SL6020 for window codes; SL6021 for readings beyond 2 GiB; SL6022 for
  ///   samples of spikes; SL6023 for asynchronous images.
  public func runStepwise(
    _ samples: Samples, range: Range<Int>? = nil, threads: Int = 1, lengths: [RunLength],
    rule: ExitRule? = nil, timedSamples: Int = 16, progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DiagnosticsError) -> StepwiseRecord {
    let layout = try host.layout(of: samples)
    let range = range ?? 0..<samples.count
    precondition(range.lowerBound >= 0 && range.upperBound <= samples.count, "samples exist")
    precondition(
      lengths.allSatisfy { $0.timesteps <= image.schedule.timesteps }, "lengths of at most T")
    let plan = StepwisePlan(self, lengths: lengths, rule: rule)
    try check(plan, samples: range.count)
    let batch = SampleBatch(emulator: self, samples: samples, layout: layout, range: range)
    let merged = Mutex(MergedSteps(batch, plan))
    let nextChunk = Atomic<Int>(0)
    let workers = max(1, min(threads, batch.chunkCount))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var worker = SampleWorker(batch, stepwise: StepwiseTally(plan))
      while true {
        let chunk = nextChunk.add(1, ordering: .relaxed).oldValue
        guard chunk < batch.chunkCount else { break }
        _ = worker.run(chunk: chunk)
        let result = worker.takeChunk()
        let done = merged.withLock { $0.add(result, chunk: chunk) }
        progress?(done)
      }
      merged.withLock { $0.add(worker) }
    }
    var record = merged.withLock { $0.record(self) }
    if lengths.contains(where: { !plan.isTimed($0) }), range.count > 0 {
      try time(&record, plan, samples, range.prefix(max(1, timedSamples)), threads)
    }
    return record
  }

  private func check(_ plan: StepwisePlan, samples: Int) throws(DiagnosticsError) {
    guard !image.schedule.isAsynchronous else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6023", "needs steps to read off every T, has an asynchronous image",
          remedy: "run each T for itself"))
    }
    guard !image.schedule.code.isWindowed else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6020",
          "needs the rate code to read off every T from one run, has \(image.schedule.code.rawValue)",
          remedy: "convert once for each T"))
    }
    // The host would go on injecting after T' steps what a shorter sample does not have.
    guard !image.input.isSpikes, image.hostNeurons.isEmpty else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6022",
          "needs input that is no spikes to read off every T, has spikes injected by the host",
          remedy: "run each T for itself (`sweep --convert each`)"))
    }
    let row = max(plan.countsSpikes.count, 1)
    let readings = samples.multipliedReportingOverflow(by: (plan.timesteps + 1) * row * 4)
    guard !readings.overflow, readings.partialValue <= 1 << 31 else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL6021",
          "needs readings of all steps below 2 GiB, has \(samples) samples × \(plan.timesteps) steps × \(row) scores",
          remedy: "give --samples, or a smaller largest T"))
    }
  }

  /// Runs the first samples again for each length, for their times.
  private func time(
    _ record: inout StepwiseRecord, _ plan: StepwisePlan, _ samples: Samples, _ range: Range<Int>,
    _ threads: Int
  ) throws(DiagnosticsError) {
    record.timing =
      range.count == record.readings.samples ? .everySample : .firstSamples(range.count)
    for (index, length) in record.lengths.enumerated() where !plan.isTimed(length) {
      let again = try shortened(to: length).run(samples, range: range, threads: threads)
      let scale = Double(record.readings.samples) / Double(range.count)
      record.records[index].latencyNanoseconds = again.latencyNanoseconds * scale
      record.records[index].intervalNanoseconds = again.intervalNanoseconds * scale
    }
  }

  /// The emulator of the same image for a shorter window.
  func shortened(to length: RunLength) -> Emulator {
    let image = image.shortened(to: length.timesteps, readoutStart: length.readoutStart)
    var machine = machine
    for index in machine.slices.indices {
      machine.slices[index].activeTo =
        image.populations[machine.slices[index].population].activeSteps.upperBound
    }
    return Emulator(self, image: image, machine: machine)
  }

  private init(_ other: Emulator, image: HardwareImage, machine: Machine) {
    self.image = image
    self.machine = machine
    profile = other.profile
    timing = other.timing
    host = HostSide(image, machine)
    places = other.places
    mode = other.mode
    network = other.network
    controller = other.controller
    readouts = Observer(image, machine).readouts
  }
}

/// The results of all chunks of a stepwise run.
private struct MergedSteps: Sendable {
  private let plan: StepwisePlan
  private let sampleCount: Int
  private var counts: AlignedCounts
  private var exited = AlignedCounts(timesteps: 1)
  private var chunks: [StepwiseChunk?]
  private var done = 0

  init(_ batch: SampleBatch, _ plan: StepwisePlan) {
    self.plan = plan
    sampleCount = batch.range.count
    counts = AlignedCounts(timesteps: plan.timesteps)
    chunks = Array(repeating: nil, count: batch.chunkCount)
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

  func record(_ emulator: Emulator) -> StepwiseRecord {
    let all = chunks.compactMap(\.self)
    let readings = ScoreReadings(
      samples: sampleCount, timesteps: plan.timesteps, countsSpikes: plan.countsSpikes,
      classes: plan.classes,
      values: all.flatMap(\.readings))
    var record = StepwiseRecord(
      lengths: plan.lengths, records: [], timing: .everySample, readings: readings)
    var sums = CountSums()
    for (index, length) in plan.lengths.enumerated() {
      counts.extend(&sums, to: length.timesteps)
      var short = self.record(
        emulator, sums, readouts: UInt64(plan.readouts(length) * sampleCount),
        steps: length.timesteps + plan.depth)
      if emulator.timing.isPipelined { short.stepsPerInterval = length.timesteps }
      for chunk in all {
        short.latencyNanoseconds += chunk.latencies[index]
        short.intervalNanoseconds += chunk.intervals[index]
      }
      for sample in 0..<sampleCount {
        short.predictions.append(readings.prediction(sample: sample, length: length))
      }
      record.records.append(short)
    }
    if let rule = plan.rule { record.exit = exit(rule, emulator, all) }
    return record
  }

  private func exit(
    _ rule: ExitRule, _ emulator: Emulator, _ all: [StepwiseChunk]
  ) -> ExitRecord {
    let decisions = all.flatMap(\.decisions)
    let readings = decisions.reduce(0) { $0 + $1.readings }
    var short = record(
      emulator, exited.sums(below: 1), readouts: UInt64(readings * plan.countsSpikes.count),
      steps: plan.timesteps + plan.depth)
    for chunk in all {
      short.latencyNanoseconds += chunk.exitLatency
      short.intervalNanoseconds += chunk.exitInterval
    }
    short.predictions = decisions.map(\.prediction)
    return ExitRecord(
      rule: rule, decisions: decisions, chipSteps: all.reduce(0) { $0 + $1.exitSteps },
      record: short)
  }

  private func record(
    _ emulator: Emulator, _ sums: CountSums, readouts: UInt64, steps: Int
  ) -> RunRecord {
    var host = HostCounts()
    host.biasWrites = emulator.host.biasWrites * UInt64(sampleCount)
    host.readouts = readouts
    host.frontEndMacs = emulator.host.macs * UInt64(sampleCount)
    host.chipResets = UInt64(emulator.places.chips * sampleCount)
    return RunRecord(
      samples: sampleCount, stepsPerSample: steps, chips: emulator.places.chips,
      tiles: emulator.places.tiles, cores: [sums.network], loweringCores: [sums.lowering],
      populations: [], loweringPopulations: [], host: host, latencyNanoseconds: 0,
      intervalNanoseconds: 0, stepNanoseconds: [], bounds: [:], slowestCoreSteps: [],
      predictions: [], scores: [], scoresPerSample: plan.countsSpikes.count)
  }
}
