import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Mapping")
struct CompilerTests {
  static func fixed(_ profile: Profile, seed: UInt64 = 1) throws -> FixedPointNetwork {
    try Quantizer.quantize(EquivalenceTests.residual(seed: seed), profile: profile).network
  }

  @Test("Starts are depths, shortcuts get the difference as delay, gates follow the depth")
  func starts() throws {
    let profile = TestProfiles.loihiLike()
    let result = try Compiler.compile(try Self.fixed(profile), profile: profile)
    let image = result.image
    // stem, first, sum, half, logits, then gates of depths 1 to 4.
    #expect(image.populations.map(\.start) == [0, 1, 2, 3, 4, 0, 1, 2, 3])
    #expect(image.schedule.depth == 4)
    #expect(result.report.lowering.gates == 4)
    #expect(result.report.lowering.relayNeurons == 0)
    let delays = image.templates.indices.map { template in
      Set(image.cores.flatMap(\.axonBlocks).filter { $0.template == template }.map(\.delay))
    }
    // stem → first, first → sum, stem → sum, sum → half, first → half, half → logits.
    #expect(delays.prefix(6) == [[1], [1], [2], [1], [2], [1]])
    let lowering = image.templates.indices.filter { image.templates[$0].isLowering }
    #expect(lowering.count == 3 + 4)
    #expect(image.populations[1].compartments == 2)
    #expect(image.populations[4].compartments == 1)
    #expect(image.populations.allSatisfy { $0.activeSteps == 0..<14 })
  }

  @Test("A chip with start steps needs no gates and stops its populations")
  func windows() throws {
    let profile = TestProfiles.crossbarLike()
    let result = try Compiler.compile(try Self.fixed(profile), profile: profile)
    #expect(result.report.lowering == LoweringInventory())
    #expect(
      result.image.populations.map(\.activeSteps) == [0..<10, 1..<11, 2..<12, 3..<13, 4..<14])
  }

  @Test(
    "The verifier finds nothing and the chip file brings back the image",
    arguments: [TestProfiles.loihiLike(), TestProfiles.crossbarLike()])
  func verified(profile: Profile) throws {
    let fixed = try Self.fixed(profile)
    let result = try Compiler.compile(fixed, profile: profile)
    #expect(ImageVerifier.check(result.image, profile: profile).isEmpty)
    let again = try Compiler.compile(fixed, profile: profile)
    #expect(again.image == result.image)
    #expect(ChipFile.encode(again.image) == ChipFile.encode(result.image))
  }

  @Test("Strided 1×1 kernels give axons to the sources they read only")
  func strided() throws {
    let profile = TestProfiles.loihiLike()
    let image = try Compiler.compile(try Self.fixed(profile), profile: profile).image
    let blocks = image.cores.flatMap(\.axonBlocks).filter { $0.template == 3 }
    let read = blocks.reduce(into: Set<UInt32>()) { result, block in
      if case .list(let list) = block.sources { result.formUnion(list) }
    }
    // 4 channels, rows 0, 2, 4, 6 and columns 0, 2, 4 of a map 6 wide.
    var wanted: Set<UInt32> = []
    for row in [0, 2, 4, 6] {
      for column in [0, 2, 4] {
        for channel in 0..<4 { wanted.insert(UInt32((row * 6 + column) * 4 + channel)) }
      }
    }
    #expect(read == wanted)
  }

  @Test("Layers that fit no core are listed together with what they need")
  func violations() throws {
    var profile = TestProfiles.loihiLike()
    let fixed = try Self.fixed(profile)
    profile.core.axonsIn = 20
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.kind == .doesNotFit)
    let layers = Set(error?.diagnostics.map(\.anchor) ?? [])
    #expect(layers == [.layer("first"), .layer("sum"), .layer("half"), .layer("logits")])
    #expect(
      error?.diagnostics.contains {
        $0.message == "needs 73 input axons for a single neuron, has 20"
      } == true, "half reads 4 + 36 + 1 axons, logits 72 + 1")
  }

  @Test("Too few cores are one clear sentence")
  func chips() throws {
    var profile = TestProfiles.loihiLike()
    let fixed = try Self.fixed(profile)
    profile.topology.maximumChips = 1
    profile.topology.tileColumns = 2
    profile.topology.tileRows = 1
    profile.topology.coresPerTile = 1
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.first?.code == "SL4012")
  }

  @Test("Output entries limit the tiles of a source")
  func outputs() throws {
    let wide = TestProfiles.loihiLike()
    let narrow = TestProfiles.loihiLike(axonsOut: 60)
    let fixed = try Self.fixed(wide)
    let many = try Compiler.compile(fixed, profile: wide)
    let more = try Compiler.compile(fixed, profile: narrow)
    #expect(more.report.cores > many.report.cores)
    for core in more.image.cores.indices {
      let usage = SynapseLayout.usage(ofCore: core, in: more.image, profile: narrow)
      #expect(usage.axonsOut <= 60)
    }
  }

  @Test("A network quantized for another chip is refused")
  func otherChip() throws {
    let fixed = try Self.fixed(TestProfiles.crossbarLike())
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: TestProfiles.loihiLike())
    }
    #expect(error?.diagnostics.allSatisfy { $0.code == "SL4020" } == true)
  }

  @Test("A cycle without delay is refused")
  func cycle() throws {
    let profile = TestProfiles.crossbarLike()
    var fixed = try Self.fixed(profile)
    fixed.projections.append(
      FixedProjection(
        source: PopulationID(2), target: PopulationID(1),
        connectivity: .convolution(.square(1, groups: 4)), weights: [1, 1, 1, 1], shifts: [0],
        site: 0, alignedDelay: 1, origin: []))
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.first?.code == "SL4001")
    fixed.projections[fixed.projections.count - 1].alignedDelay = 2
    #expect(throws: Never.self) { try Compiler.compile(fixed, profile: profile) }
  }

  @Test("Provenance is left out when asked")
  func provenance() throws {
    let profile = TestProfiles.loihiLike()
    let fixed = try Self.fixed(profile)
    let with = try Compiler.compile(fixed, profile: profile, remarks: ["a remark"]).image
    let without = try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(provenance: false)
    ).image
    #expect(without.provenance == nil)
    #expect(with.provenance?.remarks == ["a remark"])
    #expect(with.provenance?.populations.first?.name == "stem")
    #expect(with.provenance?.scales.count == with.populations.count)
    #expect(with.cores == without.cores)
  }

  @Test("More thresholds than a core holds are spread over cores")
  func manyThresholds() throws {
    let profile = TestProfiles.loihiLike(distinctThresholds: 16)
    var narrow = profile
    narrow.neuron.distinctThresholds = 2
    let fixed = try Self.fixed(profile)
    let result = try Compiler.compile(fixed, profile: narrow)
    #expect(ImageVerifier.check(result.image, profile: narrow).isEmpty)
    let usual = try Compiler.compile(fixed, profile: profile).image
    #expect(!ImageVerifier.check(usual, profile: narrow).isEmpty)
  }

  @Test("Absurd sizes and delays are refused before anything is allocated")
  func absurd() throws {
    let profile = TestProfiles.loihiLike(longestDelay: 1)
    var fixed = try Self.fixed(profile)
    fixed.projections[1].alignedDelay = 1 << 20
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.first?.code == "SL4003")
    fixed = try Self.fixed(profile)
    fixed.populations[2].shape = MapShape(channels: 1 << 15, height: 1 << 15, width: 1 << 15)
    #expect(throws: DiagnosticsError.self) { try Compiler.compile(fixed, profile: profile) }
    fixed.populations.append(fixed.populations[0])
    fixed.populations[2].shape = fixed.populations[1].shape
    fixed.populations[5].shape = MapShape(channels: 1 << 22)
    fixed.populations[5].threshold = .uniform(64)
    fixed.populations[5].initialPotential = .uniform(0)
    let large = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(large?.diagnostics.first?.code == "SL4012")
  }

  @Test("Without start steps, what would act before its window is refused")
  func beforeTheWindow() throws {
    let profile = TestProfiles.loihiLike()
    var fixed = try Self.fixed(profile)
    fixed.populations[1].initialPotential = .uniform(1 << 22)
    var driven = fixed.frontEnd[0]
    driven.target = PopulationID(2)
    fixed.frontEnd.append(driven)
    fixed.frontEnd[1].connectivity = .convolution(.square(3, pad: 1))
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.map(\.code) == ["SL4004", "SL4005"])
  }

  @Test("Sources of a dense layer without any weight get no axon")
  func deadColumns() throws {
    let profile = TestProfiles.loihiLike()
    var network = EquivalenceTests.residual(seed: 3)
    let last = network.projections.count - 1
    let sources = 6 * 4 * 3
    for index in network.projections[last].weights.indices where index % sources % 3 != 1 {
      network.projections[last].weights[index] = 0
    }
    let run = try Equivalence(network, profile)
    #expect(run.difference == nil)
    let axons = run.image.cores.flatMap(\.axonBlocks).filter { $0.template == last }
      .reduce(0) { $0 + $1.sources.count }
    #expect(axons == sources / 3)
  }
}
