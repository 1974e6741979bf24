import LoomBase
import LoomHardware
import Testing

@Suite("Routers of profiles")
struct RouterFiguresTests {
  @Test("figures are read, set and hashed, and are no part of the structure")
  func read() throws {
    let plain = try ProfileFile.load("loihi1-silicon-fit")
    #expect(plain.router.fifoDepth?.method == .assumed)
    #expect(plain.router.fifoDepth?.range != nil)
    #expect(!plain.router.choosesEarly)
    let set = try ProfileFile.load(
      "loihi1-silicon-fit", overrides: ["/router/fifoDepth=2", "/router/choosesEarly=true"])
    #expect(set.router.fifoDepth?.value == 2 && set.router.choosesEarly)
    #expect(set.quantities["/router/fifoDepth"]?.source == "--set")
    #expect(set.structureDigest == plain.structureDigest)
    #expect(set.digest != plain.digest)
  }

  @Test("figures that a profile leaves open can be set")
  func open() throws {
    let plain = try ProfileFile.load("tianjic")
    #expect(plain.router == RouterFigures())
    let set = try ProfileFile.load(
      "tianjic", overrides: ["/router/fifoDepth=8", "/router/creditDelay=3.5"])
    #expect(set.router.fifoDepth?.value == 8)
    #expect(set.router.creditDelay?.unit == "ns")
    #expect(set.router.entryDelay == nil)
    #expect(set.structureDigest == plain.structureDigest)
  }

  @Test(
    "impossible figures are refused by pointer",
    arguments: [
      "/router/fifoDepth=0", "/router/fifoDepth=2.5", "/router/fifoDepth=4097",
      "/router/creditDelay=-1", "/router/choosesEarly=1", "/router/depth=4", "/router=4",
    ])
  func refuses(override: String) {
    #expect(throws: DiagnosticsError.self) {
      try ProfileFile.load("loihi1-silicon-fit", overrides: [override])
    }
  }

  @Test("the models are those of the bursts: an empty hop takes 3, 1 and 2 cycles")
  func models() {
    #expect(RouterModel.presets.map(\.name) == ["bs3", "min1", "rtl2"])
    #expect(RouterModel.presets.map(\.hop) == [3, 1, 2])
    #expect(RouterModel.presets.map(\.depth) == [8, 4, 16])
    #expect(RouterModel.presets.allSatisfy { !$0.source.isEmpty })
  }
}
