import LoomNetwork

/// Who computes and who reads what in a network, as far as its answers depend on its input.
///
/// Sets of layers are arrays of truth values by position in `network.layers`.
struct DataGraph {
  let network: Network
  /// Layers that depend on the input and on which an answer depends.
  let isLive: [Bool]
  /// The live layer that computes each value.
  let producers: [ValueID: Int]
  /// The live layers reading each value, in order.
  let readers: [ValueID: [Int]]

  /// Looks at a network; its outputs are its answers.
  init(_ network: Network) {
    self.network = network
    var fromInput = Set(network.inputs)
    var isData = [Bool](repeating: false, count: network.layers.count)
    for (index, layer) in network.layers.enumerated()
    where layer.inputs.contains(where: { $0.map(fromInput.contains) ?? false }) {
      isData[index] = true
      fromInput.formUnion(layer.outputs)
    }
    var wanted = Set(network.outputs)
    for index in network.layers.indices.reversed() where isData[index] {
      let layer = network.layers[index]
      isData[index] = layer.outputs.contains(where: wanted.contains)
      if isData[index] { wanted.formUnion(layer.inputs.compactMap { $0 }) }
    }
    isLive = isData
    var producers: [ValueID: Int] = [:]
    var readers: [ValueID: [Int]] = [:]
    for (index, layer) in network.layers.enumerated() where isData[index] {
      for output in layer.outputs { producers[output] = index }
      for input in layer.inputs.compactMap({ $0 }) where fromInput.contains(input) {
        if readers[input]?.last != index { readers[input, default: []].append(index) }
      }
    }
    self.producers = producers
    self.readers = readers
  }

  /// No layer.
  var none: [Bool] { [Bool](repeating: false, count: network.layers.count) }

  /// The values from the input that a layer reads, each once.
  func reads(_ layer: Int) -> [ValueID] {
    var result: [ValueID] = []
    for input in network.layers[layer].inputs.compactMap({ $0 })
    where readers[input] != nil && !result.contains(input) {
      result.append(input)
    }
    return result
  }

  /// Some layers and all that they need.
  func before(_ layers: [Bool]) -> [Bool] {
    var result = layers
    for index in layers.indices.reversed() where result[index] {
      for input in reads(index) { if let producer = producers[input] { result[producer] = true } }
    }
    return result
  }

  /// Some layers and all that is computed from them.
  func behind(_ layers: [Bool]) -> [Bool] {
    var result = layers
    for index in layers.indices where isLive[index] && !result[index] {
      result[index] = reads(index).contains { producers[$0].map { result[$0] } ?? false }
    }
    return result
  }

  /// The names of the layers in a set, in order.
  func names(_ layers: [Bool]) -> [String] {
    layers.indices.filter { layers[$0] }.map { network.layers[$0].name }
  }

  /// A network of some layers between some values, with the constant layers it needs.
  func part(_ layers: [Bool], inputs: [ValueID], outputs: [ValueID]) -> Network {
    var needed = Set(outputs)
    var kept: [Layer] = []
    for index in network.layers.indices.reversed() where layers[index] || !isLive[index] {
      let layer = network.layers[index]
      guard layer.outputs.contains(where: needed.contains) else { continue }
      needed.formUnion(layer.inputs.compactMap { $0 })
      kept.append(layer)
    }
    var part = network
    part.layers = kept.reversed()
    part.inputs = inputs
    part.outputs = outputs
    return part
  }
}

extension LoomNetwork.Operation {
  /// Whether the layer multiplies activations by weights (or by each other) and adds up.
  var multiplies: Bool {
    switch self {
    case .convolution, .transposedConvolution, .gemm, .matMul, .integerMatMul,
      .quantizedConvolution, .quantizedMatMul:
      true
    default: false
    }
  }

  /// Whether the layer only moves or renames elements of one tensor.
  var onlyReshapes: Bool {
    switch self {
    case .identity, .dropout, .cast, .flatten, .reshape, .squeeze, .unsqueeze, .transpose: true
    default: false
    }
  }

  /// Whether the layer is an activation that spiking neurons stand for.
  var isSpikingActivation: Bool {
    switch self {
    case .unary(.relu), .unary(.abs), .clip, .parametric(.leakyRelu), .prelu: true
    default: false
    }
  }

  /// Whether the layer is some other non-linear function of one tensor that no chip runs.
  var isHostActivation: Bool {
    switch self {
    case .unary(.negate): false
    case _ where isSpikingActivation: false
    case .unary, .parametric, .softmax, .logSoftmax, .argMax: true
    default: false
    }
  }
}
