public import LoomBase
public import LoomEmulator
import LoomEnergy
public import LoomHardware

/// One T of a sweep: means per sample (energy and times are estimates).
public struct SweepPoint: Sendable, Hashable {
  /// T.
  public var timesteps: Int
  /// t0, from which the answer is read.
  public var readoutStart: Int
  /// The fraction answered right on the chip; nil without labels.
  public var accuracy: Double?
  /// Events.
  public var operations: OperationCounts
  /// From the first input step to the readout, ns.
  public var latencyNanoseconds: Double
  /// From one sample's start to the next one's, ns.
  public var intervalNanoseconds: Double
  /// All energy, pJ.
  public var totalPicojoules: Double
  /// The same at the low and the high end of all prices, pJ.
  public var rangePicojoules: ClosedRange<Double>
  /// Everything but static energy, pJ.
  public var dynamicPicojoules: Double
  /// Static energy over the interval, pJ.
  public var staticPicojoules: Double
  /// Cores and chips in use.
  public var cores: Int
  /// Chips in use.
  public var chips: Int
  /// SHA-256 of the image, hexadecimal.
  public var imageSHA256: String

  /// Prices a run.
  ///
  /// - Throws: `DiagnosticsError` of `Ledger.ledger` (a needed price is missing).
  public init(
    length: RunLength, record: RunRecord, accuracy: Double?, cores: Int, imageSHA256: String,
    profile: Profile
  ) throws(DiagnosticsError) {
    let ledger = try Ledger.ledger(record: record, profile: profile)
    let samples = Double(record.samples)
    timesteps = length.timesteps
    readoutStart = length.readoutStart
    self.accuracy = accuracy
    self.cores = cores
    self.imageSHA256 = imageSHA256
    chips = record.chips
    operations = OperationCounts(record: record, ann: [])
    latencyNanoseconds = record.latencyNanoseconds / samples
    intervalNanoseconds = record.intervalNanoseconds / samples
    totalPicojoules = ledger.totalPicojoules
    rangePicojoules =
      min(
        ledger.lowPicojoules, ledger.highPicojoules)...max(
        ledger.lowPicojoules, ledger.highPicojoules)
    dynamicPicojoules = ledger.dynamicPicojoules
    staticPicojoules = ledger.staticPicojoules
  }

  /// The point as JSON.
  public var jsonValue: JSONValue {
    var members: [String: JSONValue] = [
      "timesteps": .integer(timesteps), "readoutStart": .integer(readoutStart),
      "cores": .integer(cores), "chips": .integer(chips),
      "accuracy": accuracy.map { .number($0) } ?? .null,
      "image": .object(["sha256": .text(imageSHA256)]),
    ]
    members["operations"] = .members([
      "synapticOperations": operations.synapticOperations,
      "loweringOperations": operations.loweringOperations,
      "neuronUpdates": operations.neuronUpdates, "spikes": operations.spikes,
      "packets": operations.packets, "packetHops": operations.packetHops,
      "frontEndMacs": operations.frontEndMacs,
    ])
    members["latency"] = .members([
      "perSampleNanoseconds": latencyNanoseconds, "intervalNanoseconds": intervalNanoseconds,
    ])
    members["energy"] = .members([
      "totalPicojoules": totalPicojoules, "lowPicojoules": rangePicojoules.lowerBound,
      "highPicojoules": rangePicojoules.upperBound, "dynamicPicojoules": dynamicPicojoules,
      "staticPicojoules": staticPicojoules,
    ])
    return .object(members)
  }
}
