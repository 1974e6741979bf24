import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomReport
import Testing

@Suite("Comparison report: ranges, sensitivity, layers, NeuroBench")
struct LedgerReportTests {
  @Test("ratio and verdict carry the prices' ranges, and say whether the outcome holds over them")
  func ranges() throws {
    let report = try ComparisonReportTests.report()
    let json = report.jsonValue
    let ratio = try #require(json.value(at: "/verdict/ratio")?.double)
    let low = try #require(json.value(at: "/verdict/lowRatio")?.double)
    let high = try #require(json.value(at: "/verdict/highRatio")?.double)
    #expect(low < ratio && ratio < high)
    let ledger = try #require(report.ledger)
    #expect(high / low == ledger.highPicojoules / ledger.lowPicojoules)
    #expect(report.verdict.contains("It loses under every price in range: "))
    #expect(json.value(at: "/verdict/decidingPrices") == .array([]))
    let level = "/energy/ann/int8/comparison/withPackedMemory"
    #expect(json.value(at: "\(level)/lowRatio")?.double == low)
    #expect(json.value(at: "\(level)/highRatio")?.double == high)
  }

  @Test("where a single price's range turns the verdict, it is named")
  func deciding() throws {
    // All but the readout next to nothing: 2 readings of 30 to 3000 pJ against some hundred pJ.
    let overrides = ComparisonReportTests.free.filter { !$0.contains("readout") }
    let report = try ComparisonReportTests.report(overrides: overrides)
    #expect(report.outcome == .undecided)
    #expect(report.verdict.contains("The range of '/prices/readout' decides: "))
    #expect(
      report.jsonValue.value(at: "/verdict/decidingPrices") == .array([.text("/prices/readout")]))
    let table = SensitivityTable(
      Sensitivity(ledger: try #require(report.ledger)),
      baselinePicojoules: report.verdictBaselinePicojoules)
    let first = try #require(table.jsonValue.value(at: "/constants/0"))
    #expect(first["pointer"]?.string == "/prices/readout")
    #expect(first["decides"] == .boolean(true) && first["rangeStated"] == .boolean(true))
    #expect(table.outcome == .undecided)
    #expect(table.text.contains("decides"))
  }

  @Test("no range, no span: the report says so")
  func withoutRanges() throws {
    let report = try ComparisonReportTests.report(overrides: ComparisonReportTests.free)
    #expect(report.verdict.contains("No price in use states a range"))
  }

  @Test("the table without an ANN has totals and no verdict")
  func withoutANN() throws {
    var report = try ComparisonReportTests.report(ann: [])
    report.sensitivity = SensitivityTable(
      Sensitivity(ledger: try #require(report.ledger)),
      baselinePicojoules: report.verdictBaselinePicojoules)
    let constants = try #require(
      report.jsonValue.value(at: "/sensitivity/constants")?.elements)
    let swings = constants.compactMap { $0["swingPicojoules"]?.double }
    #expect(swings.count == constants.count && swings == swings.sorted(by: >))
    #expect(constants.allSatisfy { $0["decides"] == nil })
    #expect(report.jsonValue.value(at: "/sensitivity/baseline") == .null)
  }

  @Test("a layer at several number formats: energies of the ANN, break-even, who needs less")
  func layers() throws {
    let layer = try #require(
      ComparisonReportTests.report().jsonValue.value(at: "/layers/0"))
    #expect(layer["name"]?.string == "relu")
    // 300 MACs.
    #expect(layer.value(at: "/ann/fp32/operation/picojoules")?.double == 300 * (3.7 + 0.9))
    #expect(layer.value(at: "/ann/int8/operation/outcome")?.string == "loses")
    for format in ["fp32", "int8", "quantized"] {
      for level in ["operation", "effectiveOperation", "withPackedMemory", "withMemory"] {
        #expect(layer.value(at: "/ann/\(format)/\(level)/picojoules")?.double != nil)
      }
    }
    // 20 operations · 35.5, 3 spikes · 69.3, 2 messages · 111, hops 3 · 3 + 2 · 4.2, 1 of lowering.
    let variable = 710 + 207.9 + 222 + 9 + 8.4 + 35.5
    let marginal = try #require(layer["marginalPicojoulesPerSynapticOperation"]?.double)
    #expect(abs(marginal - variable / 20) < 1e-9 * marginal)
    let allIn = try #require(layer["allInPicojoulesPerSynapticOperation"]?.double)
    #expect(abs(allIn - (variable + 8 * 72.8) / 20) < 1e-9 * allIn)
  }

  @Test("the matching ANN has the chip's weight bits, and its multiplication is scaled by both")
  func weightBits() throws {
    let narrow = try ComparisonReportTests.report(overrides: ["/weight/bits=4"])
    let json = narrow.jsonValue
    #expect(json.value(at: "/energy/ann/quantized/weightBits")?.double == 4)
    #expect(json.value(at: "/energy/ann/int8/weightBits")?.double == 8)
    // T = 4: 3 bits of activation; 0.2 · 3 · 4 / 64 + 0.03.
    let price = try #require(json.value(at: "/energy/ann/quantized/macPicojoules")?.double)
    #expect(abs(price - 0.0675) < 1e-12)
    let wide = try ComparisonReportTests.report().jsonValue
    let before = try #require(wide.value(at: "/energy/ann/quantized/macPicojoules")?.double)
    #expect(abs(before - (0.2 * 3 / 8 + 0.03)) < 1e-12)
  }

  @Test("NeuroBench's keys, worked by hand")
  func neurobench() throws {
    let json = try #require(ComparisonReportTests.report().jsonValue["neurobench"])
    #expect(
      json.members?.keys.sorted() == [
        "ActivationSparsity", "ClassificationAccuracy", "ConnectionSparsity", "Footprint",
        "MembraneUpdates", "SynapticOperations",
      ])
    // The first layer's 30 MACs stay MACs; 300 of the other in each of 4 steps.
    #expect(json.value(at: "/SynapticOperations/Effective_MACs")?.double == 30)
    #expect(json.value(at: "/SynapticOperations/Effective_ACs")?.double == 20)
    #expect(json.value(at: "/SynapticOperations/Dense")?.double == 1230.0)
    #expect(json["MembraneUpdates"]?.double == 4)
    #expect(json["ClassificationAccuracy"]?.double == 0.93)
    #expect(json["Footprint"] == .null)
    #expect(try ComparisonReportTests.report().text.contains("Effective_ACs 20"))
  }
}
