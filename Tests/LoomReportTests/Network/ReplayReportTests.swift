import LoomBase
import LoomEmulator
import LoomHardware
import LoomReport
import Testing

@Suite("The report of a replay")
struct ReplayReportTests {
  @Test("percentiles, busiest link and stalls, counted by hand")
  func counts() throws {
    // min1 on 1 × 2: ten packets from 0 to 1, ready at 0, one a cycle: delivered at 3, 4, … 12.
    var list = PacketList()
    for _ in 0..<10 { list.add(from: 0, to: 1, cycle: 0) }
    var mesh = MeshNetwork(rows: 1, columns: 2, RouterTimes(.min1))
    let replay = PacketReplay(list, on: &mesh)
    let facts = NetworkFacts(
      rows: 1, columns: 2, name: "min1", source: "test", ticksPerCycle: 1)
    let json = ReplayReport(facts, replay, host: [:]).json
    #expect(json["drain"]?.double == 12)
    #expect(json["latency"]?["mean"]?.double == 7.5)
    #expect(json["latency"]?["median"]?.double == 8)
    #expect(json["latency"]?["percentile99"]?.double == 12)
    #expect(json["busiestLink"]?["from"]?.int == 0)
    #expect(json["busiestLink"]?["share"]?.double == 10.0 / 12)
    #expect(json["unit"]?.string == "cycles")
  }

  @Test("an empty list has a report too")
  func empty() throws {
    var mesh = MeshNetwork(rows: 1, columns: 2, RouterTimes(.min1))
    let report = ReplayReport(
      NetworkFacts(rows: 1, columns: 2, name: "min1", source: "test", ticksPerCycle: 1),
      PacketReplay(PacketList(), on: &mesh), host: [:])
    #expect(report.json["packets"]?.int == 0)
    #expect(report.json["busiestLink"] == .null)
    #expect(report.text.contains("0 hops"))
  }

  @Test("ticks are printed as cycles without needless decimals")
  func ticks() {
    let facts = NetworkFacts(
      rows: 1, columns: 1, name: "p", source: "t", ticksPerCycle: 1000,
      profileDigest: Digest(of: []))
    #expect(facts.text(9200) == "9.2")
    #expect(facts.text(12_000) == "12")
    #expect(facts.text(12_005) == "12.005")
    #expect(facts.text(-1) == "-1")
    #expect(facts.unit == "ns")
  }
}
