import LoomBase
import LoomEmulator
import LoomHardware
import LoomImage
import LoomReport
import Testing

@Suite("Shares of a run")
struct RunShareTests {
  /// Two samples; 30 synaptic operations at B, 10 at C, two of lowering at B.
  private func record() -> RunRecord {
    var counts = [CoreCounts](repeating: CoreCounts(), count: 3)
    counts[1].synapticOperations = 30
    counts[2].synapticOperations = 10
    counts[2].neuronUpdates = 4
    var lowering = [CoreCounts](repeating: CoreCounts(), count: 3)
    lowering[1].synapticOperations = 2
    return RunRecord(
      samples: 2, stepsPerSample: 4, chips: 1, tiles: 3, cores: counts, loweringCores: lowering,
      populations: counts, loweringPopulations: lowering, host: HostCounts(),
      latencyNanoseconds: 10, intervalNanoseconds: 10, stepNanoseconds: [10, 0, 0, 0],
      bounds: [:], slowestCoreSteps: [0, 0, 0], predictions: [0, 0], scores: [0, 0],
      scoresPerSample: 1)
  }

  private let names = ["A", "B", "C"]

  /// The file of `emulate --json` in short: counts, and what was said of energy and profile.
  private func run(_ profile: Profile, image: String = "1234") throws -> RunDocument {
    var members = RunText.jsonValue(record(), populationNames: names).members ?? [:]
    members["image"] = .object(["sha256": .text(image)])
    members["profile"] = .object(["sha256": .text("\(profile.digest)")])
    members["energy"] = .object([
      "totalPicojoules": .number(400),
      "corePicojoules": .array([.number(0), .number(40), .number(20)]),
    ])
    return try #require(RunDocument(.object(members)))
  }

  private func share(_ scope: ExplanationScope, _ profile: Profile) throws -> JSONValue {
    let image = try DifferenceImage.make()
    let value = try RunShare.json(
      try run(profile), image: image, digest: "1234", scope: scope, profile: profile)
    return try #require(value)
  }

  @Test("operations and energy of a core are those of the file")
  func core() throws {
    let share = try share(.core(1), DifferenceImage.profile())
    #expect(share["synapticOperations"]?.double == 15)
    #expect(share["synapticOperationShare"]?.double == 0.75)
    #expect(share["picojoules"]?.double == 40 && share["energyShare"]?.double == 0.1)
    #expect(RunShare.text(share).contains("75.00 % of synaptic operations"))
    #expect(RunShare.text(share).contains("(estimate)"))
  }

  @Test("a layer is priced from its counts with the run's own profile only")
  func layer() throws {
    let overrides = ["/prices/synapticOperation=2", "/prices/neuronUpdate=5"]
    let profile = try ProfileFile.load("crossbar-256", overrides: overrides)
    let inner = try share(.layer("B"), profile)
    #expect(inner["synapticOperationShare"]?.double == 0.75)
    // (30 + 2) operations at 2 pJ over two samples.
    #expect(inner["picojoules"]?.double == 32 && inner["energyShare"]?.double == 0.08)
    let last = try share(.layer("C"), profile)
    // 10 at 2 pJ and 4 updates at 5 pJ over two samples.
    #expect(last["picojoules"]?.double == 20)
    let image = try DifferenceImage.make()
    let foreign = try RunShare.json(
      try run(profile), image: image, digest: "1234", scope: .layer("B"),
      profile: DifferenceImage.profile())
    #expect(foreign?["picojoules"] == .null && foreign?["energyShare"] == .null)
    #expect(foreign?["notes"]?.elements?.count == 1)
  }

  @Test("what a file lacks stays unknown")
  func unknown() throws {
    let profile = try DifferenceImage.profile()
    let axon = try share(.axon(core: 1, axon: 0), profile)
    #expect(axon["synapticOperations"] == .null && RunShare.text(axon).contains("not by axon"))
    let image = try DifferenceImage.make()
    let bare = try #require(RunDocument(.object(["schema": .text("spikeloom.run/1")])))
    for scope in [ExplanationScope.core(0), .layer("A")] {
      let share = try #require(
        try RunShare.json(bare, image: image, digest: "1234", scope: scope, profile: profile))
      #expect(share["synapticOperations"] == .null && share["picojoules"] == .null)
      #expect(share["notes"]?.elements?.isEmpty == false)
    }
    #expect(
      try RunShare.json(bare, image: image, digest: "", scope: .whole, profile: profile) == nil)
  }

  @Test("a run of another image is refused")
  func otherImage() throws {
    let profile = try DifferenceImage.profile()
    let run = try run(profile, image: "9999")
    let image = try DifferenceImage.make()
    #expect(throws: DiagnosticsError.self) {
      try RunShare.json(run, image: image, digest: "1234", scope: .core(0), profile: profile)
    }
  }
}
