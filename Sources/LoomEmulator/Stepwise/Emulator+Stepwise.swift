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
    let (sums, readings) = try stepwiseSums(
      samples, range: range, threads: threads, lengths: lengths, rule: rule,
      timedSamples: timedSamples, progress: progress)
    return StepwiseRecord(
      lengths: lengths, records: sums.records, timing: sums.timing, readings: readings,
      exit: sums.exitRecord)
  }

  /// Runs a part of the samples: what `runStepwise` does, before sums of times are formed, and the readings of
  /// the part's samples.
  ///
  /// All parts of a run, appended in order, give the records of `runStepwise`, bit for bit. Parameters and errors as
  /// there; `progress` is told of the part's samples.
  public func stepwiseSums(
    _ samples: Samples, range: Range<Int>? = nil, shard: Shard = .whole, threads: Int = 1,
    lengths: [RunLength], rule: ExitRule? = nil, timedSamples: Int = 16,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(DiagnosticsError) -> (sums: StepwiseSums, readings: ScoreReadings) {
    let layout = try host.layout(of: samples)
    let range = range ?? 0..<samples.count
    precondition(range.lowerBound >= 0 && range.upperBound <= samples.count, "samples exist")
    precondition(
      lengths.allSatisfy { $0.timesteps <= image.schedule.timesteps }, "lengths of at most T")
    let plan = StepwisePlan(self, lengths: lengths, rule: rule)
    let batch = SampleBatch(
      emulator: self, samples: samples, layout: layout, range: range, shard: shard)
    try check(plan, samples: batch.sampleCount)
    let timed = range.prefix(max(1, timedSamples))
    var (sums, readings) = runStepwise(batch, plan, timedSamples: timed.count, threads, progress)
    for (index, length) in lengths.enumerated() where !plan.isTimed(length) && range.count > 0 {
      let again = try shortened(to: length).sums(
        samples, range: timed, shard: shard, threads: threads)
      sums.points[index].again = StepwiseSums.Times(
        latencies: again.chunks.map(\.latency), intervals: again.chunks.map(\.interval))
    }
    try samples.requireUnchanged()
    return (sums, readings)
  }

  /// Runs the chunks of a batch.
  private func runStepwise(
    _ batch: SampleBatch, _ plan: StepwisePlan, timedSamples: Int, _ threads: Int,
    _ progress: (@Sendable (Int) -> Void)?
  ) -> (StepwiseSums, ScoreReadings) {
    let merged = Mutex(MergedSteps(batch, plan))
    let nextChunk = Atomic<Int>(batch.chunks.lowerBound)
    let workers = max(1, min(threads, batch.chunks.count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var worker = SampleWorker(batch, stepwise: StepwiseTally(plan))
      while true {
        let chunk = nextChunk.add(1, ordering: .relaxed).oldValue
        guard chunk < batch.chunks.upperBound else { break }
        _ = worker.run(chunk: chunk)
        let result = worker.takeChunk()
        let done = merged.withLock { $0.add(result, chunk: chunk - batch.chunks.lowerBound) }
        progress?(done)
      }
      merged.withLock { $0.add(worker) }
    }
    return merged.withLock { $0.sums(self, of: batch.range.count, timedSamples: timedSamples) }
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
          remedy: "run each T for itself, as `sweep` does without --early-exit"))
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
