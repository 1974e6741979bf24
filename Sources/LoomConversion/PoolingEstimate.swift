import LoomBase
import LoomNetwork

/// The cost of the two forms of an average pooling, at equal spike rates of source and pooled neurons.
///
/// Composed, every source spike meets the synapses of all next-layer windows its pool reaches; as
/// neurons, it meets one synapse and the (fewer) pooled neurons meet the next layer's. Composition is
/// exact and one step shorter, so it is preferred while it costs at most half as much again, or adds at most 5 %
/// of the network's dense operations, and the fan-in stays within a chip's reach.
struct PoolingEstimate {
  /// Whether pooling should be folded into the next linear map.
  private(set) var prefersComposition: Bool
  /// Why, with numbers.
  private(set) var reason: String

  /// Estimates one pooling from what reads it; `known` dense operations come before it.
  ///
  /// - Parameter limit: the largest fan-in of a composed map.
  init(_ network: Network, _ layer: Layer, _ map: LinearMap, known: Int, limit: Int) {
    let poolSize = max(1, map.entryBound / max(1, map.target.count))
    let reader = Self.reader(network, layer)
    let positions = map.target.positions
    let source = Double(map.source.count)
    let overlap = Double(map.entryBound) / source
    var composed = source * overlap
    var separate = source * overlap
    var fanIn = poolSize
    if let reader {
      // A reader that strides or covers the map is estimated by its own synapses for each element.
      let perElement = reader.synapses(positions: positions)
      let area = reader.composedKernel(pool: poolSize, overlap: overlap)
      composed =
        source
        * reader.fanOut(
          kernel: area, poolStride: Double(poolSize) / overlap, positions: positions)
      separate += Double(map.target.count) * perElement
      fanIn = reader.inputChannels * area
      if reader.isDense { fanIn = map.source.count }
    }
    let total = Double(max(known, Self.denseOperations(network)))
    let extra = composed - separate
    prefersComposition =
      fanIn <= limit && (composed <= 1.5 * separate || extra <= 0.05 * total)
    reason =
      "\(Int(composed)) against \(Int(separate)) synapses, "
      + "fan-in \(fanIn) of at most \(limit)"
  }

  /// The next layer that multiplies, looking through layers that only rename or pass on.
  private static func reader(_ network: Network, _ layer: Layer) -> Reader? {
    var value = layer.outputs.first
    for _ in 0..<16 {
      guard let current = value,
        let next = network.layers.first(where: { $0.inputs.contains(current) })
      else { return nil }
      switch next.operation {
      case .convolution(let window, let groups):
        guard next.inputs.count > 1, let id = next.inputs[1],
          let weights = network.constants[id]?.shape, weights.count >= 3
        else { return nil }
        return Reader(
          isDense: false, outputs: weights[0] / max(1, groups), inputChannels: weights[1],
          kernel: weights.dropFirst(2).reduce(1, *),
          strides: max(1, window.strides.reduce(1, *)))
      case .gemm, .matMul:
        guard next.inputs.count > 1, let id = next.inputs[1],
          let weights = network.constants[id]
        else { return nil }
        let known = next.outputs.first.flatMap { network[$0].shape?.last } ?? 0
        let outputs = known > 0 ? known : weights.shape.min() ?? 1
        return Reader(isDense: true, outputs: outputs, inputChannels: 1, kernel: 1, strides: 1)
      case .flatten, .reshape, .squeeze, .unsqueeze, .identity, .dropout, .transpose,
        .batchNormalization:
        value = next.outputs.first
      default: return nil
      }
    }
    return nil
  }

  /// A rough number of multiplications of the whole network, for the scale of a difference.
  private static func denseOperations(_ network: Network) -> Int {
    var total = 0
    for layer in network.layers {
      guard layer.inputs.count > 1, let id = layer.inputs[1],
        let weights = network.constants[id]?.shape
      else { continue }
      switch layer.operation {
      case .convolution:
        let positions =
          layer.outputs.first.flatMap { network[$0].shape }?.dropFirst(2)
          .reduce(1) { $0 * max(1, $1) } ?? 1
        total += weights.reduce(1, *) * positions
      case .gemm, .matMul: total += weights.reduce(1, *)
      default: break
      }
    }
    return total
  }
}

/// The layer behind a pooling.
private struct Reader {
  var isDense: Bool
  /// Outputs each input channel reaches (of its group).
  var outputs: Int
  /// Input channels of a group.
  var inputChannels: Int
  var kernel: Int
  var strides: Int

  /// Synapses from each pooled element.
  func synapses(positions: Int) -> Double {
    isDense ? Double(outputs) : Double(outputs * min(kernel, positions)) / Double(strides)
  }

  /// The kernel area over the unpooled map.
  func composedKernel(pool: Int, overlap: Double) -> Int {
    if isDense { return pool }
    let step = (Double(pool) / overlap).squareRoot()
    let side = Double(kernel).squareRoot()
    let joined = (side - 1) * step + Double(pool).squareRoot()
    return Int((joined * joined).rounded())
  }

  /// Synapses from each unpooled element; `poolStride` is the area a pool advances by.
  func fanOut(kernel area: Int, poolStride: Double, positions: Int) -> Double {
    if isDense || positions == 1 { return Double(outputs) }
    return Double(outputs * area) / (poolStride * Double(strides))
  }
}
