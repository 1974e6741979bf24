import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import LoomReference
import Testing

@Suite("Quantization")
struct QuantizerTests {
  /// stem (driven) → hidden → logits, one neuron each, with the given numbers.
  static func chain(
    weight: Float, bias: Float, threshold: Float, stem: Float = 1, timesteps: Int = 16
  ) -> SpikingNetwork {
    var builder = NetworkBuilder(seed: 1, input: MapShape(channels: 1), timesteps: timesteps)
    let first = builder.hidden("stem", MapShape(channels: 1))
    builder.network.populations[0].threshold = .uniform(stem)
    builder.network.populations[0].initialPotential = .uniform(stem / 2)
    builder.drive(first, .dense)
    let second = builder.hidden("hidden", MapShape(channels: 2))
    builder.network.populations[1].threshold = .uniform(threshold)
    builder.network.populations[1].initialPotential = .uniform(threshold / 2)
    builder.network.populations[1].bias = .perChannel([bias, 0])
    builder.connect(first, second, .dense, weights: [weight, weight / 2])
    builder.connect(second, builder.readout("logits", 1), .dense, weights: [1, -0.5])
    return builder.network
  }

  @Test("A channel's largest weight takes the largest mantissa and everything follows, by hand")
  func byHand() throws {
    let profile = TestProfiles.loihiLike()
    let result = try Quantizer.quantize(
      Self.chain(weight: 0.25, bias: 0.05, threshold: 1), profile: profile)
    let hidden = result.network.populations[1]
    // Channel 0: θ = 127·2^8 / 0.25 = 127·2^10; channel 1 has half the weight, so θ = 127·2^11.
    #expect(hidden.threshold == .perChannel([127 << 10, 127 << 11]))
    #expect(hidden.scale == [130_048.0, 260_096.0])
    #expect(result.network.projections[0].weights == [127, 127])
    #expect(result.network.projections[0].shifts == [8])
    // v(0) = θ/2 (65,024 and 130,048), one more because the chip fires on v > θ only.
    #expect(hidden.initialPotential == .perChannel([65025, 130_049]))
    // 0.05 · 130048 = 6502.4; 6502 = 102·2^6 − 26·2^0.
    #expect(hidden.bias == .perChannel([6502, 0]))
    #expect(hidden.comparison == .greater)
  }

  @Test(
    "Where θ is a unit or two, no neuron is rounded to fire by itself", arguments: [true, false])
  func smallThreshold(isLoihi: Bool) throws {
    // A weight of 1 takes 127 units, so that these are 0.8, 1.02, 1.46 and 2.54; halves round up.
    var profile = isLoihi ? TestProfiles.loihiLike() : TestProfiles.crossbarLike()
    profile.weight.minimumShift = 0
    profile.weight.maximumShift = 0
    for threshold in [Float(0.006), 0.008, 0.0115, 0.02] {
      let result = try Quantizer.quantize(
        Self.chain(weight: 1, bias: 0, threshold: threshold), profile: profile)
      let hidden = result.network.populations[1]
      for neuron in 0..<2 {
        let start = hidden.initialPotential.value(neuron: neuron, in: hidden.shape)
        let level = hidden.threshold.value(neuron: neuron, in: hidden.shape)
        #expect(profile.neuron.firesOnGreaterOnly ? start <= level : start < level)
      }
    }
  }

  @Test("The amplitude of a source's spike is folded into the weights behind it")
  func amplitude() throws {
    let profile = TestProfiles.loihiLike()
    let plain = try Quantizer.quantize(
      Self.chain(weight: 0.25, bias: 0, threshold: 1), profile: profile)
    let twice = try Quantizer.quantize(
      Self.chain(weight: 0.125, bias: 0, threshold: 1, stem: 2), profile: profile)
    #expect(plain.network.projections == twice.network.projections)
    #expect(plain.network.populations[1] == twice.network.populations[1])
  }

  @Test("Readouts that answer together have one scale, so that their potentials compare")
  func readoutsTogether() throws {
    var builder = NetworkBuilder(seed: 1, input: MapShape(channels: 1), timesteps: 16)
    let stem = builder.hidden("stem", MapShape(channels: 1))
    builder.network.populations[0].threshold = .uniform(1)
    builder.drive(stem, .dense)
    builder.connect(stem, builder.readout("large", 1, bias: 0), .dense, weights: [1])
    builder.connect(stem, builder.readout("small", 1, bias: 0), .dense, weights: [0.3])
    let fixed = try Quantizer.quantize(builder.network, profile: TestProfiles.loihiLike()).network
    #expect(fixed.populations[1].scale == fixed.populations[2].scale)
    let units = fixed.projections.map { $0.weights.map { Int($0) } }
    let steps = fixed.projections.map { Int($0.shifts[0]) }
    // Alone they would have 127·2^8 and 127·2^6 / 0.3; together the smaller, 1.0 to half a step of 106.
    let ratio = Double(units[1][0] << steps[1]) / Double(units[0][0] << steps[0])
    #expect(abs(ratio - 0.3) < 0.3 / 106)
  }

  @Test("The first layer subtracts the mean inside the map only, by hand")
  func frontEnd() throws {
    var builder = NetworkBuilder(
      seed: 1, input: MapShape(channels: 1, height: 1, width: 3), timesteps: 4)
    builder.network.input.preprocessing = Preprocessing(scale: 1, mean: [100], deviation: [50])
    let stem = builder.hidden("stem", MapShape(channels: 1, height: 1, width: 3))
    builder.network.populations[0].threshold = .uniform(1)
    builder.network.populations[0].bias = .uniform(0.25)
    let geometry = ConvolutionGeometry(kernelHeight: 1, kernelWidth: 3, padLeft: 1)
    builder.network.frontEnd = [
      FrontEndProjection(
        target: stem, connectivity: .convolution(geometry), weights: [0.5, 1, -0.25])
    ]
    builder.connect(stem, builder.readout("logits", 1), .dense)
    let fixed = try Quantizer.quantize(builder.network, profile: TestProfiles.crossbarLike())
      .network
    let scale = fixed.populations[0].scale[0]
    let samples = Samples(
      storage: .bytes([100, 150, 200]), sampleShape: [1, 1, 3], count: 1)
    let currents = try IntegerInterpreter(fixed).frontEndCurrents(samples, index: 0)[0]
    // Normalised sample 0, 1, 2: currents 0·1 − 1·0.25 + 0.25, 0·0.5 + 1 − 2·0.25 + 0.25, 0.5 + 2 + 0.25.
    let wanted = [0, 0.75, 2.75].map { $0 * scale }
    for (value, wish) in zip(currents, wanted) {
      #expect(abs(Double(value) - wish) <= scale * 1e-3 + 1)
    }
    #expect(fixed.populations[0].bias == .uniform(0))
  }

  @Test(
    "The fixed network answers like the float one",
    arguments: [TestProfiles.loihiLike(), TestProfiles.crossbarLike()], [true, false])
  func agreesWithFloat(profile: Profile, bytes: Bool) throws {
    var network = EquivalenceTests.residual(seed: 11, bytes: bytes)
    network.timesteps = 128
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let integer = try IntegerInterpreter(fixed)
    let float = try FloatSpikingInterpreter(network)
    var generator = SeededGenerator(seed: 3)
    let samples = EquivalenceSamples.make(network, count: 4, &generator)
    let scale = try #require(fixed.populations.last?.scale.first) * Double(network.timesteps)
    for index in 0..<4 {
      let wanted = try float.run(samples, index: index)
      let found = try integer.run(samples, index: index, recordingSpikes: false)
      for (value, wish) in zip(found.scores, wanted.scores) {
        #expect(abs(Double(value) / scale - Double(wish)) < 0.06)
      }
      for (population, spikes) in wanted.spikes.enumerated()
      where network.populations[population].role == .hidden {
        let counted = found.spikeCounts[population].reduce(0) { $0 + Int($1) }
        #expect(abs(counted - spikes) <= spikes / 20 + 10)
      }
    }
  }

  @Test("Thresholds are legal and at most as many as a core holds")
  func legalThresholds() throws {
    let profile = TestProfiles.loihiLike(distinctThresholds: 4)
    let network = ResidualNetwork.make(blocks: 1)
    let result = try Quantizer.quantize(network, profile: profile)
    let grid = ThresholdGrid(profile, reset: .soft)
    for population in result.network.populations where population.role == .hidden {
      let values: [Int32] =
        switch population.threshold {
        case .uniform(let value): [value]
        case .perChannel(let list), .perNeuron(let list): list
        }
      #expect(values.allSatisfy { grid.contains(Int64($0)) })
      #expect(Set(values).count <= 4)
    }
    #expect(result.report.projections.allSatisfy { $0.saturated.allSatisfy { $0 == 0 } })
  }

  @Test("A shortcut ten times larger has shifts of its own and keeps both kernels' levels")
  func shortcut() throws {
    let result = try Quantizer.quantize(
      ResidualNetwork.make(blocks: 2), profile: TestProfiles.loihiLike())
    let shortcut = try #require(result.report.projections.first { $0.name == "stem → s0b0b" })
    let kernel = try #require(result.report.projections.first { $0.name == "s0b0a → s0b0b" })
    #expect(shortcut.levels.allSatisfy { $0 >= 64 })
    #expect(kernel.levels.allSatisfy { $0 >= 120 })
    #expect((shortcut.shifts.min() ?? 0) > (kernel.shifts.max() ?? 0))
  }

  @Test("A network of integers is not changed, or refused with every reason")
  func integers() throws {
    var network = Self.chain(weight: 64, bias: 8, threshold: 640)
    network.isInteger = true
    network.input.preprocessing = Preprocessing(scale: 1)
    network.frontEnd[0].weights = [3]
    for index in network.populations.indices {
      network.populations[index].spikeWorthThreshold = false
      network.populations[index].initialPotential = .uniform(0)
      network.populations[index].bias = .uniform(Float(index == 1 ? 8 : 0))
    }
    network.populations[0].threshold = .uniform(320)
    network.projections[1].weights = [1, -2]
    let fixed = try Quantizer.quantize(network, profile: TestProfiles.loihiLike()).network
    #expect(fixed.populations[1].threshold == .uniform(640))
    #expect(fixed.projections[0].shifts == [0])
    #expect(fixed.projections[0].weights == [64, 32])
    #expect(fixed.frontEnd[0].weights == [3])
    network.populations[0].threshold = .uniform(321)
    network.projections[0].weights = [64.5, 1]
    let error = #expect(throws: DiagnosticsError.self) {
      try Quantizer.quantize(network, profile: TestProfiles.loihiLike())
    }
    #expect(error?.diagnostics.count == 2)
    #expect(error?.diagnostics.allSatisfy { $0.code == "SL3010" } == true)
  }

  @Test("What a chip lacks is listed all at once")
  func capabilities() throws {
    var profile = TestProfiles.loihiLike()
    profile.neuron.softReset = .none
    profile.neuron.analogInput = false
    profile.neuron.potentialReadout = false
    // The driven layer also takes spikes, so the host cannot integrate it.
    var network = Self.chain(weight: 1, bias: 0, threshold: 1)
    network.projections.append(network.projections[0])
    network.projections[2].target = network.projections[2].source
    network.projections[2].weights = [1]
    network.projections[2].alignedDelay = 1
    let error = #expect(throws: DiagnosticsError.self) {
      try Quantizer.quantize(network, profile: profile)
    }
    let codes = error?.diagnostics.map(\.code) ?? []
    #expect(codes == ["SL3005", "SL3002", "SL3006"])
  }

  @Test("Neurons that can never fire are counted")
  func silent() throws {
    var network = Self.chain(weight: -0.5, bias: -0.1, threshold: 1)
    network.projections[0].weights = [-0.5, 0.5]
    let result = try Quantizer.quantize(network, profile: TestProfiles.loihiLike())
    #expect(result.report.populations.map(\.silentNeurons) == [0, 1, 0])
    #expect(result.report.text.contains("hidden: θ"))
    #expect(result.report.json["projections"]?.elements?.count == 2)
  }

  @Test("Broken networks are refused, not trapped on")
  func broken() throws {
    let profile = TestProfiles.loihiLike()
    let good = Self.chain(weight: 1, bias: 0, threshold: 1)
    var cases: [SpikingNetwork] = []
    func broken(_ change: (inout SpikingNetwork) -> Void) {
      var network = good
      change(&network)
      cases.append(network)
    }
    broken { $0.projections[0].weights = [1] }
    broken { $0.projections[0].target = PopulationID(9) }
    broken { $0.projections[0].site = 1 }
    broken { $0.populations[0].shape = MapShape(channels: 0) }
    broken { $0.populations[1].threshold = .perChannel([1]) }
    broken { $0.populations[1].threshold = .uniform(.nan) }
    broken { $0.timesteps = 0 }
    broken { $0.outputs = [] }
    broken {
      $0.projections[0].connectivity = .sparse(
        SparsePattern(targetOffsets: [0, 5, 2], sources: [0, 0]))
    }
    broken { $0.projections[0].connectivity = .convolution(.square(1, groups: 3)) }
    broken { $0.input.preprocessing.scale = 0 }
    for network in cases {
      #expect(throws: DiagnosticsError.self) { try Quantizer.quantize(network, profile: profile) }
    }
  }
}

@Suite("Grids of thresholds and biases")
struct GridTests {
  @Test("Soft reset by a second compartment wants θ = m·2^e on the register's grid")
  func thresholds() {
    let grid = ThresholdGrid(TestProfiles.loihiLike(), reset: .soft)
    #expect(grid.smallest == 64)
    #expect(grid.floor(1000) == 960)
    #expect(grid.floor(130_047) == 126 << 10)
    #expect(grid.nearest(130_047) == 127 << 10)
    #expect(grid.floor(1) == 64)
    #expect(grid.contains(127 << 14))
    #expect(!grid.contains(127 << 15))
    #expect(!grid.contains(129 << 6))
    let hard = ThresholdGrid(TestProfiles.loihiLike(), reset: .hard)
    #expect(hard.contains(129 << 6))
    #expect(!hard.contains(129 << 5 | 1))
    #expect(hard.nearest(8255) == 8256)
  }

  @Test("Clusters never exceed a wish and lose no more than any other choice")
  func clusters() {
    #expect(ThresholdClusters.assign([100, 99, 60, 58], count: 2) == [99, 99, 58, 58])
    #expect(ThresholdClusters.assign([7, 5, 7], count: 2) == [7, 5, 7])
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<20 {
      let wishes = (0..<7).map { _ in Int64(generator.next() % 90 + 10) }
      let found = ThresholdClusters.assign(wishes, count: 3)
      #expect(zip(found, wishes).allSatisfy { $0 <= $1 })
      #expect(Set(found).count <= 3)
      #expect(abs(loss(found, wishes) - bestLoss(wishes)) < 1e-9)
    }
  }

  private func loss(_ found: [Int64], _ wishes: [Int64]) -> Double {
    zip(found, wishes).reduce(0) { $0 + 1 - Double($1.0) / Double($1.1) }
  }

  /// Tries all choices of three values.
  private func bestLoss(_ wishes: [Int64]) -> Double {
    let values = Array(Set(wishes)).sorted()
    var best = Double.infinity
    for second in values {
      for third in values {
        let chosen = [values[0], second, third]
        let found = wishes.map { wish in chosen.filter { $0 <= wish }.max() ?? values[0] }
        best = min(best, loss(found, wishes))
      }
    }
    return best
  }

  @Test("A bias is at most two weights, and what was rounded is found again exactly")
  func biases() throws {
    let format = WeightFormat(bits: 8, minimumShift: 0, maximumShift: 14, shiftPerChannel: true)
    let exact = try #require(BiasGrid.exact([1001, -1016], format: format))
    #expect(exact.shifts == [3, 0])
    #expect(exact.split(1001) == [125, 1])
    #expect(exact.split(-1016) == [-127, 0])
    #expect(BiasGrid.exact([127, 64], format: format)?.shifts == [0])
    #expect(BiasGrid.exact([Int64(1) << 20 | 1025], format: format) == nil)
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<200 {
      let peak = Int64(1) << Int64(generator.next() % 20 + 1)
      let wishes = (0..<5).map { _ in Int64(generator.next() % UInt64(2 * peak)) - peak }
      let grid = BiasGrid(covering: wishes.map { abs($0) }.max() ?? 0, format: format)
      let rounded = wishes.map { grid.round($0) }
      #expect(BiasGrid.exact(rounded, format: format) != nil)
      for (value, wish) in zip(rounded, wishes) {
        #expect(abs(value - wish) <= max(1, peak >> 13))
      }
    }
  }
}

@Suite("Channels that hardly ever fire")
struct DeadChannelTests {
  @Test("A channel with a tiny threshold does not take the others' levels")
  func deadChannel() throws {
    for profile in [TestProfiles.loihiLike(), TestProfiles.crossbarLike()] {
      var network = EquivalenceTests.residual(seed: 13)
      network.populations[0].threshold = .perChannel([1, 1e-4, 1.2, 0.9])
      network.populations[0].initialPotential = .perChannel([0.5, 0.5e-4, 0.6, 0.45])
      network.populations[0].bias = .perChannel([0.1, -6, 0.1, 0])
      let fixed = try Quantizer.quantize(network, profile: profile).network
      guard case .perChannel(let thresholds) = fixed.populations[0].threshold else {
        Issue.record("the thresholds of the channels differ")
        continue
      }
      #expect([0, 2, 3].allSatisfy { thresholds[$0] >= 1 << 15 })
      let taps = 2 * 9
      for channel in [0, 2, 3] {
        let weights = fixed.frontEnd[0].weights[(channel * taps)..<((channel + 1) * taps)]
        #expect((weights.map { abs($0) }.max() ?? 0) >= 1 << 10)
      }
      let run = try Equivalence(network, profile)
      #expect(run.difference == nil)
    }
  }
}
