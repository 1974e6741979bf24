import LoomBase
import LoomImage

/// The samples of a run, cut into chunks whose size depends on their number only, so that sums of
/// durations are the same for any number of threads.
struct SampleBatch: Sendable {
  let emulator: Emulator
  let samples: Samples
  let layout: SampleLayout
  let range: Range<Int>
  /// Which chunks are run.
  var shard = Shard.whole

  /// Samples of one chunk.
  var chunkSize: Int { SampleBatch.chunkSize(of: range.count) }

  /// The chunks that are run.
  var chunks: Range<Int> { shard.chunks(ofSamples: range.count) }

  /// How many samples are run.
  var sampleCount: Int { shard.samples(of: range.count).count }

  static func chunkSize(of samples: Int) -> Int { max(1, (samples + 1023) / 1024) }

  static func chunkCount(of samples: Int) -> Int {
    (samples + chunkSize(of: samples) - 1) / chunkSize(of: samples)
  }

  /// The samples of a chunk.
  func samples(ofChunk chunk: Int) -> Range<Int> {
    let first = range.lowerBound + chunk * chunkSize
    return first..<min(first + chunkSize, range.upperBound)
  }
}

/// What a chunk of samples brought.
struct ChunkResult: Sendable {
  var chunk: Int
  var scores: [Int64] = []
  var predictions: [Int32] = []
  var latency = 0.0
  var interval = 0.0
  var overlappedLatency = 0.0
  var hostBoundIntervals = 0
  var stepDurations: [Double]
  /// Asynchronous images: the sample that could not be kept; those after it were not run.
  var overrunSample: Int?
}

/// Runs samples one after another on one thread, or each on several.
struct SampleWorker {
  private let batch: SampleBatch
  private var team: CoreTeam
  /// Counts and readings by step, if they are asked for; they leave nothing in `tally`.
  private(set) var stepwise: StepwiseTally?

  /// A worker whose samples run on at most `lanes` threads at once.
  init(
    _ batch: SampleBatch, raster: Raster? = nil, stepwise: StepwiseTally? = nil, lanes: Int = 1
  ) {
    self.batch = batch
    self.stepwise = stepwise
    let emulator = batch.emulator
    var observer = Observer(emulator.image, emulator.machine)
    observer.raster = raster
    if let plan = stepwise?.plan, !plan.arrayCores.isEmpty {
      observer.arrays = ArrayReadLog(plan)
    }
    var loop = StepLoop(
      emulator.machine, emulator.timing, steps: emulator.image.schedule.steps,
      hasFrontEnd: emulator.host.biasWrites > 0, observer: observer, network: emulator.network)
    loop.isTimedElsewhere = emulator.controller != nil
    team =
      stepwise == nil
      ? CoreTeam(loop, lanes: lanes, leastWork: emulator.leastLaneWork) : CoreTeam(loop)
  }

  var tally: Tally { team.tally }

  var raster: Raster? { team.lanes[0].observer.raster }

  /// What the last chunk brought step by step.
  mutating func takeChunk() -> StepwiseChunk {
    let chunk = stepwise?.chunk ?? StepwiseChunk(lengths: 0)
    stepwise?.chunk = StepwiseChunk(lengths: chunk.latencies.count)
    return chunk
  }

  mutating func run(chunk: Int) -> ChunkResult {
    var result = ChunkResult(
      chunk: chunk, stepDurations: Array(repeating: 0, count: team.lanes[0].steps))
    for index in batch.samples(ofChunk: chunk) { run(sample: index, &result) }
    return result
  }

  /// Where steps run at once with a step end: with the next one after which somebody looks.
  private func end(of step: Int) -> Int {
    guard stepwise == nil else { return step + 1 }
    let most = min(step + team.mostTogether, team.lanes[0].steps)
    return min(most - 1, team.lanes[0].observer.nextReading(from: step)) + 1
  }

  private mutating func run(sample index: Int, _ result: inout ChunkResult) {
    let emulator = batch.emulator
    let injected = emulator.host.injected(batch.samples, index: index, layout: batch.layout)
    let hostSpikes = injected.spikes
    if let run = injected.neurons {
      team.lanes[0].observer.raster?.record(emulator.host.neurons, run)
    }
    if emulator.host.biasWrites > 0 {
      emulator.host.drive(
        batch.samples, index: index, layout: batch.layout, into: &team.lanes[0].state.wide.currents)
    }
    if team.lanes[0].isTimedElsewhere { team.lanes[0].observer.raster = Raster(emulator.image) }
    team.begin()
    team.lanes[0].read(after: -1)
    stepwise?.begin(team.lanes[0])
    var durations: [Double] = []
    let messages = team.lanes[0].tally.inputMessages
    while durations.count < team.lanes[0].steps {
      let steps = durations.count..<end(of: durations.count)
      durations += team.run(steps: steps, hostSpikes: hostSpikes)
      let step = durations.count - 1
      team.lanes[0].read(after: step)
      stepwise?.end(step: step, duration: durations[step], &team.lanes[0])
    }
    stepwise?.finish(emulator, &team.lanes[0])
    followController(hostSpikes, &durations)
    for step in durations.indices { result.stepDurations[step] += durations[step] }
    let latency = durations.reduce(0, +)
    let scores = team.lanes[0].observer.finish(emulator.machine)
    result.latency += latency
    let sent = Int(team.lanes[0].tally.inputMessages - messages)
    let interval = emulator.interval(
      latency: latency, &team.lanes[0], steps: team.lanes[0].steps,
      period: emulator.image.schedule.timesteps,
      readouts: emulator.readouts, inputMessages: sent)
    result.interval += interval.nanoseconds
    result.overlappedLatency += interval.latency
    if interval.isHostBound { result.hostBoundIntervals += 1 }
    result.predictions.append(emulator.prediction(scores))
    result.scores += scores
  }

  /// Takes the durations of the cores' controller in place of those of counts, if it is followed.
  private mutating func followController(_ hostSpikes: [[UInt32]], _ durations: inout [Double]) {
    let emulator = batch.emulator
    guard let controller = emulator.controller, let raster = team.lanes[0].observer.raster else {
      return
    }
    let found = controller.durations(
      raster, hostSpikes: hostSpikes, emulator.machine, steps: durations.count)
    durations = found.nanoseconds
    team.lanes[0].tally.lostSpikes &+= UInt64(found.lostSpikes)
    for (step, nanoseconds) in durations.enumerated() {
      team.lanes[0].tally.note(
        StepLength(work: nanoseconds, core: 0, link: 0, arrival: 0, isArrivalRoute: false, tick: 0),
        at: step)
    }
  }
}

extension Emulator {
  /// The class that scores say: the first largest of the first output.
  ///
  /// Other outputs are heads of their own, with units of their own.
  func prediction(_ scores: [Int64]) -> Int32 {
    var best = 0
    for index in scores.indices.prefix(classes) where scores[index] > scores[best] { best = index }
    return Int32(truncatingIfNeeded: best)
  }

  /// The scores of the first output.
  var classes: Int { image.outputs.first.map { image.populations[$0].shape.count } ?? 0 }
}

extension Emulator {
  /// Time from a sample's start to the next one's, which starts every `period` steps, ns.
  ///
  /// Not pipelined: the latency, the reset, writing the biases and reading the scores. Pipelined: samples
  /// overlap, each core does the work of all steps that fall together (those equal modulo the period), and the
  /// host cannot write and read faster than it does; with event timing the packets of all these steps meet. With window codes a population listens to one sample
  /// while it emits another's code: a second state word a neuron (bit-serial A and u; first spikes A, V and
  /// u), which a profile asserts with `neuron.codes`.
  ///
  /// - Parameters:
  ///   - loop: The loop that ran the sample.
  ///   - steps: The steps of the sample, from its first.
  ///   - readouts: Numbers the host reads.
  ///   - inputMessages: Messages of spikes the host injects.
  func interval(
    latency: Double, _ loop: inout StepLoop, steps: Int, period: Int, readouts: Int,
    inputMessages: Int = 0
  ) -> (nanoseconds: Double, latency: Double, isHostBound: Bool) {
    let hostTime = hostNanoseconds(readouts: readouts, inputMessages: inputMessages)
    guard let pipelined = loop.pipelined else {
      return (latency + timing.reset + hostTime, 0, false)
    }
    let lengths =
      loop.overlappingLengths(period: period, steps: steps)
      ?? pipelined.lengths(period: period, steps: steps) { timing.duration(boundBy: $0) }
    let chip = lengths.reduce(0, +)
    let crossed = (0..<steps).reduce(0) { $0 + lengths[$1 % max(1, lengths.count)] }
    return (max(chip, hostTime), crossed, hostTime > chip)
  }

  /// Time the host takes for one sample: writing biases, sending input spikes, reading scores, ns.
  func hostNanoseconds(readouts: Int, inputMessages: Int) -> Double {
    Double(host.biasWrites) * timing.biasWrite + Double(readouts) * timing.readout
      + Double(inputMessages) * timing.hostSpike
  }
}
