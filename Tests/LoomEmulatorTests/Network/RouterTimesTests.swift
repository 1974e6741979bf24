import LoomBase
import LoomEmulator
import LoomHardware
import Testing

@Suite("Router times of profiles")
struct RouterTimesTests {
  @Test("a profile's times become picoseconds, links between chips have their own")
  func picoseconds() throws {
    let profile = try ProfileFile.load(
      "loihi1-silicon-fit",
      overrides: [
        "/router/fifoDepth=5", "/router/creditDelay=2.5", "/router/entryDelay=1.5",
        "/router/ejectionDelay=0.75", "/router/choosesEarly=true",
      ])
    let times = try RouterTimes(picosecondsOf: profile, crossesChips: true)
    #expect(times.depth == 5 && times.choosesEarly)
    #expect(times.eastWest == ChannelClass(latency: 4100, occupancy: 291, credit: 2500))
    #expect(times.northSouth == ChannelClass(latency: 6500, occupancy: 291, credit: 2500))
    #expect(times.betweenChips == ChannelClass(latency: 100_000, occupancy: 20_000, credit: 2500))
    #expect(times.source == SourceClass(entry: 1500, occupancy: 291, credit: 2500))
    #expect(times.ejection == EjectionClass(latency: 750, occupancy: 291))
  }

  @Test("a packet crosses chips by the slow link, worked by hand")
  func crossesChips() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    var mesh = MeshNetwork(
      rows: 1, columns: 10, chipRows: 4, chipColumns: 8,
      try RouterTimes(picosecondsOf: profile, crossesChips: true))
    var list = PacketList()
    list.add(from: 6, to: 9, cycle: 0)
    // Entry 1.05, hops 6→7 4.1, 7→8 100, 8→9 4.1, ejection 1.05 ns.
    #expect(PacketReplay(list, on: &mesh, ticksPerCycle: 1000).delivered == [110_300])
  }

  @Test("missing figures are named by pointer, all at once; impossible ones too")
  func missing() throws {
    let ranc = try ProfileFile.load("ranc")
    #expect(ranc.router.fifoDepth?.value == 4)
    var pointers: [String] = []
    do {
      _ = try RouterTimes(picosecondsOf: ranc, crossesChips: false)
    } catch {
      pointers = error.diagnostics.map { "\($0.code) \($0.anchor)" }
    }
    #expect(
      pointers.sorted()
        == [
          "SL6041 ranc#/router/creditDelay", "SL6041 ranc#/router/ejectionDelay",
          "SL6041 ranc#/router/entryDelay", "SL6041 ranc#/times/hopEastWest",
          "SL6041 ranc#/times/hopNorthSouth", "SL6041 ranc#/times/linkOccupancy",
        ])
    let slow = try ProfileFile.load(
      "crossbar-256", overrides: ["/times/hopEastWest=100000000000"])
    #expect(throws: DiagnosticsError.self) {
      try RouterTimes(picosecondsOf: slow, crossesChips: false)
    }
  }
}
