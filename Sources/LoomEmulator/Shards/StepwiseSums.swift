/// What a stepwise run, or a part of it, did: whole numbers, and times by chunk.
///
/// As `RunSums`, for `Emulator.runStepwise`.
public struct StepwiseSums: Sendable, Hashable, Codable {
  /// Summed times by chunk, ns.
  public struct Times: Sendable, Hashable, Codable {
    /// By chunk.
    public var latencies: [Double] = []
    /// By chunk.
    public var intervals: [Double] = []

    mutating func append(_ other: Times) {
      latencies += other.latencies
      intervals += other.intervals
    }
  }

  /// Events, host and times.
  public struct Events: Sendable, Hashable, Codable {
    /// Chip steps of one sample.
    public var stepsPerSample: Int
    /// Steps between the starts of two samples.
    public var stepsPerInterval: Int
    /// Events of the network.
    public var network: CoreCounts
    /// Events of lowering.
    public var lowering: CoreCounts
    /// What the host did.
    public var host: HostCounts
    /// Times by chunk.
    public var times = Times()

    mutating func append(_ other: Events) throws(PartMismatch) {
      guard other.stepsPerSample == stepsPerSample, other.stepsPerInterval == stepsPerInterval
      else { throw .differs("steps of a sample") }
      network.add(other.network)
      lowering.add(other.lowering)
      host.add(other.host)
      times.append(other.times)
    }
  }

  /// One length.
  public struct Point: Sendable, Hashable, Codable {
    /// The length.
    public var length: RunLength
    /// What happened.
    public var events: Events
    /// Predicted class of each sample.
    public var predictions: [Int32]
    /// Times of the first samples, run again for this length; nil: `events` has those of all samples.
    public var again: Times?
  }

  /// The samples stopped by a rule.
  public struct Exit: Sendable, Hashable, Codable {
    /// The rule.
    public var rule: ExitRule
    /// How each sample went.
    public var decisions: [ExitRule.Decision]
    /// Chip steps, summed over samples.
    public var chipSteps: Int
    /// What happened.
    public var events: Events
  }

  /// Samples of the whole run.
  public var samples: Int
  /// How many of them are run again where times need it.
  public var timedSamples: Int
  /// Chips in use.
  public var chips: Int
  /// Tiles in use.
  public var tiles: Int
  /// Number of scores of one sample.
  public var scoresPerSample: Int
  /// One for each length, in the order asked for.
  public var points: [Point]
  /// With an exit rule.
  public var exit: Exit?
}

extension StepwiseSums {
  /// How the times of the records were found.
  public var timing: StepwiseRecord.Timing {
    guard points.contains(where: { $0.again != nil }), timedSamples < samples else {
      return .everySample
    }
    return .firstSamples(timedSamples)
  }

  /// One record for each length (`StepwiseRecord.records`).
  public var records: [RunRecord] {
    points.map { point in
      var record = record(point.events)
      record.predictions = point.predictions
      guard let again = point.again else { return record }
      let scale = Double(samples) / Double(timedSamples)
      record.latencyNanoseconds = again.latencies.reduce(0, +) * scale
      record.intervalNanoseconds = again.intervals.reduce(0, +) * scale
      return record
    }
  }

  /// The samples stopped by the exit rule.
  public var exitRecord: ExitRecord? {
    guard let exit else { return nil }
    var record = record(exit.events)
    record.predictions = exit.decisions.map(\.prediction)
    return ExitRecord(
      rule: exit.rule, decisions: exit.decisions, chipSteps: exit.chipSteps, record: record)
  }

  private func record(_ events: Events) -> RunRecord {
    var record = RunRecord(
      samples: samples, stepsPerSample: events.stepsPerSample, chips: chips, tiles: tiles,
      cores: [events.network], loweringCores: [events.lowering], populations: [],
      loweringPopulations: [], host: events.host,
      latencyNanoseconds: events.times.latencies.reduce(0, +),
      intervalNanoseconds: events.times.intervals.reduce(0, +), stepNanoseconds: [], bounds: [:],
      slowestCoreSteps: [], predictions: [], scores: [], scoresPerSample: scoresPerSample)
    record.stepsPerInterval = events.stepsPerInterval
    return record
  }
}

extension StepwiseSums {
  /// Appends the next part's samples.
  public mutating func append(_ other: StepwiseSums) throws(PartMismatch) {
    guard other.samples == samples, other.timedSamples == timedSamples, other.chips == chips,
      other.tiles == tiles, other.scoresPerSample == scoresPerSample
    else { throw .differs("samples, chips, tiles and scores") }
    guard other.points.map(\.length) == points.map(\.length) else { throw .differs("lengths") }
    for index in points.indices {
      let point = other.points[index]
      try points[index].events.append(point.events)
      points[index].predictions += point.predictions
      guard (points[index].again == nil) == (point.again == nil) else {
        throw .differs("which lengths are run again")
      }
      if let again = point.again { points[index].again?.append(again) }
    }
    guard other.exit?.rule == exit?.rule else { throw .differs("the exit rule") }
    guard let more = other.exit, var exit else { return }
    try exit.events.append(more.events)
    exit.decisions += more.decisions
    exit.chipSteps += more.chipSteps
    self.exit = exit
  }

  /// Throws if these are no sums of a part of a run, whatever wrote them.
  public func check(_ shard: Shard) throws(PartMismatch) {
    guard (1...Int(Int32.max)).contains(samples), (1...samples).contains(timedSamples),
      (0...(1 << 24)).contains(chips), (0...(1 << 32)).contains(tiles),
      (0...(1 << 32)).contains(scoresPerSample)
    else { throw .impossible("possible numbers of samples, chips, tiles and scores") }
    let part = shard.samples(of: samples).count
    let chunks = shard.chunks(ofSamples: samples).count
    let timed = shard.chunks(ofSamples: timedSamples).count
    for point in points {
      try point.length.check()
      try point.events.check(chunks: chunks)
      try point.again?.check(chunks: timed)
      guard point.predictions.count == part else {
        throw .impossible("\(part) predictions, has \(point.predictions.count)")
      }
    }
    try exit?.check(samples: part, chunks: chunks)
    let events = points.map(\.events) + (exit.map { [$0.events] } ?? [])
    try PartArithmetic.requirePossible(
      [events.map(\.network), events.map(\.lowering)], events.map(\.host))
  }
}

extension StepwiseSums.Times {
  fileprivate func check(chunks: Int) throws(PartMismatch) {
    guard latencies.count == chunks, intervals.count == chunks else {
      throw .impossible("times of \(chunks) chunks, has \(latencies.count)")
    }
    try PartArithmetic.requirePossible(times: latencies + intervals, "times")
  }
}

extension StepwiseSums.Events {
  fileprivate func check(chunks: Int) throws(PartMismatch) {
    guard (0...(1 << 24)).contains(stepsPerSample), (0...(1 << 24)).contains(stepsPerInterval)
    else {
      throw .impossible("a possible number of steps")
    }
    try times.check(chunks: chunks)
  }
}

extension StepwiseSums.Exit {
  fileprivate func check(samples: Int, chunks: Int) throws(PartMismatch) {
    try events.check(chunks: chunks)
    guard decisions.count == samples else { throw .impossible("\(samples) decisions") }
    let possible = 0...(1 << 24)
    guard (0...(1 << 56) / Shard.limit).contains(chipSteps), possible.contains(rule.interval),
      decisions.allSatisfy({ possible.contains($0.steps) && possible.contains($0.readings) })
    else { throw .impossible("possible numbers of steps and readings") }
  }
}

extension RunLength {
  /// Throws unless the readout lies within a possible window.
  public func check() throws(PartMismatch) {
    guard (1...65_535).contains(timesteps), (0..<timesteps).contains(readoutStart) else {
      throw .impossible("windows of 1 to 65535 steps, and readouts within them")
    }
  }
}
