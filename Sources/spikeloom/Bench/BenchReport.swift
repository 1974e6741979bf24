import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomReport

extension ComparisonReport {
  /// What a bench run came to on its chip: no data set beside it, no ANN.
  ///
  /// - Throws: what a report of that record throws.
  init(
    bench record: RunRecord, of network: String, method: String, _ image: HardwareImage,
    _ profile: Profile
  ) throws {
    let facts = ComparisonFacts(
      tool: Version.tool, network: network, method: method, timesteps: image.schedule.timesteps,
      accuracy: AccuracyStages(chip: nil), calibration: "", imageSHA256: "")
    try self.init(facts: facts, record: record, image: image, profile: profile, ann: [])
  }
}
