import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

/// Small networks of random geometry.
enum RandomGeometry {
  /// Convolutions with strides, groups, dilation and padding, lists and dense layers.
  static func network(seed: UInt64) -> SpikingNetwork {
    var generator = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(generator.next() % UInt64(range.count))
    }
    let side = MapShape(channels: 2, height: pick(5...8), width: pick(4...9))
    var builder = NetworkBuilder(seed: seed, input: side, timesteps: 6)
    builder.spread = 2
    let stemShape = MapShape(channels: 4, height: side.height, width: side.width)
    let stem = builder.hidden("stem", stemShape)
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let stride = pick(1...2)
    let dilation = pick(1...2)
    let groups = [1, 2, 4][pick(0...2)]
    let shape = MapShape(
      channels: 4 * pick(1...2), height: (side.height - 1) / stride + 1,
      width: (side.width - 1) / stride + 1)
    let second = builder.hidden("second", shape)
    builder.connect(
      stem, second,
      .convolution(
        .square(3, stride: stride, pad: dilation, dilation: dilation, groups: groups)))
    let third = builder.hidden("third", shape)
    builder.connect(second, third, .convolution(.square(3, pad: 1)))
    builder.connect(second, third, .convolution(.square(1, groups: shape.channels)))
    let lists = builder.hidden("lists", MapShape(channels: 6, height: 3, width: 5))
    builder.connect(third, lists, pattern(shape.count, 90, fanIn: pick(3...9), &generator))
    let vector = builder.hidden("vector", MapShape(channels: 40))
    builder.connect(lists, vector, pattern(90, 40, fanIn: 6, &generator))
    let dense = builder.hidden("dense", MapShape(channels: 21))
    builder.connect(vector, dense, .dense)
    builder.connect(dense, builder.readout("logits", 5), .dense)
    return builder.network
  }

  private static func pattern(
    _ sources: Int, _ targets: Int, fanIn: Int, _ generator: inout SeededGenerator
  ) -> Connectivity {
    var offsets = [0]
    var listed: [Int32] = []
    for _ in 0..<targets {
      var own: Set<Int32> = []
      while own.count < fanIn { own.insert(Int32(generator.next() % UInt64(sources))) }
      listed += own.sorted()
      offsets.append(listed.count)
    }
    return .sparse(SparsePattern(targetOffsets: offsets, sources: listed))
  }
}

@Suite("Partition")
struct PartitionTests {
  static let chips: [Profile] = [
    TestProfiles.loihiLike(neurons: 48, axonsIn: 400), TestProfiles.crossbarLike(neurons: 30),
  ]

  /// Every neuron on one core, found without the verifier.
  private func ownersAreUnique(_ image: HardwareImage) -> Bool {
    var counts = image.populations.map { [Int](repeating: 0, count: $0.shape.count) }
    for placed in PlacedBox.all(image) {
      let shape = image.populations[placed.population].shape
      for channel in placed.box.channels {
        for row in placed.box.rows {
          for column in placed.box.columns {
            counts[placed.population][shape.index(channel: channel, row: row, column: column)] += 1
          }
        }
      }
    }
    return counts.allSatisfy { $0.allSatisfy { $0 == 1 } }
  }

  @Test(
    "random geometries: every neuron on one core, limits kept, every spike and potential right",
    arguments: chips, PartitionChoice.allCases)
  func random(profile: Profile, choice: PartitionChoice) throws {
    var spikes = 0
    for seed in 1...6 {
      let network = RandomGeometry.network(seed: UInt64(seed))
      let options = CompilerOptions(partition: choice, placementMoves: 200)
      let run = try Equivalence(network, profile, samples: 1, options: options)
      #expect(run.difference == nil, "seed \(seed)")
      #expect(ownersAreUnique(run.image), "seed \(seed)")
      #expect(ImageVerifier.check(run.image, profile: profile).isEmpty, "seed \(seed)")
      expectAccounts(run, profile)
      spikes += run.spikes
    }
    #expect(spikes > 200)
  }

  /// The report's sums, which the compiler measures class by class, against LoomImage's own count axon by axon.
  private func expectAccounts(_ run: Equivalence, _ profile: Profile) {
    let usages = run.image.cores.indices.map {
      SynapseLayout.usage(ofCore: $0, in: run.image, profile: profile)
    }
    let layers = run.report.layers
    #expect(layers.reduce(0) { $0 + $1.words } == usages.reduce(0) { $0 + $1.synapseWords })
    #expect(layers.reduce(0) { $0 + $1.synapses } == usages.reduce(0) { $0 + $1.synapses })
    #expect(run.report.inputAxons == usages.reduce(0) { $0 + $1.axonsIn })
    #expect(run.report.sharedAxons <= run.report.inputAxons)
    #expect(run.report.cores >= run.report.lowerBound)
  }

  /// A map fed by a tall kernel from one layer and a wide kernel from another.
  private func crossed() -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 3, input: MapShape(channels: 1, height: 8, width: 8), timesteps: 4)
    let map = MapShape(channels: 1, height: 8, width: 8)
    let tall = builder.hidden("tall", map)
    let wide = builder.hidden("wide", map)
    builder.drive(tall, .convolution(.square(1)))
    builder.drive(wide, .convolution(.square(1)))
    let target = builder.hidden("target", map)
    builder.connect(
      tall, target, .convolution(ConvolutionGeometry(kernelHeight: 5, kernelWidth: 1, padTop: 2)))
    builder.connect(
      wide, target, .convolution(ConvolutionGeometry(kernelHeight: 1, kernelWidth: 5, padLeft: 2)))
    builder.connect(target, builder.readout("logits", 16), .dense)
    return builder.network
  }

  @Test(
    "of cuts with as many cores, spikes decide: strips run along the kernel whose source is loud",
    arguments: [true, false])
  func activity(tallIsLoud: Bool) throws {
    let profile = TestProfiles.crossbarLike(neurons: 16, columns: 16)
    let fixed = try Quantizer.quantize(crossed(), profile: profile).network
    let result = try Compiler.compile(
      fixed, profile: profile,
      options: CompilerOptions(activity: tallIsLoud ? [1, 0.01, 0.1, 0] : [0.01, 1, 0.1, 0]))
    let boxes = PlacedBox.all(result.image).filter { $0.population == 2 }.map(\.box)
    #expect(boxes.count == 4)
    #expect(boxes.allSatisfy { (tallIsLoud ? $0.rows : $0.columns) == 0..<8 })
    // The loud source's 64 axons once each; a strip of 2 reads 6 columns of the quiet one in the middle and 4 at
    // the sides, 8 high. 16 answers on a core of their own read 64.
    #expect(result.report.inputAxons == 64 + 2 * (6 + 4) * 8 + 64)
    let loud = 64 * 4.0
    let quiet = 160 * 0.04
    let logits = 64 * 0.4
    #expect(abs(result.report.inputPackets - loud - quiet - logits) < 1e-9)
  }

  @Test("layers that share no core are cut to whole cores: 32 × 16 × 16 in memory for 21")
  func whole() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit")
    let network = ResidualNetwork.make(blocks: 2, timesteps: 4)
    let fixed = try Quantizer.quantize(network, profile: profile).network
    let options = CompilerOptions(placement: .hilbert)
    let first = try Compiler.compile(fixed, profile: profile, options: options)
    #expect(first.report.ratio <= 1.25)
    #expect(try Compiler.compile(fixed, profile: profile, options: options).image == first.image)
    #expect(ImageVerifier.check(first.image, profile: profile).isEmpty)
  }

  @Test("a dense layer is cut by its targets, every part reading all sources once")
  func dense() throws {
    var builder = NetworkBuilder(
      seed: 8, input: MapShape(channels: 20), timesteps: 4)
    let first = builder.hidden("first", MapShape(channels: 20))
    builder.drive(first, .dense)
    let second = builder.hidden("second", MapShape(channels: 50))
    builder.connect(first, second, .dense)
    builder.connect(second, builder.readout("logits", 20), .dense)
    let profile = TestProfiles.crossbarLike(neurons: 20, columns: 20)
    let fixed = try Quantizer.quantize(builder.network, profile: profile).network
    let (image, report) = try Compiler.compile(fixed, profile: profile)
    let parts = PlacedBox.all(image).filter { $0.population == 1 }.map(\.box.channels.count)
    #expect(parts.count == 3)
    #expect(parts.reduce(0, +) == 50)
    #expect(report.layers[1].axons == 3 * 20)
    // 90 neurons, 20 to a core.
    #expect(report.cores == 5)
    #expect(report.lowerBound == 5)
  }

  @Test("targets that list the same sources stay together")
  func lists() throws {
    // 60 neurons in groups of 15, each group on 12 sources of its own: a core of 18 could hold one group and a fifth.
    var offsets = [0]
    var sources: [Int32] = []
    for target in 0..<60 {
      sources += (0..<12).map { Int32(target / 15 * 12 + $0) }
      offsets.append(sources.count)
    }
    var builder = NetworkBuilder(seed: 9, input: MapShape(channels: 48), timesteps: 4)
    let first = builder.hidden("first", MapShape(channels: 48))
    builder.drive(first, .dense)
    let second = builder.hidden("second", MapShape(channels: 60))
    builder.connect(
      first, second, .sparse(SparsePattern(targetOffsets: offsets, sources: sources)))
    builder.connect(second, builder.readout("logits", 4), .dense)
    let profile = TestProfiles.crossbarLike(neurons: 18, columns: 18)
    let fixed = try Quantizer.quantize(builder.network, profile: profile).network
    let (image, report) = try Compiler.compile(
      fixed, profile: profile, options: CompilerOptions(sharesCores: false))
    let parts = PlacedBox.all(image).filter { $0.population == 1 }.map(\.box.channels)
    #expect(Set(parts) == [0..<15, 15..<30, 30..<45, 45..<60])
    #expect(report.layers[1].axons == 48)
  }
}
