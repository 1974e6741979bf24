import LoomBase
import LoomReport
import Testing

@Suite("Runs as text")
struct RunTextTests {
  @Test("every count of a run is in its JSON, as a sum")
  func json() {
    let json = RunText.jsonValue(ComparisonReportTests.record(), populationNames: ["relu"])
    let expected: [(String, Int)] = [
      ("/samples", 2), ("/cores/0/synapticOperations", 40), ("/cores/0/neuronUpdates", 8),
      ("/cores/0/hopsEastWest", 6), ("/cores/0/hopsNorthSouth", 4), ("/cores/0/messagesOut", 4),
      ("/loweringCores/0/synapticOperations", 2), ("/host/frontEndMacs", 60),
      ("/host/chipResets", 2), ("/stepsBoundBy/core", 6), ("/predictions/1", 1),
      ("/populations/0/spikes", 6), ("/latencyNanoseconds", 5000),
    ]
    for (pointer, value) in expected { #expect(json.value(at: pointer)?.int == value) }
    #expect(json.value(at: "/populations/0/name") == .text("relu"))
  }

  @Test("the summary gives means per sample, lowering beside the network")
  func summary() {
    let lines = RunText.summary(ComparisonReportTests.record()).split(separator: "\n")
    #expect(lines.contains("synapticOperations       20         1"))
    #expect(lines.contains("latency 2.5 µs, interval 4 µs (estimate)"))
    #expect(!lines.contains { $0.hasPrefix("arrayReads") })
  }
}
