import LoomBase
import LoomEnergy
import LoomHardware
import LoomReport
import Testing

@Suite("Budget")
struct BudgetTests {
  static func budget(_ members: String) throws -> Budget {
    try Budget(
      bytes: Array("{\"schema\": \"spikeloom.budget/1\"\(members)}".utf8), name: "budget.json")
  }

  @Test("what is kept is met, to the last unit")
  func met() throws {
    let report = try ComparisonReportTests.report()
    let budget = try Self.budget(
      """
      , "maximumLatencyNanoseconds": 2500, "maximumIntervalNanoseconds": 4000, "maximumCores": 1,
      "maximumChips": 1, "minimumAccuracy": 0.93
      """)
    let check = budget.check(report, name: "budget.json")
    #expect(check.isMet && check.misses.isEmpty)
    #expect(check.jsonValue["met"] == .boolean(true))
    #expect(check.entries.count == 5)
  }

  @Test("every miss is listed with what is needed, what there is, and by how much")
  func missed() throws {
    let report = try ComparisonReportTests.report()
    let check = try Self.budget(
      """
      , "maximumEnergyPicojoules": 1e6, "maximumLatencyNanoseconds": 2000, "maximumCores": 1,
      "minimumAccuracy": 0.95
      """
    ).check(report, name: "budget.json")
    #expect(!check.isMet)
    #expect(
      check.misses.map(\.anchor.description) == [
        "budget.json#/maximumEnergyPicojoules", "budget.json#/maximumLatencyNanoseconds",
        "budget.json#/minimumAccuracy",
      ])
    #expect(
      check.misses[1].message == "needs at most 2 µs, has 2.5 µs: 500 ns too much (1.25×)")
    #expect(check.misses[2].message == "needs at least 95.00 %, has 93.00 %: 2 points too low")
    #expect(check.jsonValue["limits"]?.elements?.count == 4)
  }

  @Test("energy that is refused and accuracy without labels are missed as unknown")
  func unknown() throws {
    let facts = ComparisonFacts(
      tool: "t", network: "n", method: "m", timesteps: 4, calibration: "", imageSHA256: "")
    let report = try ComparisonReport(
      facts: facts, record: ComparisonReportTests.record(), populations: [], cores: 1,
      profile: try ProfileFile.load("loihi2"), ann: [])
    #expect(report.ledger == nil)
    let check = try Self.budget(
      ", \"maximumEnergyPicojoules\": 1e12, \"minimumAccuracy\": 0"
    ).check(report, name: "b")
    #expect(check.misses.count == 2)
    #expect(check.misses.allSatisfy { $0.message.contains("unknown") })
  }

  @Test(
    "unknown keys, other schemas and impossible limits are errors with their JSON pointers",
    arguments: [
      (", \"maximumEnergy\": 3, \"maximumCores\": -1", ["/maximumCores", "/maximumEnergy"]),
      (", \"minimumAccuracy\": 2", ["/minimumAccuracy"]),
      (", \"maximumChips\": \"two\"", ["/maximumChips"]),
    ])
  func refused(members: String, pointers: [String]) {
    let error = #expect(throws: DiagnosticsError.self) { try Self.budget(members) }
    #expect(
      error?.diagnostics.map(\.anchor)
        == pointers.map { .jsonPointer(file: "budget.json", pointer: $0) })
  }

  @Test("what is no budget is refused")
  func foreign() {
    for text in ["[]", "{", "{\"schema\": \"spikeloom.profile/1\"}"] {
      #expect(throws: DiagnosticsError.self) {
        try Budget(bytes: Array(text.utf8), name: "budget.json")
      }
    }
  }
}
