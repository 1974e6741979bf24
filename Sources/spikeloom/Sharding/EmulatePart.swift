import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomReport

/// What `emulate` finds out about an image and some or all samples.
struct EmulatePart: Codable {
  /// What does not depend on the samples.
  struct Facts: Codable, Equatable {
    var network: String
    var method: String
    var timesteps: Int
    var code: String
    var countsSpikes: Bool
    var imageSHA256: String
    var cores: Int
    var populations: [PopulationProvenance]
    var footprint: ModelFootprint
    /// What scores mean, where they are kept.
    var answers: PartAnswers?
  }

  var facts: Facts
  /// Samples answered as their labels say; nil without labels.
  var right: Int?
  var sums: RunSums

  /// Takes the facts of an image.
  init(_ image: HardwareImage, sha256: Digest, _ profile: Profile, _ sums: RunSums) {
    facts = Facts(
      network: image.provenance?.network ?? "image", method: image.provenance?.method ?? "",
      timesteps: image.schedule.timesteps, code: image.schedule.code.rawValue,
      countsSpikes: image.spikeCounts != nil, imageSHA256: "\(sha256)",
      cores: image.cores.count, populations: image.provenance?.populations ?? [],
      footprint: ModelFootprint(image: image, profile: profile))
    self.sums = sums
  }

  /// The share of samples answered right; nil without labels.
  var accuracy: Double? { right.map { Double($0) / Double(sums.frame.samples) } }

  /// Throws if no run gives this.
  func check(_ shard: Shard) throws(PartMismatch) {
    try sums.check(shard)
    guard (1...65_535).contains(facts.timesteps), SpikeCode(rawValue: facts.code) != nil,
      facts.cores == sums.cores.count,
      facts.populations.isEmpty || facts.populations.count == sums.populations.count,
      facts.footprint.isPossible
    else { throw .impossible("facts of an image") }
    if let answers = facts.answers { try answers.check(sums) }
    guard right.map({ (0...sums.predictions.count).contains($0) }) ?? true else {
      throw .impossible("as many right answers as samples, or fewer")
    }
  }

  /// Appends the next part.
  mutating func append(_ other: EmulatePart) throws(PartMismatch) {
    guard other.facts == facts else { throw .differs("what the image says of itself") }
    guard (right == nil) == (other.right == nil) else { throw .differs("labels or none") }
    try sums.append(other.sums)
    if let more = other.right { right = (right ?? 0) + more }
  }

  /// Counts times prices; `value` is the metric's.
  func report(
    _ record: RunRecord, _ profile: Profile, metric: TaskMetric = .top1, value: Double?
  ) throws(DiagnosticsError) -> ComparisonReport {
    var known = ComparisonFacts(
      tool: Version.tool, network: facts.network, method: facts.method,
      timesteps: facts.timesteps, accuracy: AccuracyStages(chip: value), calibration: "",
      imageSHA256: facts.imageSHA256)
    if let code = SpikeCode(rawValue: facts.code) { known.code = code }
    known.countsSpikes = facts.countsSpikes
    known.metric = metric
    known.footprint = facts.footprint
    return try ComparisonReport(
      facts: known, record: record, populations: facts.populations, cores: facts.cores,
      profile: profile, ann: [])
  }
}

extension ModelFootprint {
  fileprivate var isPossible: Bool {
    [weights, zeroWeights, neuronParameters, bits].allSatisfy { (0...(1 << 60)).contains($0) }
  }
}
