import LoomBase
import LoomNetwork

/// How the network's input tensor lies in a channel-first map.
struct InputPlan: Sendable {
  /// The correspondence.
  var layout: TensorLayout

  /// Finds the reading of a network's input, guided by what reads it and by the samples' shape.
  ///
  /// A Transpose right behind the input (Keras, tf2onnx) means channels last. A vector takes the
  /// samples' shape where that has as many elements.
  static func make(_ network: Network, samples: [Int]?) throws(DiagnosticsError) -> InputPlan {
    let data = network.inputs.filter { network.constants[$0] == nil }
    guard data.count == 1, network.inputs.count == 1 else {
      throw DiagnosticsError(.inputCount(network.inputs.map { network[$0].name }))
    }
    let name = network[data[0]].name
    let shape = network[data[0]].shape
    guard let shape, shape.count >= 2, shape.count <= 4,
      shape.dropFirst().allSatisfy({ $0 > 0 && $0 < 1 << 20 }),
      shape.dropFirst().reduce(1, { $0.multipliedReportingOverflow(by: $1).0 }) < 1 << 26
    else { throw DiagnosticsError(.inputShape(name, shape)) }
    let sample = Array(shape.dropFirst())
    return InputPlan(layout: layout(sample, readers(network, data[0]), samples).simplified())
  }

  /// The layers that read a value, also behind layers that keep its shape: what is in between says nothing
  /// of axes.
  private static func readers(_ network: Network, _ value: ValueID) -> [Layer] {
    var same: Set<ValueID> = [value]
    var result: [Layer] = []
    for layer in network.layers
    where layer.inputs.contains(where: { $0.map(same.contains) ?? false }) {
      result.append(layer)
      if layer.operation.passesLayout { same.formUnion(layer.outputs) }
    }
    return result
  }

  private static func layout(_ sample: [Int], _ readers: [Layer], _ samples: [Int]?)
    -> TensorLayout
  {
    let permutations = readers.compactMap { reader -> [Int]? in
      if case .transpose(let permutation) = reader.operation { permutation } else { nil }
    }
    switch sample.count {
    case 3:
      let isTransposed = permutations.contains([0, 3, 1, 2])
      let readsMap = readers.contains { $0.operation.readsChannelFirst }
      let looksLast = [1, 3, 4].contains(sample[2]) && ![1, 3, 4].contains(sample[0])
      if isTransposed || (looksLast && !readsMap) {
        return TensorLayout(
          shape: sample,
          map: MapShape(channels: sample[2], height: sample[0], width: sample[1]),
          order: .axes([1, 2, 0]))
      }
      return .standard(sample)
    case 2:
      if permutations.contains([0, 2, 1]) {
        return TensorLayout(
          shape: sample, map: MapShape(channels: sample[1], height: 1, width: sample[0]),
          order: .axes([2, 0]))
      }
      if readers.contains(where: { $0.operation.readsChannelFirst }) { return .standard(sample) }
      return TensorLayout(
        shape: sample, map: MapShape(channels: 1, height: sample[0], width: sample[1]),
        order: .axes([1, 2]))
    default: return vector(sample, samples)
    }
  }

  /// A vector input: an image's shape if the samples are images of as many elements.
  private static func vector(_ sample: [Int], _ samples: [Int]?) -> TensorLayout {
    guard let samples, samples.reduce(1, *) == sample[0] else { return .standard(sample) }
    let extents = samples.filter { $0 != 1 }
    let map: MapShape
    switch extents.count {
    case 2: map = MapShape(channels: 1, height: extents[0], width: extents[1])
    case 3:
      let isLast = [2, 3, 4].contains(extents[2]) && extents[0] > 4
      map =
        isLast
        ? MapShape(channels: extents[2], height: extents[0], width: extents[1])
        : MapShape(channels: extents[0], height: extents[1], width: extents[2])
    default: return .standard(sample)
    }
    return TensorLayout(shape: sample, map: map, order: .flat)
  }
}

extension LoomNetwork.Operation {
  /// Whether axes mean the same behind the layer as before it.
  fileprivate var passesLayout: Bool {
    switch self {
    case .identity, .dropout, .cast: true
    default: keepsShape
    }
  }

  /// Whether the layer reads axis 1 as channels.
  fileprivate var readsChannelFirst: Bool {
    switch self {
    case .convolution, .transposedConvolution, .averagePool, .maxPool, .globalAveragePool,
      .globalMaxPool, .batchNormalization, .depthToSpace, .spaceToDepth:
      true
    default: false
    }
  }
}
