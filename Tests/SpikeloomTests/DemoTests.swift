import Foundation
import LoomBase
import LoomImage
import Testing

@Suite("The demo")
struct DemoTests {
  /// Where a number must stand in `compare --json` (interface.md).
  private static let numbers: [String] =
    [
      "/samples", "/timesteps", "/chip/cores", "/chip/chips",
      "/latency/perSampleNanoseconds", "/latency/intervalNanoseconds",
      "/latency/throughputPerSecond",
    ] + ["ann", "spiking", "fixed", "chip"].map { "/accuracy/\($0)" }
    + [
      "totalPicojoules", "dynamicPicojoules", "staticPicojoules", "staticWindowNanoseconds",
      "frontEndPicojoules", "loweringPicojoules", "ann/fp32/operationPicojoules",
      "ann/fp32/withMemoryPicojoules", "ann/int8/operationPicojoules",
      "ann/int8/withMemoryPicojoules",
    ].map { "/energy/\($0)" }
    + [
      "synapticOperations", "loweringOperations", "macs", "effectiveMacs", "frontEndMacs",
      "neuronUpdates", "spikes", "packets", "packetHops",
    ].map { "/operations/\($0)" }

  /// Where a text must stand.
  private static let texts = [
    "/schema", "/method", "/image/sha256", "/profile/name", "/profile/sha256",
    "/calibration/source",
  ]

  @Test("one command in an empty folder writes an image and a report with every promised key")
  func demo() throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.succeed(["demo"], in: folder)
      #expect(try folder.names() == ["digits.chip", "digits.report.json"])
      #expect(run.output.contains("estimate"))
      let report = try JSONText.decode(try folder.bytes(of: "digits.report.json"))
      for pointer in Self.numbers {
        #expect(report.value(at: pointer)?.double != nil, "\(pointer)")
      }
      for pointer in Self.texts { #expect(report.value(at: pointer)?.string != nil, "\(pointer)") }
      #expect(report["host"]?.members != nil)
      #expect(report["schema"]?.string == "spikeloom.compare/1")
      #expect(report["samples"]?.int == 500)
      try facts(report)
      let chip = try folder.bytes(of: "digits.chip")
      #expect(report.value(at: "/image/sha256")?.string == "\(Digest(of: chip))")
      let image = try ChipFile.decode(chip, name: "digits.chip")
      #expect(report.value(at: "/chip/cores")?.int == image.cores.count)
    }
  }

  @Test("packet by packet, only times differ")
  func packets() throws {
    let reports = try ["analytic", "event"].map { mode in
      try withEmptyFolder { folder in
        try BuiltProgram.succeed(["demo", "--timing", mode, "--json"], in: folder).json()
      }
    }
    #expect(reports.map { $0["latency"]?["timing"]?.string } == ["analytic", "event"])
    #expect(reports[0]["operations"] == reports[1]["operations"])
    let analytic = try #require(reports[0]["latency"]?["perSampleNanoseconds"]?.double)
    let counted = try #require(reports[1]["latency"]?["analyticNanoseconds"]?.double)
    #expect(abs(counted - analytic) < 1e-9 * analytic)
    #expect(reports[1]["latency"]?["perSampleNanoseconds"]?.double != analytic)
  }

  private func facts(_ report: JSONValue) throws {
    func number(_ pointer: String) throws -> Double {
      try #require(report.value(at: pointer)?.double, "\(pointer)")
    }
    for stage in ["ann", "spiking", "fixed", "chip"] {
      #expect((0.9...1).contains(try number("/accuracy/\(stage)")), "\(stage)")
    }
    #expect(try number("/accuracy/fixed") == number("/accuracy/chip"))
    let total = try number("/energy/totalPicojoules")
    let parts = try number("/energy/dynamicPicojoules") + number("/energy/staticPicojoules")
    #expect(abs(total - parts) <= 1e-9 * total)
    let lines = try #require(report.value(at: "/energy/lines")?.elements)
    let sum = lines.reduce(0) { $0 + ($1["picojoules"]?.double ?? .nan) }
    #expect(abs(total - sum) <= 1e-9 * total)
    #expect(
      try number("/energy/frontEndPicojoules") + number("/energy/loweringPicojoules") <= total)
    // Static power of the profile (104 mW a chip) times the interval.
    let window = try number("/energy/staticWindowNanoseconds")
    #expect(window == (try number("/latency/intervalNanoseconds")))
    let watts = 0.104 * (try number("/chip/chips"))
    let expected = watts * window * 1000
    #expect(abs(try number("/energy/staticPicojoules") - expected) <= 1e-6 * expected)
    #expect(try number("/operations/effectiveMacs") <= number("/operations/macs"))
    #expect(try number("/operations/packetHops") >= 0)
    let precision = try number("/energy/ann/int8/operationPicojoules")
    #expect(precision < (try number("/energy/ann/fp32/operationPicojoules")))
    let throughput = try number("/latency/throughputPerSecond")
    #expect(abs(1e9 / window - throughput) <= 1e-6 * throughput)
  }

  @Test("with --json standard output is the report and nothing else")
  func jsonOnly() throws {
    try withEmptyFolder { folder in
      let run = try BuiltProgram.succeed(
        ["demo", "--json", "--samples", "5", "-T", "8", "--iterations", "20", "-o", "here"],
        in: folder)
      #expect(try folder.names() == ["here"])
      #expect(
        try folder.appendingPathComponent("here").names() == ["digits.chip", "digits.report.json"])
      #expect(try run.json()["samples"]?.int == 5)
    }
  }
}
