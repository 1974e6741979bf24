import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Modelled traffic is the emulator's")
struct PlacingTrafficTests {
  /// A chip of few and small cores, so that a small network takes several chips.
  static func profile(_ name: String) throws -> Profile {
    try ProfileFile.load(
      name,
      overrides: [
        "/core/neurons=24", "/topology/tileColumns=3", "/topology/tileRows=2",
        "/topology/coresPerTile=2", "/topology/chipColumns=2",
      ])
  }

  /// Measures an image with the positions it has.
  static func measure(
    _ image: HardwareImage, _ spikes: [[Double]], _ topology: Topology, multicast: Bool = false
  ) throws -> PlacementMeasure {
    let chips = Set(image.cores.map(\.position.chip)).sorted()
    let grid = PlacementGrid(topology, chips: chips, order: .rows)
    let places = try image.cores.map { try #require(grid.positions.firstIndex(of: $0.position)) }
    return PlacementMeasure(
      CoreTraffic(image, spikes: spikes, multicast: multicast), grid, places: places)
  }

  @Test(
    "with the real spikes of a sample hops agree to the unit",
    arguments: ["loihi1", "crossbar-256", "tree", "multicast", "multicast tree"],
    PlacementChoice.allCases)
  func agreement(name: String, choice: PlacementChoice) throws {
    var profile = try Self.profile(name == "loihi1" ? name : "crossbar-256")
    if name.hasSuffix("tree") { profile.topology.kind = .tree }
    profile.routing.multicast = name.hasPrefix("multicast")
    let network = EquivalenceTests.residual(seed: 2)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(placement: choice, placementMoves: 5000)
    ).image
    var generator = SeededGenerator(seed: 4)
    let samples = EquivalenceSamples.make(network, count: 1, &generator)
    let emulator = try Emulator(image: image, profile: profile)
    let trace = try emulator.trace(samples, index: 0)
    let spikes = image.populations.indices.map { population in
      (0..<image.populations[population].shape.count).map { neuron in
        Double(
          (0..<trace.steps).count {
            trace.didSpike(population: population, step: $0, neuron: neuron)
          })
      }
    }
    let measure = try Self.measure(
      image, spikes, profile.topology, multicast: profile.routing.multicast)
    let record = try emulator.run(samples)
    let counts = record.cores + record.loweringCores
    let between = counts.reduce(0) { $0 + $1.hopsBetweenChips }
    let hops = counts.reduce(between) { $0 + $1.hopsEastWest + $1.hopsNorthSouth }
    #expect(record.chips > 1)
    #expect(hops > 1000 && between > 100)
    #expect(measure.packetHops == Double(hops))
    #expect(measure.chipHops == Double(between))
  }

  @Test("what a core sends itself is no traffic")
  func ownMessages() throws {
    let profile = try ProfileFile.load("crossbar-256")
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 2), profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    // Layers share cores here, so that some routes lead back.
    #expect(
      image.cores.indices.contains { core in
        image.cores[core].routes.cores.contains { Int($0) == core }
      })
    let traffic = CoreTraffic(image, spikes: image.populations.map { _ in [1] })
    #expect(traffic.flows.allSatisfy { $0.source != $0.target })
  }

  @Test("expected spikes: rates times T; relays spike as what they relay, gates once a step")
  func expected() throws {
    let profile = TestProfiles.loihiLike(neurons: 24, longestDelay: 1)
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 4), profile: profile).network
    let rates = [0.5, 0.25, 0.125, 1, 0]
    let result = try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(activity: rates, placement: .hilbert))
    let names = try #require(result.image.provenance).populations.map(\.name)
    #expect(names.contains { $0.hasSuffix("/relay1") } && names.contains("gate1"))
    let spikes = names.map { name -> [Double] in
      let own = fixed.populations.firstIndex { name.split(separator: "/")[0] == $0.name }
      return [Double(fixed.timesteps) * (own.map { rates[$0] } ?? 1)]
    }
    let measure = try Self.measure(result.image, spikes, profile.topology)
    #expect(result.report.placement.packetHops == measure.packetHops)
    #expect(result.report.placement.busiestLink == measure.busiestLink)
    #expect(measure.packetHops > 0)
  }

  @Test(
    "unknown rates count as equal ones, impossible ones as the nearest possible",
    arguments: [
      ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1]), ([.nan, -3, .infinity, 0.5, 7], [0, 0, 1, 0.5, 1]),
    ] as [([Double], [Double])])
  func oddRates(given: [Double], meant: [Double]) throws {
    let profile = TestProfiles.crossbarLike(neurons: 24)
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 4), profile: profile).network
    func report(_ rates: [Double]?) throws -> PlacementReport {
      try Compiler.compile(
        fixed, profile: profile, options: CompilerOptions(activity: rates, placement: .hilbert)
      ).report.placement
    }
    #expect(try report(given) == report(meant))
    if given.allSatisfy({ $0 == 0 }) { #expect(try report(given) == report(nil)) }
  }

  @Test("the baseline lays cores row by row in order of layer, row, column and channel")
  func rows() throws {
    let profile = try Self.profile("crossbar-256")
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 4), profile: profile).network
    let image = try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(placement: .rowByRow)
    ).image
    let topology = profile.topology
    func place(_ position: CorePosition) -> Int {
      let tile = position.row * topology.tileColumns + position.column
      return position.chip * topology.coresPerChip + tile * topology.coresPerTile + position.slot
    }
    let cores = image.cores.sorted { place($0.position) < place($1.position) }
    #expect(cores.map { place($0.position) } == Array(0..<cores.count))
    let keys = cores.map { core -> [Int] in
      let slice = core.slices[0]
      return [
        image.populations[slice.population].start, slice.box.rows.lowerBound,
        slice.box.columns.lowerBound, slice.box.channels.lowerBound,
      ]
    }
    #expect(zip(keys, keys.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) })
    #expect(keys.count > 10)
  }

  @Test("images are the same bytes each time, and differ between ways in positions only")
  func images() throws {
    let profile = try Self.profile("loihi1")
    let fixed = try Quantizer.quantize(EquivalenceTests.residual(seed: 1), profile: profile).network
    func image(_ choice: PlacementChoice) throws -> HardwareImage {
      try Compiler.compile(fixed, profile: profile, options: CompilerOptions(placement: choice))
        .image
    }
    let refined = try image(.refined)
    #expect(try ChipFile.encode(image(.refined)) == ChipFile.encode(refined))
    #expect(ImageVerifier.check(refined, profile: profile).isEmpty)
    for choice in PlacementChoice.allCases where choice != .refined {
      var other = try image(choice)
      #expect(other != refined)
      for core in other.cores.indices { other.cores[core].position = refined.cores[core].position }
      #expect(other == refined)
    }
  }
}
