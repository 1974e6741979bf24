import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomReport
import Testing

@Suite("Calibration: measurements and report")
struct MeasurementsTests {
  static func profile() throws -> Profile { try ProfileFile.load("loihi1-silicon-fit") }

  static func measurements(
    _ text: String, chosen: [String] = [], files: [String: String] = [:]
  ) throws -> Measurements {
    try Measurements(
      bytes: Array(text.utf8), name: "m.json", chosen: chosen, profile: try profile()
    ) { path throws(DiagnosticsError) in
      guard let file = files[path] else {
        throw DiagnosticsError(Diagnostic(.error, "SL1201", "needs a file", at: .file(path)))
      }
      return Array(file.utf8)
    }
  }

  /// 2a + b + 100·3 = 347, a + 3b + 100 · 1 = 161, so a = 6.6 and b = 33.8 (hops and operations).
  static let inline = """
    {"schema": "spikeloom.measurements/1", "source": "made up",
     "fit": ["/prices/hopEastWest", "/prices/synapticOperation"],
     "points": [
      {"name": "one", "counts": {"hopEastWest": 2, "synapticOperation": 1, "/prices/biasWrite": 3},
       "energyPicojoules": 347},
      {"name": "two", "counts": {"hopEastWest": 1, "synapticOperation": 3, "biasWrite": 1},
       "energyPicojoules": 208}]}
    """

  @Test("two points, two constants and a fixed one, worked by hand")
  func byHand() throws {
    // 2a + b = 47, a + 3b = 108: a = 6.6, b = 33.8.
    let report = try CalibrationReport(
      profile: try Self.profile(), measurements: try Self.measurements(Self.inline))
    let values = try #require(report.energy).constants.map(\.value)
    #expect(abs(values[0] - 6.6) < 1e-9 && abs(values[1] - 33.8) < 1e-9)
    #expect(report.latency == nil)
    let json = report.jsonValue
    #expect(json["schema"]?.string == "spikeloom.calibrate/1")
    #expect(json.value(at: "/constants/0/before")?.double == 3)
    #expect(json.value(at: "/constants/0/unit")?.string == "pJ")
    #expect(json.value(at: "/points/1/name")?.string == "two")
    #expect(report.text.contains("as many constants as points"))
  }

  @Test("TrueNorth's two published power points give the published line: 64.43 mW and 2.297 pJ")
  func truenorth() throws {
    // One second: 2^20 neurons of 128 synapses at 11.58 and 95.93 Hz, 68 and 94 mW.
    let points = [(11.58, 68.0), (95.93, 94.0)].map { rate, power in
      """
      {"counts": {"synapticOperation": \(rate * 1_048_576 * 128), "staticPowerPerChip": 1e9},
       "energyPicojoules": \(power * 1e9)}
      """
    }
    let text = """
      {"schema": "spikeloom.measurements/1",
       "fit": ["/prices/synapticOperation", "/prices/staticPowerPerChip"],
       "points": [\(points.joined(separator: ","))]}
      """
    let report = try CalibrationReport(
      profile: try ProfileFile.load("truenorth"), measurements: try Self.measurements(text))
    let values = try #require(report.energy).constants.map(\.value)
    #expect(abs(values[0] - 2.297) < 5e-4 && abs(values[1] - 64.43) < 5e-3)
  }

  @Test("the profile is written with method derived, the points named, ranges from standard errors")
  func updated() throws {
    let more = Self.inline.replacingOccurrence(
      of: "]}",
      with: """
        , {"name": "three", "counts": {"hopEastWest": 4, "synapticOperation": 4},
        "energyPicojoules": 170}]}
        """)
    let report = try CalibrationReport(
      profile: try Self.profile(), measurements: try Self.measurements(more))
    let document = try ProfileFile.document("loihi1-silicon-fit").json
    let bytes = Array(JSONText.encode(report.updated(document)).utf8)
    let profile = try ProfileFile.decode(bytes, name: "new.json")
    let constant = try #require(report.energy?.constants[1])
    let quantity = try #require(profile.constant(at: "/prices/synapticOperation"))
    #expect(quantity.value == constant.value && quantity.method == .derived)
    #expect(quantity.source.contains("m.json (one, two, three); made up"))
    let error = try #require(constant.standardError)
    #expect(quantity.range?.upperBound == constant.value + 2 * error)
    #expect(profile.prices.biasWrite == (try Self.profile()).prices.biasWrite)
    #expect(profile.structureDigest == (try Self.profile()).structureDigest)
  }

  @Test("latencies fit durations, barriers between two points of their table among them")
  func latency() throws {
    let text = """
      {"schema": "spikeloom.measurements/1", "fit": ["/times/neuronUpdate", "/times/axonIn"],
       "points": [
        {"counts": {"neuronUpdate": 10, "axonIn": 4, "/times/barrierByTiles/0/duration": 1},
         "latencyNanoseconds": 660},
        {"counts": {"neuronUpdate": 5, "axonIn": 20}, "latencyNanoseconds": 125}]}
      """
    let report = try CalibrationReport(
      profile: try Self.profile(), measurements: try Self.measurements(text))
    // 10u + 4x = 60, 5u + 20x = 125: u = 35/9, x = 190/36.
    let values = try #require(report.latency).constants.map(\.value)
    #expect(abs(values[0] - 35.0 / 9) < 1e-9 && abs(values[1] - 190.0 / 36) < 1e-9)
    #expect(report.energy == nil)
  }

  @Test("a run's counts: cores and lowering, host, barriers, static power over the interval")
  func run() throws {
    // Two samples; per sample 20 operations and 1 of lowering, 4 chip steps, 4000 ns.
    let run = JSONText.encode(RunText.jsonValue(ComparisonReportTests.record()))
    let text = """
      {"schema": "spikeloom.measurements/1", "fit": ["/prices/synapticOperation"], "points": [
        {"run": "a.json", "energyPicojoules": 7000000},
        {"run": "a.json", "energyPicojoules": 7000000, "intervalNanoseconds": 8000}]}
      """
    let found = try Self.measurements(text, files: ["a.json": run])
    let counts = found.energy[0].counts
    #expect(counts["/prices/synapticOperation"] == 21 && counts["/prices/neuronUpdate"] == 8)
    #expect(counts["/prices/hostMac"] == 30 && counts["/prices/biasWrite"] == 2)
    #expect(counts["/prices/barrier"] == 4 && counts["/prices/staticPowerPerChip"] == 4000)
    #expect(found.energy[1].counts["/prices/staticPowerPerChip"] == 8000)
    // The ledger's own report tells the same.
    let report = JSONText.encode(try ComparisonReportTests.report().jsonValue)
    let same = try Self.measurements(text, files: ["a.json": report])
    #expect(same.energy[0].counts == counts)
    #expect(found.energy[0].name == "a.json")
  }

  @Test("a run whose steps one core bounds gives its serial sum; others are refused for latency")
  func serial() throws {
    let text = """
      {"schema": "spikeloom.measurements/1", "fit": ["/times/axonIn"], "points": [
        {"run": "a.json", "latencyNanoseconds": 9000}]}
      """
    var record = ComparisonReportTests.record()
    let mixed = JSONText.encode(RunText.jsonValue(record))
    let error = #expect(throws: DiagnosticsError.self) {
      try Self.measurements(text, files: ["a.json": mixed])
    }
    #expect(error?.diagnostics.first?.code == "SL8304")
    record.bounds = [.core: 8]
    let plain = JSONText.encode(RunText.jsonValue(record))
    let counts = try Self.measurements(text, files: ["a.json": plain]).latency[0].counts
    #expect(
      counts == [
        "/times/synapticOperation": 21, "/times/neuronUpdate": 8, "/times/neuronSpike": 3,
        "/times/axonIn": 2, "/times/axonOut": 2, "/times/barrierByTiles/0/duration": 4,
      ])
  }

  @Test(
    "bad documents are refused with their JSON pointers",
    arguments: [
      ("\"fit\": [\"/prices/nothing\"], \"points\": []", "/fit/0"),
      ("\"fit\": [\"/core/neurons\"], \"points\": []", "/fit/0"),
      ("\"points\": []", "/fit"), ("\"fit\": [\"/prices/axonIn\"]", "/points"),
      ("\"fit\": [\"/prices/axonIn\"], \"points\": [{\"counts\": {}}]", "/points/0"),
      (
        "\"fit\": [\"/prices/axonIn\"], \"points\": [{\"counts\": {\"x\": 1}, \"energyPicojoules\": 1}]",
        "/points/0/counts/x"
      ),
      (
        "\"fit\": [\"/prices/axonIn\"], \"points\": [{\"counts\": {\"axonIn\": -1}, \"energyPicojoules\": 1}]",
        "/points/0/counts/axonIn"
      ),
      (
        "\"fit\": [\"/prices/axonIn\"], \"points\": [{\"counts\": {}, \"energyPicojoules\": -1}]",
        "/points/0/energyPicojoules"
      ),
      ("\"fits\": [\"/prices/axonIn\"], \"points\": []", "/fits"),
    ])
  func refused(members: String, pointer: String) {
    let error = #expect(throws: DiagnosticsError.self) {
      try Self.measurements("{\"schema\": \"spikeloom.measurements/1\", \(members)}")
    }
    let anchors = error?.diagnostics.map(\.anchor) ?? []
    #expect(anchors.contains(.jsonPointer(file: "m.json", pointer: pointer)))
  }

  @Test(
    "what the points count and nobody states is asked for; what they cannot tell apart is named")
  func degenerate() throws {
    let missing = """
      {"schema": "spikeloom.measurements/1", "fit": ["/prices/axonIn"], "points": [
        {"counts": {"axonIn": 1, "arrayRead": 2}, "energyPicojoules": 5}]}
      """
    let asked = #expect(throws: DiagnosticsError.self) {
      try CalibrationReport(
        profile: try Self.profile(), measurements: try Self.measurements(missing))
    }
    #expect(
      asked?.diagnostics.map(\.anchor) == [
        .jsonPointer(file: "loihi1-silicon-fit", pointer: "/prices/arrayRead")
      ])
    let named = #expect(throws: DiagnosticsError.self) {
      try CalibrationReport(
        profile: try Self.profile(),
        measurements: try Self.measurements(
          """
          {"schema": "spikeloom.measurements/1", "fit": ["/prices/axonIn", "/prices/axonOut"], "points": [
            {"counts": {"axonIn": 1, "axonOut": 2}, "energyPicojoules": 5},
            {"counts": {"axonIn": 2, "axonOut": 4}, "energyPicojoules": 9}]}
          """))
    }
    #expect(
      named?.diagnostics.first?.message
        == "needs points that tell apart /prices/axonIn, /prices/axonOut, has none")
  }
}

extension String {
  /// The text with the last occurrence of another replaced.
  fileprivate func replacingOccurrence(of part: String, with other: String) -> String {
    guard hasSuffix(part) else { return self }
    return String(dropLast(part.count)) + other
  }
}
