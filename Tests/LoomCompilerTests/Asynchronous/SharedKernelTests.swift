import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

@Suite("Layers on cores with shared kernels")
struct SharedKernelTests {
  private func population(_ name: String, _ shape: MapShape, _ role: PopulationRole = .hidden)
    -> FixedPopulation
  {
    FixedPopulation(
      name: name, shape: shape, role: role, threshold: .uniform(50),
      initialPotential: .uniform(0), bias: .uniform(0), reset: .soft,
      comparison: .greaterOrEqual, sites: 1, potentialBits: 16, scale: [], origin: [])
  }

  private func network(
    _ shapes: [MapShape], _ edges: [(Int, Int, Connectivity)]
  ) -> FixedPointNetwork {
    var network = SpeckLike.network(inputs: 1, bins: 2, [])
    network.input.shape = shapes[0]
    network.populations = shapes.enumerated().map { index, shape in
      population("p\(index)", shape, index == 0 ? .input : .hidden)
    }
    network.projections = edges.map { source, target, connectivity in
      let count = connectivity.weightCount(source: shapes[source], target: shapes[target])
      return FixedProjection(
        source: PopulationID(source), target: PopulationID(target), connectivity: connectivity,
        weights: [Int16](repeating: 1, count: count), shifts: [0], site: 0, alignedDelay: 0,
        origin: [])
    }
    network.outputs = [PopulationID(shapes.count - 1)]
    return network
  }

  private func findings(
    _ network: FixedPointNetwork, _ profile: Profile = SpeckLike.profile()
  ) -> [Diagnostic] {
    do {
      _ = try Compiler.compile(network, profile: profile)
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test("kernel memory by hand: addresses are padded to powers of two")
  func words() {
    func words(_ inputs: Int, _ height: Int, _ width: Int, _ outputs: Int) -> Int? {
      SharedKernelMemory.words(inputs: inputs, height: height, width: width, outputs: outputs)
    }
    #expect(words(1, 1, 1, 1) == 1)
    #expect(words(2, 3, 3, 8) == 2 * 16 * 8)
    #expect(words(3, 3, 3, 10) == 3 * 16 * 16)
    #expect(words(16, 5, 5, 16) == 16 * 32 * 16)
    #expect(words(16, 4, 4, 17) == 16 * 16 * 32)
    #expect(words(32, 2, 2, 64) == 32 * 4 * 64)
    #expect(words(1 << 24, 1 << 16, 1 << 16, 1 << 24) == nil)
    #expect(words(0, 1, 1, 1) == nil)
  }

  @Test("a chain lies a layer a core, and the report counts its kernels")
  func chain() throws {
    let shapes = [
      MapShape(channels: 2, height: 8, width: 8), MapShape(channels: 8, height: 8, width: 8),
      MapShape(channels: 8, height: 4, width: 4), MapShape(channels: 10),
    ]
    let chain = network(
      shapes,
      [
        (0, 1, .convolution(.square(3, pad: 1))),
        (1, 2, .convolution(.square(2, stride: 2, groups: 8))), (2, 3, .dense),
      ])
    let (image, report) = try Compiler.compile(chain, profile: SpeckLike.profile())
    // 2·16·8; 8 channels in 8 groups stored as 8·4·8; 8·16·16 for 4×4 onto 10.
    #expect(report.layers.map(\.words) == [0, 256, 256, 2048])
    #expect(report.layers.map(\.cores) == [0, 1, 1, 1])
    #expect(report.depth == 0 && report.cores == 3 && report.lowerBound == 3)
    // Zeros of the grouped kernel are stored and met: 8 × 8 × 8 sources, 8 targets each.
    #expect(report.layers[2].synapses == 512 * 8)
    #expect(image.schedule.isAsynchronous && image.schedule.steps == 2)
    #expect(image.cores.allSatisfy { $0.axonBlocks.allSatisfy { $0.delay == 0 } })
    let usage = SynapseLayout.usage(ofCore: 2, in: image, profile: SpeckLike.profile())
    #expect(usage.synapseWords == 2048 && usage.synapseBits == 2048 * 8)
  }

  @Test("layers go to cores that hold them, where the first that fits would fail")
  func assignment() throws {
    // Core 0: 32 k kernel words and 64 k neurons; core 1: 32 k words, 4 k neurons. Layer 1 (little of both)
    // fits both, layer 2 (16 × 32 × 32 = 16 k neurons) core 0 only.
    let shapes = [
      MapShape(channels: 1, height: 32, width: 32), MapShape(channels: 1, height: 32, width: 32),
      MapShape(channels: 16, height: 32, width: 32),
    ]
    let chain = network(
      shapes,
      [
        (0, 1, .convolution(.square(3, pad: 1))), (1, 2, .convolution(.square(3, pad: 1))),
      ])
    let (image, _) = try Compiler.compile(
      chain, profile: SpeckLike.profile([32, 32], [64, 4]))
    #expect(image.cores.map { $0.slices[0].population } == [1, 2])
    #expect(image.cores.map(\.position.slot) == [1, 0])
    #expect(
      ImageVerifier.check(image, profile: SpeckLike.profile([32, 32], [64, 4])) == [])
    var swapped = image
    swapped.cores[0].position.slot = 0
    swapped.cores[1].position.slot = 1
    let found = ImageVerifier.check(swapped, profile: SpeckLike.profile([32, 32], [64, 4]))
    #expect(found.map(\.code) == ["SL5107"])
    #expect(found[0].message.contains("4096") && found[0].message.contains("16384"))
  }

  @Test("what is too big for every core is listed layer by layer, all at once")
  func tooBig() {
    let shapes = [
      MapShape(channels: 4, height: 64, width: 64), MapShape(channels: 32, height: 64, width: 64),
      MapShape(channels: 64, height: 8, width: 8), MapShape(channels: 300),
    ]
    let found = findings(
      network(
        shapes,
        [
          (0, 1, .convolution(.square(3, pad: 1))), (1, 2, .convolution(.square(8, stride: 8))),
          (2, 3, .dense),
        ]))
    // 131072 neurons against 65536; 32·64·64 words against 65536; 64·64·512 words.
    #expect(found.map(\.code) == ["SL4052", "SL4052", "SL4052"])
    #expect(found.map(\.anchor) == [.layer("p1"), .layer("p2"), .layer("p3")])
    #expect(found[0].message == "needs 131072 neurons, has 65536 in the largest core")
    #expect(found[1].message.hasPrefix("needs 131072 words of kernel memory, has 65536"))
    #expect(found[2].message.hasPrefix("needs 2097152 words of kernel memory, has 65536"))
  }

  @Test("a layer that needs the kernels of one core and the neurons of another is refused as such")
  func oneOrTheOther() {
    let shapes = [
      MapShape(channels: 16, height: 32, width: 32), MapShape(channels: 64, height: 32, width: 32),
    ]
    // 16·16·64 = 16384 words; 65536 neurons.
    let found = findings(
      network(shapes, [(0, 1, .convolution(.square(3, pad: 1)))]),
      SpeckLike.profile([8, 16], [64, 32])
    )
    #expect(found.map(\.code) == ["SL4052"])
    #expect(found[0].message.contains("one or the other"))
  }

  @Test("more layers than cores: chips are added where there are some, else it is said")
  func moreLayers() throws {
    let shapes = [MapShape](repeating: MapShape(channels: 2), count: 4)
    let chain = network(shapes, [(0, 1, .dense), (1, 2, .dense), (2, 3, .dense)])
    let found = findings(chain, SpeckLike.profile([1, 1], [1, 1]))
    #expect(found.map(\.code) == ["SL4053"])
    #expect(
      found[0].message.hasPrefix("needs 3 cores that hold the layers 'p1', 'p2', 'p3', has 2"))
    let (_, report) = try Compiler.compile(
      chain, profile: SpeckLike.profile([1, 1], [1, 1], chips: 4))
    #expect(report.chips == 2)
  }

  @Test(
    "maps, kernels, strides, padding, patterns and fan-out beyond a core's are refused together")
  func geometry() {
    let shapes = [
      MapShape(channels: 1, height: 130, width: 4), MapShape(channels: 1, height: 43, width: 66),
      MapShape(channels: 1, height: 1, width: 2), MapShape(channels: 1025),
      MapShape(channels: 2), MapShape(channels: 2),
    ]
    var bad = network(
      shapes,
      [
        (0, 1, .convolution(.square(17, stride: 3, pad: 8))), (1, 2, .dense), (1, 3, .dense),
        (1, 4, .convolution(.square(1))),
        (4, 5, .sparse(SparsePattern(targetOffsets: [0, 1, 2], sources: [0, 1]))),
      ])
    bad.populations[1].bias = .perNeuron((0..<(43 * 66)).map { Int32($0 % 3) })
    let found = findings(bad)
    #expect(Set(found.map(\.code)) == ["SL4051"])
    let told = found.map { "\($0.anchor): \($0.message)" }.joined(separator: "\n")
    for part in [
      "a stride of 3×3", "a padding of 8×8", "a kernel of 17×17", "an input map of 130×4",
      "a dense layer onto a map", "a kernel of 43×66", "an output map of 43×66",
      "1025 output channels", "a sparse pattern", "a bias for each neuron", "3 layers to send to",
    ] {
      #expect(told.contains(part), "\(part) is missing from\n\(told)")
    }
  }

  @Test("joins, delays, cycles and comparators are refused with the capability named")
  func wiring() {
    let shapes = [MapShape](repeating: MapShape(channels: 2), count: 4)
    let join = network(shapes, [(0, 1, .dense), (0, 2, .dense), (1, 3, .dense), (2, 3, .dense)])
    let found = findings(join)
    #expect(found.map(\.code) == ["SL3041"] && found[0].anchor == .layer("p3"))
    #expect(found[0].message.contains("'p1', 'p2'"))
    #expect(found[0].notes[0].contains("synchronisation"))
    var late = network(shapes, [(0, 1, .dense), (1, 2, .dense), (2, 3, .dense)])
    late.projections[1].alignedDelay = 2
    #expect(findings(late).map(\.message).joined().contains("needs a delay of 2 steps"))
    let loop = network(shapes, [(0, 1, .dense), (3, 2, .dense), (2, 3, .dense)])
    #expect(findings(loop).map(\.anchor) == [.layer("p2"), .layer("p3")])
    var free = network(shapes, [(0, 1, .dense), (1, 2, .dense), (2, 3, .dense)])
    free.populations[2].threshold = .uniform(0)
    #expect(findings(free).map(\.code) == ["SL4020"])
  }

  @Test("a network with steps and an asynchronous chip are told apart, both ways")
  func schedules() throws {
    let shapes = [MapShape(channels: 2), MapShape(channels: 2)]
    var stepped = network(shapes, [(0, 1, .dense)])
    stepped.schedule = .aligned
    #expect(findings(stepped).map(\.code) == ["SL4050"])
    var barrier = SpeckLike.profile()
    barrier.synchronisation = .barrier
    #expect(findings(network(shapes, [(0, 1, .dense)]), barrier).map(\.code) == ["SL4050"])
    var packed = SpeckLike.profile()
    packed.core.synapses = .crossbar(CrossbarFormat(rows: 4, columns: 4, arrays: 1))
    #expect(findings(network(shapes, [(0, 1, .dense)]), packed).map(\.code) == ["SL4050"])
  }

  @Test("quantization sets the schedule, and refuses what the chip cannot order before any work")
  func quantization() throws {
    var builder = NetworkBuilder(
      seed: 1, input: MapShape(channels: 3), timesteps: 4, coding: .spikes)
    let input = builder.input()
    let left = builder.hidden("left", MapShape(channels: 3))
    builder.connect(input, left, .dense)
    let right = builder.hidden("right", MapShape(channels: 3))
    builder.connect(left, right, .dense)
    builder.network.outputs = [right]
    let profile = SpeckLike.profile()
    #expect(
      try Quantizer.quantize(builder.network, profile: profile).network.schedule == .asynchronous)
    var told = builder.network
    told.schedule = .asynchronous
    #expect(throws: DiagnosticsError.self) { try Quantizer.quantize(told, profile: profile) }
    builder.connect(input, right, .dense)
    do {
      _ = try Quantizer.quantize(builder.network, profile: profile)
      Issue.record("a join was accepted")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["SL3041"])
    }
  }
}
