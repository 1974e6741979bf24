import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import Testing

@Suite("Weights of several cells")
struct CellBitsTests {
  /// 8-bit weights in cells of 2 bits: 4 columns each, so that 64 columns hold 16 neurons.
  static func profile(cellBits: Int) -> Profile {
    var profile = TestProfiles.crossbarLike()
    profile.core.synapses = .crossbar(
      CrossbarFormat(rows: 64, columns: 64, arrays: 16, cellBits: cellBits))
    return profile
  }

  @Test("a weight takes as many columns as it needs cells, rounded up")
  func columns() {
    func columns(_ bits: Int, cellBits: Int, types: Int = 0) -> Int {
      CrossbarFormat(rows: 1, columns: 1, arrays: 1, cellBits: cellBits, axonTypes: types)
        .columnsPerWeight(bits: bits)
    }
    #expect(columns(8, cellBits: 0) == 1)
    #expect(columns(8, cellBits: 1) == 8)
    #expect(columns(8, cellBits: 2) == 4)
    #expect(columns(8, cellBits: 3) == 3)
    #expect(columns(4, cellBits: 8) == 1)
    // With axon types a cell says whether there is a synapse; weights stand in the neurons.
    #expect(columns(9, cellBits: 1, types: 4) == 1)
  }

  @Test("cores hold a quarter of the neurons, the bound counts columns, the verifier agrees")
  func mapped() throws {
    let narrow = Self.profile(cellBits: 2)
    let fixed = try CompilerTests.fixed(narrow)
    let result = try Compiler.compile(fixed, profile: narrow)
    for core in result.image.cores.indices {
      let usage = SynapseLayout.usage(ofCore: core, in: result.image, profile: narrow)
      #expect(usage.columns == 4 * usage.neurons && usage.neurons <= 16)
      // Whole arrays of 64 × 64 cells of 2 bits.
      #expect(usage.synapseBits == usage.arrays * 64 * 64 * 2)
    }
    // 168 + 168 + 168 + 72 + 5 = 581 neurons, 2,324 columns, 36.3 cores of 64.
    #expect(result.report.bindingResource == "crossbar columns")
    #expect(result.report.lowerBound == 37)
    #expect(ImageVerifier.check(result.image, profile: narrow).isEmpty)
    let wide = try Compiler.compile(fixed, profile: Self.profile(cellBits: 0))
    #expect(wide.report.cores < result.report.cores)
    let found = ImageVerifier.check(wide.image, profile: narrow)
    #expect(found.contains { $0.code == "SL5107" && $0.message.contains("64 crossbar columns") })
  }

  @Test("the network is computed as with whole weights")
  func equivalence() throws {
    let run = try Equivalence(EquivalenceTests.residual(seed: 3), Self.profile(cellBits: 3))
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
  }
}
