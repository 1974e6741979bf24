import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReference
import Testing

/// Random chains and trees of convolutions and dense layers, all numbers from one seed.
private struct RandomChain {
  var generator: SeededGenerator
  var network: FixedPointNetwork

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed &* 7919 &+ 5)
    let shape = MapShape(channels: 4, height: 9, width: 7)
    network = SpeckLike.network(inputs: 1, bins: 3, bits: seed % 4 == 0 ? 9 : 16, [])
    network.input.shape = shape
    network.populations[0].shape = shape
    var last = 0
    for _ in 0..<pick(1...3) { last = addConvolution(onto: last) }
    let branch = last
    last = addDense(onto: last)
    network.outputs = [PopulationID(last)]
    if seed % 3 == 0 { network.outputs.append(PopulationID(addDense(onto: branch))) }
  }

  mutating func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(generator.next() % UInt64(range.count))
  }

  private mutating func addConvolution(onto source: Int) -> Int {
    let from = network.populations[source].shape
    let groups = [1, 1, 2, 4][pick(0...3)]
    var geometry = ConvolutionGeometry(
      kernelHeight: pick(1...4), kernelWidth: pick(1...4), strideY: [1, 2, 4][pick(0...2)],
      strideX: pick(1...2), padTop: pick(0...2), padLeft: pick(0...2), dilationY: pick(1...2),
      dilationX: pick(1...2), groups: groups)
    if from.height < 4 { (geometry.strideY, geometry.strideX) = (1, 1) }
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ pad: Int, _ dilation: Int) -> Int {
      max(1, (size + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1)
    }
    let shape = MapShape(
      channels: 4 * pick(1...2),
      height: extent(
        from.height, geometry.kernelHeight, geometry.strideY, geometry.padTop, geometry.dilationY),
      width: extent(
        from.width, geometry.kernelWidth, geometry.strideX, geometry.padLeft, geometry.dilationX))
    return add(.convolution(geometry), onto: source, shape)
  }

  private mutating func addDense(onto source: Int) -> Int {
    add(.dense, onto: source, MapShape(channels: pick(1...12)))
  }

  private mutating func add(
    _ connectivity: Connectivity, onto source: Int, _ shape: MapShape
  ) -> Int {
    let channels = shape.channels
    let bits = network.populations[0].potentialBits
    network.populations.append(
      FixedPopulation(
        name: "p\(network.populations.count)", shape: shape, role: .hidden,
        threshold: .perChannel((0..<channels).map { _ in Int32(pick(40...200)) }),
        initialPotential: .perNeuron((0..<shape.count).map { _ in Int32(pick(-20...60)) }),
        bias: pick(0...2) == 0
          ? .uniform(0) : .perChannel((0..<channels).map { _ in Int32(pick(-10...25)) }),
        reset: pick(0...4) == 0 ? .hard : .soft, comparison: .greaterOrEqual, sites: 1,
        potentialBits: bits, scale: [], origin: []))
    let from = network.populations[source].shape
    let count = connectivity.weightCount(source: from, target: shape)
    network.projections.append(
      FixedProjection(
        source: PopulationID(source), target: PopulationID(network.populations.count - 1),
        connectivity: connectivity, weights: (0..<count).map { _ in Int16(pick(-70...60)) },
        shifts: [0], site: 0, alignedDelay: 0, origin: []))
    return network.populations.count - 1
  }

  mutating func samples() -> Samples {
    let shape = network.input.shape
    let bytes = (0..<(network.timesteps * shape.count)).map { _ in
      UInt8(pick(0...3) == 0 ? 1 : 0)
    }
    return Samples(
      storage: .bytes(bytes),
      sampleShape: [network.timesteps, shape.channels, shape.height, shape.width], count: 1)
  }
}

@Suite("Asynchronous chips run to the reference's spikes, in order")
struct AsynchronousEquivalenceTests {
  @Test("random chains and trees", arguments: 0..<UInt64(50))
  func random(seed: UInt64) throws {
    var chain = RandomChain(seed: seed)
    let bits = chain.network.populations[0].potentialBits
    let profile = SpeckLike.profile(bits: bits, thresholds: 0)
    let both = try BothWays(chain.network, chain.samples(), profile: profile)
    #expect(both.difference == nil)
    let spikes = both.reference.spikeCounts.dropFirst().joined().reduce(0, +)
    #expect(spikes > 0, "a silent network shows nothing")
  }

  @Test("the places of cores and the durations change no spike")
  func durations() throws {
    var chain = RandomChain(seed: 3)
    let samples = chain.samples()
    let profile = SpeckLike.profile(thresholds: 0)
    let plain = try BothWays(chain.network, samples, profile: profile)
    var other = plain.image
    for core in other.cores.indices { other.cores[core].position.slot = 8 - core }
    var slow = profile
    slow.times.axonIn?.value = 1
    slow.times.neuronSpike = slow.times.readout
    slow.times.synapticOperation = slow.times.readout
    let trace = try Emulator(image: other, profile: slow).trace(samples, index: 0)
    #expect(trace == plain.trace)
    let record = try Emulator(image: other, profile: slow).run(samples)
    #expect(record.latencyNanoseconds > plain.record.latencyNanoseconds)
    #expect(record.cores == plain.record.cores)
  }

  @Test("the record is the same for any number of threads")
  func threads() throws {
    var chain = RandomChain(seed: 4)
    let parts = (0..<9).map { _ in chain.samples() }
    let bytes = parts.flatMap { part -> [UInt8] in
      if case .bytes(let values) = part.storage { values } else { [] }
    }
    let samples = Samples(storage: .bytes(bytes), sampleShape: parts[0].sampleShape, count: 9)
    let profile = SpeckLike.profile(bits: 9, thresholds: 0)
    let image = try Compiler.compile(chain.network, profile: profile).image
    let emulator = try Emulator(image: image, profile: profile)
    #expect(try emulator.run(samples, threads: 1) == emulator.run(samples, threads: 3))
  }

  @Test("analog input and potential readout, where a chip of this kind has them")
  func analog() throws {
    var builder = NetworkBuilder(
      seed: 8, input: MapShape(channels: 1, height: 6, width: 6), timesteps: 12)
    let first = builder.hidden("first", MapShape(channels: 4, height: 6, width: 6))
    builder.drive(first, .convolution(.square(3, pad: 1)))
    let second = builder.hidden("second", MapShape(channels: 4, height: 3, width: 3))
    builder.connect(first, second, .convolution(.square(2, stride: 2, groups: 2)))
    builder.connect(second, builder.readout("logits", 5), .dense)
    builder.network.readoutStart = 3
    let profile = SpeckLike.profile(analog: true)
    let fixed = try Quantizer.quantize(builder.network, profile: profile).network
    #expect(fixed.schedule == .asynchronous)
    var generator = SeededGenerator(seed: 1)
    let samples = EquivalenceSamples.make(builder.network, count: 1, &generator)
    let both = try BothWays(fixed, samples, profile: profile)
    #expect(both.difference == nil)
    #expect(both.reference.spikeCounts[1].reduce(0, +) > 5)
    #expect(Set(both.reference.scores).count > 1)
  }
}
