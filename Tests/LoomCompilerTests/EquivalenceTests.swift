import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

/// Quantizes, compiles and runs a network and compares every spike and potential with the reference.
struct Equivalence {
  let fixed: FixedPointNetwork
  let image: HardwareImage
  let report: MappingReport
  /// Spikes of hidden populations in the reference, to see that a test says something.
  var spikes = 0
  /// The first difference found.
  var difference: String?

  init(
    _ network: SpikingNetwork, _ profile: Profile, seed: UInt64 = 9, samples: Int = 2,
    options: CompilerOptions = CompilerOptions(), altering: (inout HardwareImage) -> Void = { _ in }
  ) throws {
    fixed = try Quantizer.quantize(network, profile: profile).network
    let compiled = try Compiler.compile(fixed, profile: profile, options: options)
    var altered = compiled.image
    altering(&altered)
    (image, report) = (altered, compiled.report)
    var generator = SeededGenerator(seed: seed)
    let reference = try IntegerInterpreter(fixed)
    let data = EquivalenceSamples.make(network, count: samples, &generator)
    for sample in 0..<samples where difference == nil {
      let expected = try reference.run(data, index: sample, recordingSpikes: true)
      var runner = ImageRunner(image)
      runner.run(
        currents: try currents(reference, data, sample), injected: injected(data, sample))
      runner.collect()
      compare(expected, runner)
    }
  }

  private func currents(
    _ reference: IntegerInterpreter, _ data: Samples, _ sample: Int
  ) throws -> [[[Int64]]] {
    var result = image.populations.map { [[Int64]](repeating: [], count: $0.sites) }
    let parts = try reference.frontEndCurrents(data, index: sample)
    for (part, values) in zip(fixed.frontEnd, parts) {
      let known = result[part.target.index][part.site]
      let added = values.map { Int64($0) }
      result[part.target.index][part.site] = known.isEmpty ? added : zip(known, added).map(+)
    }
    return result
  }

  private func injected(_ data: Samples, _ sample: Int) -> [[Int]] {
    guard fixed.coding == .spikes, case .bytes(let bytes) = data.storage else { return [] }
    let count = fixed.input.shape.count
    return (0..<fixed.timesteps).map { step in
      let base = (sample * fixed.timesteps + step) * count
      return (0..<count).filter { bytes[base + $0] != 0 }
    }
  }

  private mutating func compare(_ expected: ReferenceRun, _ runner: ImageRunner) {
    for (index, population) in fixed.populations.enumerated() {
      let count = population.shape.count
      for step in 0..<fixed.timesteps {
        for neuron in 0..<count {
          let fires = expected.rasters[index][step * count + neuron] != 0
          if fires, population.role == .hidden { spikes += 1 }
          if fires != runner.rasters[index][step][neuron], difference == nil {
            difference = "\(population.name), neuron \(neuron), step \(step): reference \(fires)"
          }
        }
      }
      guard population.role != .input, difference == nil else { continue }
      for neuron in 0..<count
      where expected.finalPotentials[index][neuron] != runner.potentials[index][neuron] {
        difference =
          "\(population.name), neuron \(neuron): potential "
          + "\(runner.potentials[index][neuron]), reference "
          + "\(expected.finalPotentials[index][neuron])"
        return
      }
    }
  }
}

@Suite("Images run to the reference's spikes, bit for bit")
struct EquivalenceTests {
  static let chips: [Profile] = [TestProfiles.loihiLike(), TestProfiles.crossbarLike()]

  static func residual(seed: UInt64, bytes: Bool = true) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 2, height: 7, width: 6), timesteps: 10, bytes: bytes)
    builder.network.input.preprocessing.mean = [0.4, 0.3]
    builder.network.input.preprocessing.deviation = [0.3, 0.2]
    let stem = builder.hidden("stem", MapShape(channels: 4, height: 7, width: 6))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let first = builder.hidden("first", MapShape(channels: 4, height: 7, width: 6))
    builder.connect(stem, first, .convolution(.square(3, pad: 1)))
    let sum = builder.hidden("sum", MapShape(channels: 4, height: 7, width: 6))
    builder.connect(first, sum, .convolution(.square(3, pad: 1)))
    builder.connect(
      stem, sum, .convolution(.square(1, groups: 4)), weights: [1, 1, 1, 1])
    let half = builder.hidden("half", MapShape(channels: 6, height: 4, width: 3))
    builder.connect(sum, half, .convolution(.square(1, stride: 2)))
    builder.connect(first, half, .convolution(.square(3, stride: 2, pad: 1)))
    builder.connect(half, builder.readout("logits", 5), .dense)
    return builder.network
  }

  @Test("A residual network with strides, means and biases", arguments: chips, [1, 2, 3])
  func residual(profile: Profile, seed: Int) throws {
    let run = try Equivalence(Self.residual(seed: UInt64(seed), bytes: seed != 2), profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
    #expect(run.report.cores > 4)
  }

  @Test("Missing delays become relays, long ones chains of relays")
  func relays() throws {
    let profile = TestProfiles.loihiLike(longestDelay: 1)
    let run = try Equivalence(Self.residual(seed: 4), profile)
    #expect(run.difference == nil)
    // stem → sum needs a delay of 2 and first → half too: one relay population each.
    #expect(run.report.lowering.relayPopulations == 2)
    #expect(run.report.lowering.relayNeurons == 2 * 4 * 7 * 6)
    #expect(run.image.cores.allSatisfy { core in core.axonBlocks.allSatisfy { $0.delay == 1 } })
  }

  @Test("Dilated, grouped, depthwise, dense and sparse projections", arguments: chips)
  func kinds(profile: Profile) throws {
    var builder = NetworkBuilder(
      seed: 21, input: MapShape(channels: 3, height: 8, width: 8), timesteps: 9)
    let stem = builder.hidden("stem", MapShape(channels: 4, height: 8, width: 8))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let dilated = builder.hidden("dilated", MapShape(channels: 4, height: 8, width: 8))
    builder.connect(
      stem, dilated, .convolution(.square(3, pad: 2, dilation: 2, groups: 2)))
    let depthwise = builder.hidden("depthwise", MapShape(channels: 4, height: 4, width: 4))
    builder.connect(dilated, depthwise, .convolution(.square(3, stride: 2, pad: 1, groups: 4)))
    let sparse = builder.hidden("sparse", MapShape(channels: 3, height: 2, width: 5))
    let pattern = SparsePattern(
      targetOffsets: (0...30).map { $0 * 4 },
      sources: (0..<30).flatMap { row in [0, 13, 29, 45].map { Int32($0 + row % 18) } })
    builder.connect(depthwise, sparse, .sparse(pattern))
    builder.connect(depthwise, sparse, .dense)
    builder.connect(sparse, builder.readout("logits", 4), .dense)
    let run = try Equivalence(builder.network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
  }

  @Test("Biases and thresholds per neuron", arguments: chips)
  func perNeuron(profile: Profile) throws {
    var builder = NetworkBuilder(
      seed: 31, input: MapShape(channels: 2, height: 5, width: 5), timesteps: 8)
    let shape = MapShape(channels: 3, height: 5, width: 5)
    let stem = builder.hidden("stem", MapShape(channels: 2, height: 5, width: 5))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let hidden = builder.hidden("hidden", shape)
    builder.network.populations[hidden.index].bias = .perNeuron(
      builder.values(shape.count, -0.4, 0.6))
    builder.network.populations[hidden.index].initialPotential = .perNeuron(
      builder.values(shape.count, 0, 0.3))
    builder.connect(stem, hidden, .convolution(.square(3, pad: 1)))
    builder.connect(hidden, builder.readout("logits", 4), .dense)
    let run = try Equivalence(builder.network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 20)
  }

  @Test("A comparator keeps its sites apart")
  func comparator() throws {
    var builder = NetworkBuilder(
      seed: 41, input: MapShape(channels: 2, height: 8, width: 8), timesteps: 12)
    let stem = builder.hidden("stem", MapShape(channels: 3, height: 8, width: 8))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let pooled = builder.hidden("pooled", MapShape(channels: 4, height: 4, width: 4), sites: 4)
    let kernel = builder.weights(4 * 3 * 9, fanIn: 27)
    for site in 0..<4 {
      var geometry = ConvolutionGeometry.square(3, stride: 2, pad: 1)
      geometry.padTop -= site / 2
      geometry.padLeft -= site % 2
      builder.connect(stem, pooled, .convolution(geometry), site: site, weights: kernel)
    }
    builder.connect(pooled, builder.readout("logits", 3), .dense)
    let run = try Equivalence(builder.network, TestProfiles.crossbarLike())
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
    let shifts = run.fixed.projections.prefix(4).map(\.shifts)
    #expect(Set(shifts).count == 1)
    #expect(throws: DiagnosticsError.self) {
      try Quantizer.quantize(builder.network, profile: TestProfiles.loihiLike())
    }
  }

  @Test("Free-running integer networks with recurrence, hard reset and injected spikes")
  func freeRunning() throws {
    var builder = NetworkBuilder(
      seed: 51, input: MapShape(channels: 6), timesteps: 20, coding: .spikes)
    builder.network.schedule = .freeRunning
    builder.network.isInteger = true
    let input = builder.input()
    func integers(_ count: Int) -> [Float] {
      builder.values(count, -60, 100).map { ($0 * 4).rounded(.down) }
    }
    var shape = MapShape(channels: 8)
    let first = builder.hidden("first", shape)
    shape = MapShape(channels: 5)
    let second = builder.hidden("second", shape)
    for id in [first, second] {
      builder.network.populations[id.index].threshold = .uniform(id == first ? 320 : 640)
      builder.network.populations[id.index].initialPotential = .uniform(0)
      builder.network.populations[id.index].bias = .uniform(id == first ? 3 : -5)
      builder.network.populations[id.index].spikeWorthThreshold = false
      builder.network.populations[id.index].reset = id == first ? .hard : .soft
      builder.network.populations[id.index].comparison = .greater
    }
    builder.connect(
      input, first, .dense, delay: 0, weights: integers(48).map { max(min($0, 127), -127) })
    builder.connect(
      first, first, .dense, delay: 2, weights: integers(64).map { max(min($0, 127), -127) })
    builder.connect(
      first, second, .dense, delay: 1, weights: integers(40).map { max(min($0, 127), -127) })
    builder.connect(
      second, first, .dense, delay: 3, weights: integers(40).map { max(min($0, 127), -127) })
    builder.network.outputs = [second]
    for profile in [TestProfiles.loihiLike(neurons: 4), TestProfiles.loihiLike(longestDelay: 1)] {
      let run = try Equivalence(builder.network, profile)
      #expect(run.difference == nil)
      #expect(run.spikes > 10)
    }
    let other = try Equivalence(builder.network, TestProfiles.crossbarLike(neurons: 3))
    #expect(other.difference == nil)
  }

  @Test("Integer thresholds off the chip's grid: every number times 64, the same spikes")
  func integerGrid() throws {
    var builder = NetworkBuilder(
      seed: 52, input: MapShape(channels: 6), timesteps: 20, coding: .spikes)
    builder.network.schedule = .freeRunning
    builder.network.isInteger = true
    let input = builder.input()
    let hidden = builder.hidden("hidden", MapShape(channels: 8))
    builder.network.populations[hidden.index].threshold = .uniform(5)
    builder.network.populations[hidden.index].initialPotential = .uniform(2)
    builder.network.populations[hidden.index].bias = .uniform(1)
    builder.network.populations[hidden.index].spikeWorthThreshold = false
    builder.network.populations[input.index].spikeWorthThreshold = false
    builder.network.populations[hidden.index].reset = .hard
    builder.network.populations[hidden.index].comparison = .greater
    builder.connect(
      input, hidden, .dense, delay: 1,
      weights: builder.values(48, -4, 9).map { $0.rounded(.down) })
    builder.network.outputs = [hidden]
    let exact = try Equivalence(builder.network, TestProfiles.crossbarLike(neurons: 3))
    let moved = try Equivalence(builder.network, TestProfiles.loihiLike(neurons: 4))
    #expect(exact.difference == nil && moved.difference == nil)
    #expect(exact.fixed.populations[hidden.index].initialPotential == .uniform(2))
    #expect(moved.fixed.populations[hidden.index].initialPotential == .uniform(128))
    #expect(moved.spikes == exact.spikes && moved.spikes > 10)
  }

  @Test("Saturated potentials saturate alike")
  func saturation() throws {
    var network = Self.residual(seed: 6)
    network.timesteps = 40
    let index = network.populations.count - 1
    network.populations[index].calibratedPeak = 0.001
    network.populations[index].bias = .uniform(-0.2)
    var profile = TestProfiles.loihiLike()
    profile.neuron.potentialBits = 20
    let run = try Equivalence(network, profile)
    #expect(run.difference == nil)
  }

  @Test("Recurrence inside windows", arguments: chips)
  func recurrent(profile: Profile) throws {
    var builder = NetworkBuilder(
      seed: 61, input: MapShape(channels: 2, height: 5, width: 5), timesteps: 12)
    let stem = builder.hidden("stem", MapShape(channels: 3, height: 5, width: 5))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let first = builder.hidden("first", MapShape(channels: 10))
    builder.connect(stem, first, .dense)
    let second = builder.hidden("second", MapShape(channels: 8))
    builder.connect(first, second, .dense)
    builder.connect(first, first, .dense, delay: 1)
    builder.connect(second, first, .dense, delay: 2)
    builder.connect(second, builder.readout("logits", 3), .dense)
    let run = try Equivalence(builder.network, profile)
    #expect(run.difference == nil)
    #expect(run.spikes > 50)
  }
}
