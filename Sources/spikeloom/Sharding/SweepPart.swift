import LoomBase
import LoomEmulator
import LoomHardware
import LoomReport

/// What a sweep finds out about some or all samples at the T of one image.
struct SweepStage: Codable {
  /// What does not depend on the samples.
  struct Facts: Codable, Equatable {
    var imageSHA256: String
    var cores: Int
    /// T, and t0, of every point.
    var lengths: [RunLength]
    /// How the threshold of early exit was found.
    var calibration: ExitRule.Calibration?
  }

  var facts: Facts
  /// By length, samples answered as their labels say; nil without labels.
  var right: [Int]?
  /// A run of one length.
  var run: RunSums?
  /// In its place, one run for several lengths.
  var steps: StepwiseSums?
  /// Samples answered right though stopped early.
  var exitRight: Int?

  /// Samples of the whole run.
  private var samples: Int { max(1, steps?.samples ?? run?.frame.samples ?? 1) }

  /// One record for each length.
  private var records: [RunRecord] { steps?.records ?? run.map { [$0.record] } ?? [] }

  private func share(_ right: Int?) -> Double? { right.map { Double($0) / Double(samples) } }

  /// One point for each length, priced, and what early exit brings.
  func priced(
    _ profile: Profile, _ hybrid: HybridFacts?
  ) throws(DiagnosticsError) -> (points: [SweepPoint], exit: SweepExit?) {
    var points: [SweepPoint] = []
    let records = records
    for (index, length) in facts.lengths.enumerated() {
      points.append(
        try SweepPoint(
          length: length, record: records[index], accuracy: share(right?[index]),
          cores: facts.cores, imageSHA256: facts.imageSHA256, profile: profile, hybrid: hybrid))
    }
    guard let calibration = facts.calibration, let exit = steps?.exitRecord,
      let whole = records.last, let point = points.last
    else { return (points, nil) }
    let early = try SweepExit(
      exit: exit, calibration: calibration, whole: whole, wholePoint: point,
      accuracy: share(exitRight), profile: profile)
    return (points, early)
  }

  /// Throws if no sweep gives this.
  func check(_ shard: Shard, samples: Int) throws(PartMismatch) {
    switch (run, steps) {
    case (let run?, nil):
      try run.check(shard)
      try facts.lengths.first?.check()
      guard run.frame.samples == samples, facts.lengths.count == 1 else {
        throw .impossible("one length of \(samples) samples")
      }
    case (nil, let steps?):
      try steps.check(shard)
      guard steps.samples == samples, facts.lengths == steps.points.map(\.length) else {
        throw .impossible("a point of \(samples) samples for each length")
      }
    default: throw .impossible("one run for each image")
    }
    let possible = 0...shard.samples(of: samples).count
    guard right.map({ $0.count == facts.lengths.count }) ?? true,
      ((right ?? []) + [exitRight ?? 0]).allSatisfy(possible.contains),
      (0...(1 << 40)).contains(facts.cores)
    else { throw .impossible("as many right answers as samples, or fewer") }
  }

  /// Appends the next part.
  mutating func append(_ other: SweepStage) throws(PartMismatch) {
    guard other.facts == facts, (right == nil) == (other.right == nil),
      (run == nil) == (other.run == nil), (exitRight == nil) == (other.exitRight == nil)
    else { throw .differs("the image for T = \(facts.lengths.last?.timesteps ?? 0)") }
    if let more = other.run { try run?.append(more) }
    if let more = other.steps { try steps?.append(more) }
    if let more = other.right { right = zip(right ?? [], more).map { $0 + $1 } }
    if let more = other.exitRight { exitRight = (exitRight ?? 0) + more }
  }
}

/// What a sweep finds out about some or all samples.
struct SweepPart: Codable {
  /// What does not depend on the samples.
  struct Facts: Codable, Equatable {
    var network: String
    var method: String
    /// Whether each T was converted for itself.
    var convertsEach: Bool
    var largestTimesteps: Int
    var samples: Int
    var calibration: String
    var lossPoints: Double
    var timing: TimingMode
    var remarks: [String]
    var hybrid: HybridFacts?
  }

  var facts: Facts
  /// Samples the ANN answers right; nil without labels.
  var annRight: Int?
  var stages: [SweepStage]

  /// Throws if no sweep gives this.
  func check(_ shard: Shard) throws(PartMismatch) {
    guard (1...Int(Int32.max)).contains(facts.samples), facts.lossPoints >= 0,
      (0...65_535).contains(facts.largestTimesteps),
      [facts.hybrid?.head, facts.hybrid?.tail].allSatisfy({ $0?.isPossible ?? true }),
      annRight.map({ (0...facts.samples).contains($0) }) ?? true
    else { throw .impossible("facts of a sweep") }
    for stage in stages { try stage.check(shard, samples: facts.samples) }
  }

  /// Appends the next part.
  mutating func append(_ other: SweepPart) throws(PartMismatch) {
    guard other.facts == facts, (annRight == nil) == (other.annRight == nil) else {
      throw .differs("network, method, T, samples and remarks")
    }
    guard other.stages.count == stages.count else { throw .differs("the number of images") }
    for index in stages.indices { try stages[index].append(other.stages[index]) }
    if let more = other.annRight { annRight = (annRight ?? 0) + more }
  }

  /// Prices all of it.
  func report(
    _ profile: Profile, host: [String: JSONValue]
  ) throws(DiagnosticsError) -> SweepReport {
    var points: [SweepPoint] = []
    var exit: SweepExit?
    for stage in stages {
      let priced = try stage.priced(profile, facts.hybrid)
      points += priced.points
      exit = priced.exit ?? exit
    }
    var swept = SweepFacts(
      tool: Version.tool, network: facts.network, method: facts.method,
      conversion: facts.convertsEach ? .each : .once(timesteps: facts.largestTimesteps),
      samples: facts.samples,
      annAccuracy: annRight.map { Double($0) / Double(facts.samples) },
      calibration: facts.calibration,
      timing: stages.compactMap(\.steps).last?.timing ?? .everySample, remarks: facts.remarks,
      host: host)
    swept.mode = facts.timing
    swept.runsEach = !facts.convertsEach && stages.contains { $0.run != nil }
    return SweepReport(
      facts: swept, profile: profile, points: points, lossPoints: facts.lossPoints, exit: exit)
  }
}

extension HybridFacts.Part {
  fileprivate var isPossible: Bool {
    macs >= 0 && macs < 1e18 && (0...(1 << 48)).contains(elements)
  }
}
