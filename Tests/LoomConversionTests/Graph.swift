import LoomBase
import LoomNetwork

/// Builds small trained networks layer by layer, with random constants from a seed.
struct Graph {
  private(set) var network: Network
  private var generator = SeededGenerator(seed: 7)

  /// Starts a network with an input of a shape behind the batch axis.
  init(_ shape: [Int], batch: Int = -1) {
    let value = NetworkValue(name: "image", type: .float32, shape: [batch] + shape)
    network = Network(
      name: "test", values: [value], inputs: [ValueID(0)], outputs: [], constants: [:], layers: [])
  }

  var input: ValueID { ValueID(0) }

  /// A value for a layer's output or a constant.
  private mutating func value(_ name: String, _ shape: [Int]? = nil) -> ValueID {
    network.values.append(NetworkValue(name: name, type: .float32, shape: shape))
    return ValueID(network.values.count - 1)
  }

  /// A constant with given elements.
  mutating func constant(_ shape: [Int], _ values: [Float]) -> ValueID {
    let id = value("constant\(network.values.count)", shape)
    network.constants[id] = Tensor(shape: shape, floats: values)
    return id
  }

  /// An integer constant: axes, shapes, pads.
  mutating func integers(_ values: [Int64]) -> ValueID {
    let id = value("constant\(network.values.count)", [values.count])
    network.constants[id] = Tensor(shape: [values.count], integers: values)
    return id
  }

  /// A zero point of a quantised type.
  mutating func zeroPoint(_ point: Int64, _ type: ElementType) -> ValueID {
    let id = value("constant\(network.values.count)", [])
    network.constants[id] = Tensor(shape: [], type: type, storage: .integers([point]))
    return id
  }

  /// Random weights, evenly spread around a centre.
  mutating func random(_ shape: [Int], scale: Float = 1, around centre: Float = 0) -> ValueID {
    let values = (0..<shape.reduce(1, *)).map { _ in
      centre + scale * Float(generator.unit() * 2 - 1)
    }
    return constant(shape, values)
  }

  /// Adds a layer with one output.
  mutating func layer(_ operation: LoomNetwork.Operation, _ inputs: [ValueID?], _ type: String)
    -> ValueID
  {
    layers(operation, inputs, type, outputs: 1)[0]
  }

  /// Adds a layer with several outputs.
  mutating func layers(
    _ operation: LoomNetwork.Operation, _ inputs: [ValueID?], _ type: String, outputs: Int
  ) -> [ValueID] {
    let name = "\(type.lowercased())\(network.layers.count)"
    let results = (0..<outputs).map { value("\(name):\($0)") }
    network.layers.append(
      Layer(name: name, operation: operation, inputs: inputs, outputs: results, sourceType: type))
    return results
  }

  mutating func relu(_ input: ValueID) -> ValueID { layer(.unary(.relu), [input], "Relu") }

  /// A convolution with random weights [outputs][inputs per group][kernel…] and biases.
  mutating func convolution(
    _ input: ValueID, _ weights: [Int], window: Window = Window(), groups: Int = 1,
    bias: Bool = true
  ) -> ValueID {
    let kernel = random(weights)
    let constants: [ValueID?] = bias ? [kernel, random([weights[0]], scale: 0.3)] : [kernel]
    return layer(.convolution(window, groups: groups), [input] + constants, "Conv")
  }

  /// A fully connected layer with random weights.
  mutating func gemm(_ input: ValueID, _ inputs: Int, _ outputs: Int) -> ValueID {
    let weights = random([outputs, inputs], scale: 0.5)
    return layer(
      .gemm(alpha: 1, beta: 1, transposeA: false, transposeB: true),
      [input, weights, random([outputs], scale: 0.3)], "Gemm")
  }

  /// Batch normalisation with random parameters.
  mutating func batchNormalization(_ input: ValueID, _ channels: Int) -> ValueID {
    layer(
      .batchNormalization(epsilon: 1e-3),
      [
        input, random([channels]), random([channels]), random([channels]),
        random([channels], scale: 0.4, around: 1),
      ], "BatchNormalization")
  }

  mutating func flatten(_ input: ValueID) -> ValueID {
    layer(.flatten(axis: 1), [input], "Flatten")
  }

  /// The finished network.
  mutating func finished(_ outputs: ValueID...) -> Network {
    var result = network
    result.outputs = outputs
    return result
  }
}

/// Random float samples of a shape.
func randomSamples(_ shape: [Int], count: Int = 24, seed: UInt64 = 3, centre: Float = 0) -> Samples
{
  var generator = SeededGenerator(seed: seed)
  let values = (0..<count * shape.reduce(1, *)).map { _ in
    centre + Float(generator.unit() * 2 - 1)
  }
  return Samples(storage: .floats(values), sampleShape: shape, count: count)
}
