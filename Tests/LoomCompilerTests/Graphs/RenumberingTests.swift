import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Renumbered populations")
struct RenumberingTests {
  static let chips: [Profile] = [
    TestProfiles.loihiLike(neurons: 24, axonsIn: 200),
    TestProfiles.loihiLike(neurons: 24, axonsIn: 200, longestDelay: 1),
    TestProfiles.crossbarLike(neurons: 12, rows: 48, columns: 12, arrays: 4),
  ]

  static func compiled(
    _ network: SpikingNetwork, _ profile: Profile, pins: [SlicePin] = []
  ) throws -> (image: HardwareImage, report: MappingReport) {
    let fixed = try Quantizer.quantize(network, profile: profile).network
    return try Compiler.compile(fixed, profile: profile, options: CompilerOptions(pins: pins))
  }

  @Test(
    "a chain of three: the same spikes and potentials, step by step and in the emulator",
    arguments: chips)
  func chain(profile: Profile) throws {
    let network = GraphNetworks.chain(seed: 3)
    let run = try Equivalence(network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 300)
    #expect(run.report.renumbered.map(\.name) == ["a", "b", "c"])
    #expect(run.image.populations[2].map == MapShape(channels: 3, height: 6, width: 8))
  }

  @Test("a wrong order and values left in the network's order are found")
  func mistakes() throws {
    let network = GraphNetworks.recurrent(seed: 6)
    let inverted = try Equivalence(network, Self.chips[0]) { image in
      guard let order = image.populations[1].order else { return }
      var inverse = order.neurons
      for (position, neuron) in order.neurons.enumerated() {
        inverse[Int(neuron)] = UInt32(position)
      }
      image.populations[1].order?.neurons = inverse
    }
    #expect(inverted.difference?.contains("pool") == true)
    let fixed = inverted.fixed.populations[1]
    for path in [\NeuronSlice.thresholds, \NeuronSlice.initialPotentials, \NeuronSlice.biases] {
      let left = try Equivalence(network, Self.chips[0]) { image in
        let values =
          path == \.thresholds
          ? fixed.threshold : path == \.biases ? fixed.bias : fixed.initialPotential
        for core in image.cores.indices {
          for slice in image.cores[core].slices.indices {
            let positions = image.cores[core].slices[slice].box.channels
            image.cores[core].slices[slice][keyPath: path] = .perNeuron(
              positions.map { values.value(neuron: $0, in: fixed.shape) })
          }
        }
      }
      #expect(left.difference != nil, "\(path)")
    }
  }

  /// Bundled profiles, for the emulator wants durations.
  private static let emulated: [(String, [String])] = [
    ("loihi1", ["/core/neurons=24"]), ("loihi1", ["/core/neurons=24", "/delay/maximum=1"]),
    ("loihi2", ["/core/neurons=24"]),
  ]

  @Test("both in the emulator: spikes, potentials, scores", arguments: emulated)
  func emulator(name: String, overrides: [String]) throws {
    let profile = try ProfileFile.load(name, overrides: overrides)
    for network in [GraphNetworks.chain(seed: 3), GraphNetworks.recurrent(seed: 6)] {
      let report = try Self.compiled(network, profile).report
      #expect(!report.renumbered.isEmpty)
      let run = try EmulatorTests.compare(network, profile)
      #expect(run.difference == nil)
      #expect(run.spikes > 300)
    }
  }

  @Test("a population that feeds itself, its own counts the answer", arguments: chips)
  func recurrent(profile: Profile) throws {
    let network = GraphNetworks.recurrent(seed: 6)
    let run = try Equivalence(network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 300)
    #expect(run.report.renumbered.map(\.name) == ["pool"])
  }

  @Test("weights of several bits: planes of synapses on axons with types, copies of neurons")
  func planes() throws {
    var small = GraphNetworks.recurrent(seed: 7)
    for index in small.projections.indices {
      small.projections[index].weights = small.projections[index].weights.map {
        ($0 / 16).rounded()
      }
    }
    small.populations[1].threshold = .perNeuron((0..<144).map { Float(12 + $0 * 5 % 7) })
    small.populations[1].initialPotential = .uniform(0)
    small.populations[1].bias = .uniform(0)
    let run = try Equivalence(small, AxonProfiles.rancLike())
    #expect(run.difference == nil)
    #expect(run.spikes > 100)
    #expect(run.report.renumbered.map(\.name) == ["pool"])
  }

  @Test("fewer input axons, as many cores or fewer, and the report says which")
  func report() throws {
    let profile = TestProfiles.loihiLike(neurons: 24, axonsIn: 200)
    let (image, report) = try Self.compiled(GraphNetworks.chain(seed: 3), profile)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    for row in report.renumbered {
      let before = try #require(row.duplicatedBefore)
      #expect(row.duplicatedAfter < before && row.duplicatedAfter >= 0)
      // Counted from the image: axons onto the population, less one for each source of a projection.
      let index = try #require(report.layers.firstIndex { $0.name == row.name })
      #expect(Self.duplicated(image, index) == row.duplicatedAfter)
      #expect(report.text.contains(row.text))
    }
    #expect(report.json["renumbered"]?.elements?.count == 3)
  }

  private static func duplicated(_ image: HardwareImage, _ population: Int) -> Int {
    var axons = 0
    var sources: Set<[Int]> = []
    for core in image.cores {
      for block in core.axonBlocks where image.templates[block.template].target == population {
        axons += block.sources.count
        let shape = image.populations[image.templates[block.template].source].shape
        switch block.sources {
        case .box(let box):
          #expect(box == MapBox(shape))
          for index in 0..<shape.count { sources.insert([block.template, index]) }
        case .list(let list): for index in list { sources.insert([block.template, Int(index)]) }
        }
      }
    }
    return axons - sources.count
  }

  @Test("two compilations give the same bytes")
  func bytes() throws {
    let profile = TestProfiles.loihiLike(neurons: 24, axonsIn: 200)
    for network in [GraphNetworks.chain(seed: 3), GraphNetworks.recurrent(seed: 6)] {
      let images = try (0..<2).map { _ in try Self.compiled(network, profile).image }
      #expect(ChipFile.encode(images[0]) == ChipFile.encode(images[1]))
      #expect(try ChipFile.decode(ChipFile.encode(images[0]), name: "x") == images[0])
    }
  }

  @Test("an order that cannot help is not taken: communities side by side, or lists of everything")
  func identity() throws {
    let profile = TestProfiles.crossbarLike(neurons: 12, rows: 48, columns: 12, arrays: 4)
    var network = GraphNetworks.chain(seed: 3, skips: false)
    for index in network.projections.indices where network.projections[index].target.index <= 3 {
      var sources: [Int32] = []
      for target in 0..<144 {
        let first = target / 12 * 12
        for entry in 0..<6 { sources.append(Int32(first + 2 * entry)) }
      }
      network.projections[index].connectivity = .sparse(
        SparsePattern(targetOffsets: (0...144).map { $0 * 6 }, sources: sources))
      network.projections[index].weights = sources.map { Float($0 % 5) / 4 - 0.3 }
    }
    let report = try Self.compiled(network, profile).report
    // The map between them is cut in rows and columns, across its channels.
    #expect(report.renumbered.allSatisfy { $0.name == "b" })
  }

  @Test("pins count the network's neurons: a pinned population keeps its order")
  func pins() throws {
    let profile = TestProfiles.loihiLike(neurons: 24, axonsIn: 200)
    let pin = SlicePin(layer: "a", channels: 30..<40, core: .number(3))
    let (image, report) = try Self.compiled(GraphNetworks.chain(seed: 3), profile, pins: [pin])
    #expect(report.renumbered.map(\.name) == ["b", "c"])
    #expect(image.populations[1].order == nil)
    let held = image.cores.filter { core in
      core.position == CorePosition(chip: 0, column: 1, row: 0, slot: 1)
        && core.slices.contains { $0.population == 1 && $0.box.channels == 30..<40 }
    }
    #expect(held.count == 1)
  }

  @Test("explain names the network's neurons, source by source and weight by weight")
  func explained() throws {
    let profile = TestProfiles.crossbarLike(neurons: 12, rows: 48, columns: 12, arrays: 4)
    let network = GraphNetworks.recurrent(seed: 6)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    guard case .sparse(let pattern) = fixed.projections[1].connectivity else { return }
    var seen = 0
    for core in image.cores.indices {
      for synapse in 0..<140 {
        let found = try? ImageExplanation.json(image, .synapse(core: core, number: synapse))
        guard let found, found["source"]?.int == 1,
          let source = found["sourceNeuron"]?.elements?.first?.int,
          let target = found["targetNeuron"]?.elements?.first?.int
        else { continue }
        let entries = pattern.targetOffsets[target]..<pattern.targetOffsets[target + 1]
        let entry = try #require(entries.first { Int(pattern.sources[$0]) == source })
        let shift = fixed.projections[1].shifts
        let value =
          Int(fixed.projections[1].weights[entry]) << Int(shift[shift.count == 1 ? 0 : target])
        #expect(found["value"]?.int == value)
        #expect(found["outputChannel"]?.int == target && found["inputChannel"]?.int == source)
        seen += 1
      }
    }
    #expect(seen > 100)
    let layer = try ImageExplanation.json(image, .layer("pool"))
    #expect(layer["renumbered"] == .boolean(true))
    // From the network's side: where is the weight of a synapse, and is it that neuron's.
    let target = 17
    let source = Int(pattern.sources[pattern.targetOffsets[target]])
    let kernel = try ImageExplanation.json(
      image, .kernel(layer: "pool", channel: target, input: source, row: 0, column: 0))
    let places = kernel["locations"]?.elements ?? []
    #expect(places.contains { $0["targetNeuron"]?.elements?.first?.int == target })
  }
}
