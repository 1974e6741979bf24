import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Chips without bias registers, where a spike meets its own row")
struct HostGateTests {
  /// Stem on the host → 6 hidden neurons → 5 hidden neurons that also read the stem → 3 readouts; biases everywhere.
  static func network(timesteps: Int = 12, bias: Float = 0.8) -> SpikingNetwork {
    var builder = NetworkBuilder(seed: 5, input: MapShape(channels: 4), timesteps: timesteps)
    let stem = builder.hidden("stem", MapShape(channels: 4))
    builder.drive(stem, .dense)
    let first = builder.hidden("first", MapShape(channels: 6))
    builder.connect(stem, first, .dense, weights: builder.weights(24, fanIn: 4))
    let second = builder.hidden("second", MapShape(channels: 5))
    builder.connect(first, second, .dense, weights: builder.weights(30, fanIn: 6))
    builder.connect(stem, second, .dense, weights: builder.weights(20, fanIn: 4))
    let readout = builder.readout("logits", 3)
    builder.connect(second, readout, .dense, weights: builder.weights(15, fanIn: 5))
    builder.connect(first, readout, .dense, weights: builder.weights(18, fanIn: 6))
    for index in builder.network.populations.indices.dropFirst() {
      let count = builder.network.populations[index].shape.channels
      builder.network.populations[index].bias = .perChannel(
        (0..<count).map { $0 % 2 == 0 ? bias : -bias / 4 })
      if builder.network.populations[index].role == .hidden {
        builder.network.populations[index].reset = .hard
      }
    }
    return builder.network
  }

  @Test("a bias beyond one weight is a sum of equal synapses, by hand")
  func planes() throws {
    let format = WeightFormat(bits: 4, minimumShift: 0, maximumShift: 0, shiftPerChannel: false)
    let grid = BiasGrid(covering: 20, format: format, equal: 8)
    #expect(grid.shifts == [0, 0, 0])
    #expect(grid.split(20) == [7, 7, 6])
    #expect(grid.split(-3) == [-3, 0, 0])
    #expect(BiasGrid(covering: 100, format: format, equal: 8).round(100) == 56)
    #expect(BiasGrid(covering: 7, format: format, equal: 8).shifts == [0])
    #expect(BiasGrid.exact([20, -3], format: format, equal: 8)?.shifts == [0, 0, 0])
    #expect(BiasGrid.exact([57], format: format, equal: 8) == nil)
    // As before where a chip has registers.
    #expect(BiasGrid(covering: 20, format: format).shifts == [0])
  }

  @Test("chip and reference agree on every spike", arguments: ["tinyodin", "odin"])
  func bitExact(name: String) throws {
    let profile = try ProfileFile.load(name)
    let (difference, spikes, cores) = try EmulatorTests.compare(Self.network(), profile)
    #expect(difference == nil)
    #expect(spikes > 24)
    #expect(cores == 1)
  }

  @Test("biases come by the host's events, in the window of each population")
  func gate() throws {
    let profile = try ProfileFile.load("tinyodin")
    let fixed = try Quantizer.quantize(Self.network(), profile: profile).network
    let (image, report) = try Compiler.compile(fixed, profile: profile)
    #expect(ImageVerifier.check(image, profile: profile).isEmpty)
    #expect(report.lowering.gates == 1)
    let gate = try #require(image.populations.indices.last)
    #expect(image.populations[gate].role == .host)
    #expect(image.hostNeurons.last?.biases == .uniform(1))
    let core = image.cores[0]
    #expect(core.slices.allSatisfy { $0.biases == .uniform(0) })
    let blocks = core.axonBlocks.filter { image.templates[$0.template].source == gate }
    #expect(Set(blocks.map { image.templates[$0.template].target }) == [1, 2, 3])
    for block in blocks {
      let target = image.templates[block.template].target
      #expect(block.delay == image.populations[target].start)
      #expect(block.sources.count == 1)
    }
    // The largest bias needs more than one weight of 7.
    #expect(blocks.count > 3)
  }

  @Test("an image with a bias in a register is refused")
  func register() throws {
    let profile = try ProfileFile.load("tinyodin")
    let fixed = try Quantizer.quantize(Self.network(), profile: profile).network
    var image = try Compiler.compile(fixed, profile: profile).image
    image.cores[0].slices[0].biases = .uniform(1)
    let findings = ImageVerifier.check(image, profile: profile)
    #expect(findings.contains { $0.code == "SL5108" && $0.message.contains("bias registers") })
  }

  @Test(
    "every firing neuron can have the number of the axon it sends to",
    arguments: ["tinyodin", "odin"])
  func rows(name: String) throws {
    let profile = try ProfileFile.load(name)
    let fixed = try Quantizer.quantize(Self.network(), profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    let core = image.cores[0]
    let numbers = try #require(OwnRows.numbers(ofCore: 0, in: image, limit: 256))
    #expect(numbers.count == core.neuronCount)
    let all = numbers.flatMap { $0 }
    #expect(Set(all).count == all.count)
    var hostAxons = Set(0..<core.axonCount)
    var neuron = 0
    for slice in core.slices {
      let fires = image.populations[slice.population].role != .readout
      for _ in 0..<slice.box.count {
        let range = Int(core.routes.offsets[neuron])..<Int(core.routes.offsets[neuron + 1])
        let axons = core.routes.axons[range].map { Int($0) }
        if fires, !axons.isEmpty { #expect(numbers[neuron] == axons) }
        if fires, axons.isEmpty { #expect(numbers[neuron][0] >= core.axonCount) }
        hostAxons.subtract(axons)
        neuron += 1
      }
    }
    // What is left of the axons is the host's: no firing neuron answers to such a number.
    #expect(hostAxons.count == image.hostRoutes.axons.count)
    #expect(!hostAxons.isEmpty)
  }

  @Test("rows that are too few are said, by compiler and verifier")
  func tooFew() throws {
    var profile = try ProfileFile.load("tinyodin")
    // Outputs whose spikes are counted fire unheard: three rows besides the axons.
    var network = Self.network()
    let last = network.populations.count - 1
    network.populations[last].role = .hidden
    network.populations[last].reset = .hard
    network.populations[last].threshold = .uniform(1)
    network.populations[last].initialPotential = .uniform(0.5)
    network.readout = .spikeCounts
    network.readoutStart = 0
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let image = try Compiler.compile(fixed, profile: profile).image
    #expect(OwnRows.count(ofCore: 0, in: image) == image.cores[0].axonCount + 3)
    profile.core.axonsIn = image.cores[0].axonCount + 2
    let findings = ImageVerifier.check(image, profile: profile)
    #expect(findings.map(\.code) == ["SL5107"])
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.first?.message.contains("rows") == true)
  }

  @Test("rounding makes no neuron fire by itself")
  func quiet() throws {
    // A bias of eight thresholds needs a θ of 1 or 2 beside a bias of at most 56; v(0) = θ/2 rounds up to θ.
    let network = Self.network(bias: 60)
    let profile = try ProfileFile.load("tinyodin")
    let fixed = try Quantizer.quantize(network, profile: profile).network
    for population in fixed.populations where population.role == .hidden && !population.isOnHost {
      for neuron in 0..<population.shape.count {
        let start = population.initialPotential.value(neuron: neuron, in: population.shape)
        #expect(start < population.threshold.value(neuron: neuron, in: population.shape))
      }
    }
  }
}
