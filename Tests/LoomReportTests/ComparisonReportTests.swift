import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Comparison report")
struct ComparisonReportTests {
  /// Two samples: 40 synaptic operations, 8 updates, 6 spikes, 4 messages, 10 hops in all.
  static func record() -> RunRecord {
    var core = CoreCounts()
    core.synapticOperations = 40
    core.neuronUpdates = 8
    core.spikes = 6
    core.messagesIn = 4
    core.messagesOut = 4
    core.hopsEastWest = 6
    core.hopsNorthSouth = 4
    var lowering = CoreCounts()
    lowering.synapticOperations = 2
    lowering.neuronUpdates = 8
    var host = HostCounts()
    host.biasWrites = 4
    host.readouts = 4
    host.frontEndMacs = 60
    host.chipResets = 2
    return RunRecord(
      samples: 2, stepsPerSample: 4, chips: 1, tiles: 1, cores: [core], loweringCores: [lowering],
      populations: [core], loweringPopulations: [lowering], host: host, latencyNanoseconds: 5000,
      intervalNanoseconds: 8000, stepNanoseconds: [1250, 1250, 1250, 1250],
      bounds: [.core: 6, .link: 2], slowestCoreSteps: [8], predictions: [0, 1],
      scores: [1, 0, 0, 1], scoresPerSample: 2)
  }

  static let ann = [
    ANNLayer(
      name: "conv", macs: 300, effectiveMacs: 100, inputElements: 10, outputElements: 30,
      weights: 300, kernelElements: 1),
    ANNLayer(
      name: "first", macs: 30, effectiveMacs: 30, inputElements: 3, outputElements: 10,
      weights: 30, kernelElements: 1),
  ]

  static func facts(host: [String: JSONValue] = [:]) -> ComparisonFacts {
    ComparisonFacts(
      tool: "spikeloom test", network: "toy", method: "ltb", timesteps: 4,
      accuracy: AccuracyStages(ann: 0.95, spiking: 0.94, chip: 0.93), calibration: "train.npy",
      imageSHA256: String(repeating: "ab", count: 32), mapping: ["1 core"], host: host)
  }

  static func report(
    overrides: [String] = [], host: [String: JSONValue] = [:], ann: [ANNLayer] = ann
  ) throws -> ComparisonReport {
    try ComparisonReport(
      facts: facts(host: host), record: record(),
      populations: [PopulationProvenance(name: "relu", origin: ["conv"])], cores: 1,
      profile: try ProfileFile.load("loihi1-silicon-fit", overrides: overrides), ann: ann)
  }

  static let expected: [(String, Double)] = [
    ("/samples", 2.0), ("/timesteps", 4), ("/accuracy/ann", 0.95), ("/accuracy/spiking", 0.94),
    ("/accuracy/chip", 0.93), ("/latency/perSampleNanoseconds", 2500),
    ("/latency/intervalNanoseconds", 4000), ("/latency/throughputPerSecond", 250_000),
    ("/energy/staticPicojoules", 416_000), ("/energy/staticWindowNanoseconds", 4000),
    ("/energy/frontEndPicojoules", 96), ("/energy/ann/fp32/operationPicojoules", 1518),
    ("/energy/ann/int8/operationPicojoules", 75.9), ("/operations/synapticOperations", 20),
    ("/operations/loweringOperations", 1), ("/operations/macs", 330),
    ("/operations/effectiveMacs", 130), ("/operations/frontEndMacs", 30),
    ("/operations/neuronUpdates", 4), ("/operations/spikes", 3), ("/operations/packets", 2),
    ("/operations/packetHops", 5), ("/chip/cores", 1), ("/chip/chips", 1),
    ("/layers/0/spikeRate", 1.0 / 60), ("/neurobench/ActivationSparsity", 0.25),
  ]

  @Test("every key of the interface is there, with its value", arguments: expected)
  func keys(pointer: String, value: Double) throws {
    let json = try ComparisonReportTests.report().jsonValue
    let found = try #require(json.value(at: pointer)?.double)
    #expect(abs(found - value) < 1e-9 * max(1, value))
  }

  @Test("texts of the interface are there, and the parts of the energy add up")
  func rest() throws {
    let json = try ComparisonReportTests.report().jsonValue
    #expect(json["schema"] == .text("spikeloom.compare/1"))
    #expect(json["method"] == .text("ltb"))
    #expect(json.value(at: "/accuracy/fixed") == .null)
    #expect(json.value(at: "/image/sha256")?.string?.count == 64)
    #expect(json.value(at: "/profile/name") == .text("loihi1-silicon-fit"))
    #expect(json.value(at: "/profile/sha256")?.string?.count == 64)
    #expect(json.value(at: "/calibration/source") == .text("train.npy"))
    let total = try #require(json.value(at: "/energy/totalPicojoules")?.double)
    let dynamic = try #require(json.value(at: "/energy/dynamicPicojoules")?.double)
    #expect(abs(total - dynamic - 416_000) < 1e-6)
    let lines = try #require(json.value(at: "/energy/lines")?.elements)
    let sum = lines.reduce(0) { $0 + ($1["picojoules"]?.double ?? .nan) }
    #expect(abs(sum - total) < 1e-6)
    for line in lines {
      #expect(line["source"]?.string?.isEmpty == false)
      #expect(line["method"]?.string != nil)
    }
    #expect(json.value(at: "/energy/loweringPicojoules")?.double == 35.5 + 4 * 72.8)
    for precision in ["fp32", "int8", "quantized"] {
      let base = "/energy/ann/\(precision)"
      let memory = try #require(json.value(at: "\(base)/withMemoryPicojoules")?.double)
      let operation = try #require(json.value(at: "\(base)/operationPicojoules")?.double)
      #expect(memory > operation)
      #expect(json.value(at: "\(base)/comparison/operation/ratio")?.double == total / operation)
    }
  }

  @Test("the same run gives the same bytes but for host")
  func deterministic() throws {
    let one = try ComparisonReportTests.report(host: ["seconds": .number(1.5)])
    let two = try ComparisonReportTests.report(host: ["seconds": .number(2.5)])
    #expect(JSONText.encode(one.jsonValue) != JSONText.encode(two.jsonValue))
    guard case .object(var left) = one.jsonValue, case .object(var right) = two.jsonValue else {
      Issue.record("the report is an object")
      return
    }
    left["host"] = nil
    right["host"] = nil
    #expect(JSONText.encode(.object(left)) == JSONText.encode(.object(right)))
    #expect(one.text == two.text)
  }

  @Test("the verdict says so when the spiking network loses, and with which break-even")
  func loses() throws {
    let report = try ComparisonReportTests.report()
    #expect(report.outcome == .loses)
    #expect(report.verdict.hasPrefix("The spiking network loses: an estimated "))
    #expect(report.verdict.contains("SOP/MAC 0.06061"))
    #expect(report.verdict.contains("no break-even"))
    #expect(report.verdict.hasSuffix("Accuracy on chip is 2 points less than the ANN's."))
    #expect(report.text.contains("loihi1-silicon-fit"))
  }

  static let free = [
    "synapticOperation", "neuronUpdate", "neuronSpike", "axonOut", "hopEastWest", "hopNorthSouth",
    "barrier", "biasWrite", "readout", "hostMac", "chipReset", "staticPowerPerChip",
  ].map { "/prices/\($0)=0.01" }

  @Test("the verdict says so when it wins, and has a break-even above the rate")
  func wins() throws {
    let report = try ComparisonReportTests.report(overrides: ComparisonReportTests.free)
    #expect(report.outcome == .wins)
    #expect(report.verdict.hasPrefix("The spiking network wins"))
    let even = try #require(
      report.baselines.first?.level("withMemory")?.breakEven.breakEvenRate)
    #expect(even > (report.spikeRate ?? 1))
    #expect(report.text.contains("--set        /prices/barrier = 0.01 pJ (assumed)"))
  }

  @Test("a chip that wins only against the dearest ANN says both")
  func mixed() throws {
    // 330 INT8 MACs: 75.9 pJ of operations, several times as much with memory.
    let report = try ComparisonReportTests.report(
      overrides: ComparisonReportTests.free + ["/prices/chipReset=300"])
    #expect(report.outcome == .wins)
    #expect(report.verdict.contains("loses against INT8 operations only"))
  }

  @Test("a network without MACs gets no verdict and no division by zero")
  func withoutMACs() throws {
    let report = try ComparisonReportTests.report(ann: [])
    #expect(report.outcome == .none)
    #expect(report.verdict.hasPrefix("No verdict"))
    #expect(report.jsonValue.value(at: "/operations/spikeRate") == .null)
    #expect(!report.text.contains("nan"))
  }
}
