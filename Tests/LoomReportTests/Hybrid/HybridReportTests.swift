import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Hybrid report")
struct HybridReportTests {
  static let facts = HybridFacts(
    head: HybridFacts.Part(nodes: ["stem"], macs: 30, tensors: ["stem:0"], elements: 2),
    tail: HybridFacts.Part(nodes: ["relu", "fc"], macs: 100, tensors: ["fc:0"], elements: 2))

  private func report(
    _ hybrid: HybridFacts?, profile: String = "loihi1-silicon-fit", overrides: [String] = []
  ) throws -> ComparisonReport {
    var facts = ComparisonReportTests.facts()
    facts.hybrid = hybrid
    return try ComparisonReport(
      facts: facts, record: ComparisonReportTests.record(),
      populations: [PopulationProvenance(name: "relu", origin: ["conv"])], cores: 1,
      profile: try ProfileFile.load(profile, overrides: overrides), ann: ComparisonReportTests.ann)
  }

  /// 2 writes and 2 readings a sample: Loihi's bias register has 1 + 12 + 3 bits, its potential 24; the
  /// crossbar's bias is any integer of its potential's 24 bits.
  @Test(
    "bits are numbers × widths of the registers",
    arguments: [("loihi1-silicon-fit", 32.0, 48.0), ("crossbar-256", 48, 48)])
  func bits(profile: String, head: Double, tail: Double) throws {
    let hybrid = try #require(try report(Self.facts, profile: profile).hybrid)
    #expect(hybrid.head?.values == 2 && hybrid.tail?.values == 2)
    #expect(hybrid.head?.bits == head)
    #expect(hybrid.tail?.bits == tail)
  }

  @Test("keys of the JSON, by hand")
  func json() throws {
    let json = try report(Self.facts).jsonValue
    let expected: [(String, Double)] = [
      ("/hybrid/head/macs", 30.0), ("/hybrid/head/bits", 32), ("/hybrid/tail/macs", 100),
      ("/hybrid/tail/bits", 48), ("/hybrid/head/macPicojoules", 96),
      ("/hybrid/tail/macPicojoules", 320), ("/hybrid/head/linkPicojoules", 200),
      ("/hybrid/tail/linkPicojoules", 300), ("/hybrid/picojoules", 916),
      ("/energy/hostLayersPicojoules", 916), ("/hybrid/chipMacs", 170),
      ("/hybrid/synapticOperationsPerChipMac", 20.0 / 170), ("/operations/macs", 330),
    ]
    for (pointer, value) in expected {
      let found = try #require(json.value(at: pointer)?.double, "\(pointer)")
      #expect(abs(found - value) < 1e-9 * max(1, value), "\(pointer)")
    }
    #expect(json["hybrid"]?["tail"]?["nodes"]?.elements?.map(\.string) == ["relu", "fc"])
    #expect(try report(nil).jsonValue["hybrid"] == .null)
  }

  @Test("the energy is in the total, and lines of the host keep their sum")
  func total() throws {
    let plain = try #require(try report(nil).ledger)
    let hybrid = try #require(try report(Self.facts).ledger)
    #expect(abs(hybrid.totalPicojoules - plain.totalPicojoules - 416) < 1e-6)
    let shared: Set<LedgerCategory> = [.host, .hostLayers]
    let sum = { (ledger: EnergyLedger) in shared.reduce(0) { $0 + ledger.picojoules(of: $1) } }
    #expect(abs(sum(hybrid) - sum(plain) - 416) < 1e-6)
  }

  @Test("the text and the verdict say that part runs on the host; without a division nothing does")
  func text() throws {
    let text = try report(Self.facts).text
    #expect(text.contains("On the host (estimate)"))
    #expect(text.contains("tail: 'relu', 'fc'; crosses as 'fc:0'"))
    #expect(text.contains("left to the chip: 170 MACs, SOP/MAC of these 0.1176"))
    let verdict = try report(Self.facts).verdict
    #expect(verdict.contains("Part of the network (48.48 % of its MACs) runs on the host"))
    #expect(verdict.contains("at its head and tail"))
    #expect(try !report(nil).text.contains("On the host"))
    #expect(try !report(nil).verdict.contains("on the host"))
  }

  @Test("input spikes cross as addresses")
  func spikes() throws {
    var record = ComparisonReportTests.record()
    record.host.biasWrites = 0
    record.host.inputMessages = 14
    var facts = ComparisonReportTests.facts()
    facts.hybrid = HybridFacts(
      head: HybridFacts.Part(nodes: ["stem"], macs: 30, tensors: ["t"], elements: 1000), tail: nil)
    let report = try ComparisonReport(
      facts: facts, record: record, populations: [], cores: 1,
      profile: try ProfileFile.load("loihi1-silicon-fit"), ann: [])
    // 7 spikes a sample; 10 bits tell 1000 inputs apart.
    #expect(report.hybrid?.head?.bits == 70)
  }
}
