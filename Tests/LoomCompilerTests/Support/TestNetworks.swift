import LoomBase
import LoomNetwork

/// Builds spiking networks layer by layer with seeded random weights.
struct NetworkBuilder {
  var generator: SeededGenerator
  var network: SpikingNetwork
  /// Weights are drawn from −spread...spread divided by the square root of the fan-in.
  var spread: Double = 1.5

  init(
    seed: UInt64, input: MapShape, timesteps: Int = 8, bytes: Bool = true, coding: Coding = .direct
  ) {
    generator = SeededGenerator(seed: seed)
    network = SpikingNetwork(
      name: "test", method: "test",
      input: InputSpecification(
        shape: input, preprocessing: Preprocessing(scale: bytes ? 1 / 255 : 1),
        samplesAreBytes: bytes, calibratedPeak: 1),
      coding: coding, timesteps: timesteps, populations: [], projections: [], outputs: [])
  }

  mutating func weights(_ count: Int, fanIn: Int) -> [Float] {
    let scale = spread / Double(max(1, fanIn)).squareRoot()
    return (0..<count).map { _ in Float((generator.unit() * 2 - 1) * scale) }
  }

  mutating func values(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
    (0..<count).map { _ in Float(low + generator.unit() * (high - low)) }
  }

  /// A hidden population with thresholds, v(0) = θ/2 and biases per channel.
  @discardableResult
  mutating func hidden(_ name: String, _ shape: MapShape, bias: Double = 0.1, sites: Int = 1)
    -> PopulationID
  {
    let thresholds = values(shape.channels, 0.7, 1.6)
    network.populations.append(
      Population(
        name: name, shape: shape, role: .hidden, threshold: .perChannel(thresholds),
        initialPotential: .perChannel(thresholds.map { $0 / 2 }),
        bias: .perChannel(values(shape.channels, -bias, bias)), sites: sites, calibratedPeak: 2,
        expectedRate: 0.2, origin: [name]))
    return PopulationID(network.populations.count - 1)
  }

  @discardableResult
  mutating func readout(_ name: String, _ channels: Int, bias: Double = 0.1) -> PopulationID {
    network.populations.append(
      Population(
        name: name, shape: MapShape(channels: channels), role: .readout, threshold: .uniform(0),
        bias: .perChannel(values(channels, -bias, bias)), calibratedPeak: 3, origin: [name]))
    let id = PopulationID(network.populations.count - 1)
    network.outputs.append(id)
    return id
  }

  mutating func input(_ name: String = "input") -> PopulationID {
    network.populations.append(
      Population(
        name: name, shape: network.input.shape, role: .input, threshold: .uniform(1)))
    return PopulationID(network.populations.count - 1)
  }

  mutating func connect(
    _ source: PopulationID, _ target: PopulationID, _ connectivity: Connectivity, site: Int = 0,
    delay: Int = 0, weights given: [Float]? = nil
  ) {
    let from = network.populations[source.index].shape
    let to = network.populations[target.index].shape
    let count = connectivity.weightCount(source: from, target: to)
    let drawn = given ?? weights(count, fanIn: max(1, count / rowCount(connectivity, to)))
    network.projections.append(
      Projection(
        source: source, target: target, connectivity: connectivity, weights: drawn, site: site,
        alignedDelay: delay))
  }

  mutating func drive(_ target: PopulationID, _ connectivity: Connectivity, site: Int = 0) {
    let to = network.populations[target.index].shape
    let count = connectivity.weightCount(source: network.input.shape, target: to)
    let drawn = weights(count, fanIn: max(1, count / rowCount(connectivity, to)))
    network.frontEnd.append(
      FrontEndProjection(target: target, connectivity: connectivity, weights: drawn, site: site))
  }

  private func rowCount(_ connectivity: Connectivity, _ target: MapShape) -> Int {
    if case .convolution = connectivity { return target.channels }
    return target.count
  }
}

extension ConvolutionGeometry {
  static func square(
    _ kernel: Int, stride: Int = 1, pad: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> ConvolutionGeometry {
    ConvolutionGeometry(
      kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride, padTop: pad,
      padLeft: pad, dilationY: dilation, dilationX: dilation, groups: groups)
  }
}

/// Networks of the shapes of the CIFAR ResNets with 6n + 2 layers.
enum ResidualNetwork {
  static func make(blocks: Int, timesteps: Int = 32, seed: UInt64 = 1) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 3, height: 32, width: 32), timesteps: timesteps)
    builder.network.input.preprocessing = Preprocessing(
      scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
    var previous = builder.hidden("stem", MapShape(channels: 16, height: 32, width: 32))
    builder.drive(previous, .convolution(.square(3, pad: 1)))
    for stage in 0..<3 {
      let side = 32 >> stage
      let shape = MapShape(channels: 16 << stage, height: side, width: side)
      for block in 0..<blocks {
        let stride = stage > 0 && block == 0 ? 2 : 1
        let first = builder.hidden("s\(stage)b\(block)a", shape)
        builder.connect(previous, first, .convolution(.square(3, stride: stride, pad: 1)))
        let second = builder.hidden("s\(stage)b\(block)b", shape)
        builder.connect(first, second, .convolution(.square(3, pad: 1)))
        if stride == 1 {
          builder.connect(
            previous, second, .convolution(.square(1, groups: shape.channels)),
            weights: [Float](repeating: 1, count: shape.channels))
        } else {
          builder.connect(previous, second, .convolution(.square(1, stride: 2)))
        }
        previous = second
      }
    }
    let pool = builder.hidden("pool", MapShape(channels: 64), bias: 0)
    builder.connect(previous, pool, .convolution(.square(8, groups: 64)))
    builder.connect(pool, builder.readout("logits", 10), .dense)
    return builder.network
  }
}
