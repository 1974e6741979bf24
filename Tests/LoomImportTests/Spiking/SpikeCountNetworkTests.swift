import LoomBase
import LoomImport
import LoomNetwork
import Testing

@Suite("Networks read by spike counts, on disk")
struct SpikeCountNetworkTests {
  @Test("reading and offsets survive; a network without them has no word of them in its file")
  func roundTrip() throws {
    var float = EveryMember.float
    float.readout = .spikeCounts
    float.populations[0].scoreOffset = [0.1, -2.5, 3e-7]
    let read = try SpikingNetworkFile.decode(SpikingNetworkFile.encode(float), name: "x.snn")
    #expect(read.readout == .spikeCounts)
    #expect(read.populations[0].scoreOffset == [0.1, -2.5, 3e-7])
    #expect(read.populations[1].scoreOffset.isEmpty)

    var fixed = EveryMember.fixed
    fixed.readout = .spikeCounts
    fixed.populations[0].scoreOffset = [0.1, -2.5, 1.0 / 3]
    let bytes = FixedPointNetworkFile.encode(fixed)
    #expect(try FixedPointNetworkFile.decode(bytes, name: "x.fixed.snn") == fixed)

    for old in [
      SpikingNetworkFile.encode(EveryMember.float), FixedPointNetworkFile.encode(EveryMember.fixed),
    ] {
      let text = String(decoding: old, as: UTF8.self)
      #expect(!text.contains("scoreOffset") && !text.contains("spikeCounts"))
    }
    let plain = try FixedPointNetworkFile.decode(
      FixedPointNetworkFile.encode(EveryMember.fixed), name: "x")
    #expect(plain.readout == .potentials && plain.populations[0].scoreOffset.isEmpty)
  }

  @Test("the seed of drawn input survives; other codings have no word of it in their file")
  func seed() throws {
    for seed in [0, 12345, UInt64.max] {
      var float = EveryMember.float
      float.coding = .poisson
      float.seed = seed
      let read = try SpikingNetworkFile.decode(SpikingNetworkFile.encode(float), name: "x.snn")
      #expect(read.coding == .poisson && read.seed == seed)
      var fixed = EveryMember.fixed
      fixed.coding = .poisson
      fixed.seed = seed
      let bytes = FixedPointNetworkFile.encode(fixed)
      #expect(try FixedPointNetworkFile.decode(bytes, name: "x.fixed.snn") == fixed)
    }
    let text = String(decoding: SpikingNetworkFile.encode(EveryMember.float), as: UTF8.self)
    #expect(!text.contains("seed"))
  }

  @Test("as many offsets as channels, or a refusal")
  func offsets() throws {
    var fixed = EveryMember.fixed
    fixed.populations[0].scoreOffset = [1, 2]
    #expect(throws: DiagnosticsError.self) {
      try FixedPointNetworkFile.decode(FixedPointNetworkFile.encode(fixed), name: "x")
    }
  }
}
