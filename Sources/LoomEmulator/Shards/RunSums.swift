/// What a run, or a part of it, did, before anything is added up to what cannot be taken apart: whole numbers, and
/// durations by chunk.
///
/// Parts of one run are put together with `append`; `record` is then that of the whole run, bit for bit.
public struct RunSums: Sendable, Hashable, Codable {
  /// What is the same in every part of a run.
  public struct Frame: Sendable, Hashable, Codable {
    /// Samples of the whole run.
    public var samples: Int
    /// Steps of one sample.
    public var stepsPerSample: Int
    /// Chips in use.
    public var chips: Int
    /// Tiles in use.
    public var tiles: Int
    /// Number of scores of one sample.
    public var scoresPerSample: Int
    /// How durations are found.
    public var timing: TimingMode
    /// Steps between the starts of two samples.
    public var stepsPerInterval: Int
    /// Whether steps followed the cores' controller.
    public var followsController: Bool
    /// Whether packets were moved through routers.
    public var movesPackets: Bool
    /// What single actions take.
    public var durations: SingleDurations
  }

  /// One link of the network, ps.
  public struct Link: Sendable, Hashable, Codable {
    /// Its place among the network's ports.
    public var port: Int
    /// The tiles it joins.
    public var name: String
    /// Time taken.
    public var busyTicks: UInt64
    /// Time free while a packet waited for a slot behind it.
    public var heldTicks: UInt64
  }

  /// What is added up chunk by chunk, ns.
  public struct Chunk: Sendable, Hashable, Codable {
    /// Summed latencies.
    public var latency: Double
    /// Summed intervals.
    public var interval: Double
    /// Summed latencies of samples among their neighbours; 0 where samples do not overlap.
    public var overlappedLatency: Double
    /// Samples whose interval the host decides.
    public var hostBoundIntervals: Int
    /// Summed durations by step.
    public var steps: [Double]
  }

  /// What is the same in every part.
  public var frame: Frame
  /// As in `RunRecord`.
  public var cores: [CoreCounts]
  /// As in `RunRecord`.
  public var loweringCores: [CoreCounts]
  /// As in `RunRecord`.
  public var populations: [CoreCounts]
  /// As in `RunRecord`.
  public var loweringPopulations: [CoreCounts]
  /// As in `RunRecord`.
  public var clockedPopulations: [CoreCounts]
  /// As in `RunRecord`.
  public var clockedLoweringPopulations: [CoreCounts]
  /// As in `RunRecord`.
  public var host: HostCounts
  /// How often core, link, route, tick decided a step's duration.
  public var bounds: [UInt64]
  /// The time of these steps, ps.
  public var boundTicks: [UInt64]
  /// What decided each step.
  public var bottlenecks: StepBottlenecks
  /// Steps whose work took longer than the tick, and the longest work of a step, ns.
  public var overruns: UInt64
  /// See `overruns`.
  public var longestStep: Double
  /// Spikes a controller's queue would have lost.
  public var lostSpikes: UInt64
  /// How often each core was the slowest.
  public var slowestCoreSteps: [UInt64]
  /// By core: the time of the steps it decided, ps.
  public var slowestCoreTicks: [UInt64]
  /// By core: how long its packets waited for a slot, ps; empty where packets are not moved.
  public var stallTicks: [UInt64]
  /// The links that were used, by port.
  public var links: [Link]
  /// What all steps would have taken by counts, ps.
  public var analyticTicks: UInt64
  /// Packets of which a copy never arrived.
  public var undelivered: UInt64
  /// The chunks, in order.
  public var chunks: [Chunk]
  /// Predicted class of each sample.
  public var predictions: [Int32]
  /// Scores of each sample; empty where nobody asks for them.
  public var scores: [Int64]
}

/// What single actions take, ns.
public struct SingleDurations: Sendable, Hashable, Codable {
  /// The host writes a bias.
  public var biasWrite: Double
  /// The host injects a spike.
  public var hostSpike: Double
  /// A barrier at the end of a step.
  public var barrier: Double
  /// What managing a step adds.
  public var management: Double
  /// The host reads a score.
  public var readout: Double
  /// The reset between samples.
  public var reset: Double

  init(_ timing: StepTiming) {
    biasWrite = timing.biasWrite
    hostSpike = timing.hostSpike
    barrier = timing.barrier
    management = timing.management
    readout = timing.readout
    reset = timing.reset
  }
}

extension RunSums {
  /// The record of these samples; of all parts together that of the whole run.
  public var record: RunRecord {
    var record = RunRecord(
      samples: frame.samples, stepsPerSample: frame.stepsPerSample, chips: frame.chips,
      tiles: frame.tiles, cores: cores, loweringCores: loweringCores, populations: populations,
      loweringPopulations: loweringPopulations, host: host, latencyNanoseconds: 0,
      intervalNanoseconds: 0,
      stepNanoseconds: Array(repeating: 0, count: frame.stepsPerSample),
      bounds: [.core: bounds[0], .link: bounds[1], .route: bounds[2]],
      slowestCoreSteps: slowestCoreSteps, predictions: predictions, scores: scores,
      scoresPerSample: frame.scoresPerSample)
    if bounds[3] > 0 { record.bounds[.tick] = bounds[3] }
    record.overruns = overruns
    record.longestStepNanoseconds = longestStep
    record.stepsPerInterval = frame.stepsPerInterval
    record.overheads = TimeOverheads(
      frame.durations, steps: frame.stepsPerSample, samples: frame.samples,
      readouts: host.readouts)
    // What closes a step is part of what the controller does in it.
    if frame.followsController { record.overheads.barrierNanoseconds = 0 }
    record.clockedPopulations = clockedPopulations
    record.clockedLoweringPopulations = clockedLoweringPopulations
    record.inputNanoseconds =
      Double(host.biasWrites) * frame.durations.biasWrite
      + Double(host.inputMessages) * frame.durations.hostSpike
    record.boundNanoseconds = [
      .core: Double(boundTicks[0]) / 1000, .link: Double(boundTicks[1]) / 1000,
      .route: Double(boundTicks[2]) / 1000,
    ]
    if boundTicks[3] > 0 { record.boundNanoseconds[.tick] = Double(boundTicks[3]) / 1000 }
    record.stepBottlenecks = bottlenecks.named
    record.slowestCoreNanoseconds = slowestCoreTicks.map { Double($0) / 1000 }
    record.packets = packets
    for chunk in chunks {
      record.latencyNanoseconds += chunk.latency
      record.intervalNanoseconds += chunk.interval
      record.overlappedLatencyNanoseconds += chunk.overlappedLatency
      record.hostBoundIntervals += chunk.hostBoundIntervals
      for step in record.stepNanoseconds.indices {
        record.stepNanoseconds[step] += chunk.steps[step]
      }
    }
    return record
  }

  /// What packets met where they were moved.
  private var packets: PacketTiming? {
    guard frame.timing == .event else { return nil }
    var packets = PacketTiming(
      analyticNanoseconds: frame.movesPackets || frame.followsController
        ? Double(analyticTicks) / 1000 : nil)
    packets.followsController = frame.followsController
    packets.lostSpikes = lostSpikes
    packets.stallNanoseconds = stallTicks.map { Double($0) / 1000 }
    packets.undelivered = undelivered
    packets.links = links.filter { $0.busyTicks > 0 }.map {
      LinkTiming(
        name: $0.name, busyNanoseconds: Double($0.busyTicks) / 1000,
        heldNanoseconds: Double($0.heldTicks) / 1000)
    }
    return packets
  }
}
