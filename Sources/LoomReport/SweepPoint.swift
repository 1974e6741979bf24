public import LoomBase
public import LoomEmulator
import LoomEnergy
public import LoomHardware

/// The energy of one T of a sweep, means per sample (estimates).
public struct SweepEnergy: Sendable, Hashable {
  /// All energy, pJ.
  public var totalPicojoules: Double
  /// The same at the low and the high end of all prices, pJ.
  public var rangePicojoules: ClosedRange<Double>
  /// Everything but static energy, pJ.
  public var dynamicPicojoules: Double
  /// Static energy over the interval, pJ.
  public var staticPicojoules: Double

  /// Sums up a ledger.
  init(_ ledger: EnergyLedger) {
    let (low, high) = (ledger.lowPicojoules, ledger.highPicojoules)
    totalPicojoules = ledger.totalPicojoules
    rangePicojoules = min(low, high)...max(low, high)
    dynamicPicojoules = ledger.dynamicPicojoules
    staticPicojoules = ledger.staticPicojoules
  }
}

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
  /// What it costs; nil if the profile's prices are not published.
  public var energy: SweepEnergy?
  /// Cores and chips in use.
  public var cores: Int
  /// Chips in use.
  public var chips: Int
  /// SHA-256 of the image, hexadecimal.
  public var imageSHA256: String
  /// Layers on the host and their link to the chip; nil: none.
  public var hybrid: HybridReport?

  /// Prices a run.
  ///
  /// - Throws: `DiagnosticsError` of `Ledger.account` (a needed price is missing without a reason).
  public init(
    length: RunLength, record: RunRecord, accuracy: Double?, cores: Int, imageSHA256: String,
    profile: Profile, hybrid facts: HybridFacts? = nil
  ) throws(DiagnosticsError) {
    let account = try Ledger.account(record: record, profile: profile, hosted: facts?.hosted)
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
    energy = account.ledger.map(SweepEnergy.init)
    hybrid = HybridReport(
      facts, record: record, account: account, profile: profile, timesteps: length.timesteps)
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
      "totalPicojoules": energy?.totalPicojoules,
      "lowPicojoules": energy?.rangePicojoules.lowerBound,
      "highPicojoules": energy?.rangePicojoules.upperBound,
      "dynamicPicojoules": energy?.dynamicPicojoules,
      "staticPicojoules": energy?.staticPicojoules,
    ])
    members["hybrid"] =
      hybrid?.jsonValue(allMacs: nil, synapticOperations: operations.synapticOperations) ?? .null
    return .object(members)
  }
}
