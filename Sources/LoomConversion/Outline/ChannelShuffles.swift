import LoomNetwork

/// How large a network is, as far as the detail of an outline depends on it.
enum NetworkScale {
  /// Outputs of multiplying layers beyond which maps are not listed entry by entry.
  static let exactOutputs = 1 << 19

  /// The detail in which a network is outlined.
  static func detail(of network: Network) -> OutlineDetail {
    var outputs = 0
    for layer in network.layers {
      switch layer.operation {
      case .convolution, .transposedConvolution, .gemm, .matMul:
        let shape = layer.outputs.first.flatMap { network[$0].shape } ?? []
        let count = shape.dropFirst().reduce(1) { product, extent in
          product.multipliedReportingOverflow(by: max(1, extent)).partialValue
        }
        outputs += min(max(0, count), 1 << 40)
      default: break
      }
    }
    return outputs > exactOutputs ? .coarse : .exact
  }
}

/// Channel shuffles: Reshape to groups, Transpose of groups and members, Reshape back.
///
/// They change which channels meet, not how many: for sizes alone the channels may stay where they are, so
/// that grouped kernels keep a template of their own.
enum ChannelShuffles {
  /// The network with the transpositions of shuffles made identities.
  static func removed(_ network: Network) -> Network {
    var result = network
    var producers: [ValueID: Int] = [:]
    for (index, layer) in network.layers.enumerated() {
      for output in layer.outputs { producers[output] = index }
    }
    for index in network.layers.indices {
      let layer = network.layers[index]
      guard case .transpose(let permutation) = layer.operation, permutation.count == 5,
        permutation == [0, 2, 1, 3, 4], let input = layer.inputs.first ?? nil,
        let output = layer.outputs.first, let producer = producers[input],
        isReshape(network.layers[producer]),
        network.layers.filter({ $0.inputs.contains(output) }).allSatisfy(isReshape)
      else { continue }
      result.layers[index].operation = .identity
      result[output].shape = network[input].shape
    }
    return result
  }

  private static func isReshape(_ layer: Layer) -> Bool {
    if case .reshape = layer.operation { true } else { false }
  }
}
