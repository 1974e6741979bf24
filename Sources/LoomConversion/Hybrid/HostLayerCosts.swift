public import LoomBase
import LoomExecution
public import LoomNetwork

/// What the layers on the host multiply, counted as the layers of converted networks are.
public struct HostLayerCosts: Sendable, Hashable {
  /// The layers of the head that multiply, in order.
  public var head: [ANNLayerCost]
  /// Those of the tail.
  public var tail: [ANNLayerCost]

  /// Most samples looked at for the share of inputs that are not zero.
  private static let maximumSamples = 32

  /// Runs the whole network on some calibration samples and counts.
  ///
  /// Dense MACs: output elements × weights of one output (transposed convolution: input positions × weights);
  /// effective: × the share of the layer's input elements that are not zero, mean over at most 32 samples.
  /// - Throws: SL2001, SL2002, SL2201, SL2204 about input and samples, SL2035 if the network cannot be run.
  public init(
    _ split: HybridSplit, calibration: Samples, preprocessing: Preprocessing
  ) throws(DiagnosticsError) {
    let head = split.head?.layers.filter { $0.operation.multiplies } ?? []
    let tail = split.tail?.layers.filter { $0.operation.multiplies } ?? []
    let layers = head + tail
    let count = min(Self.maximumSamples, calibration.count)
    var meters = layers.map { LayerMeter($0) }
    let executor = FloatExecutor(split.whole)
    let observed = meters.flatMap { [$0.data, $0.weights, $0.output] }
    let fixed = split.whole[split.whole.inputs[0]].shape?.first ?? -1
    let size = fixed > 0 ? fixed : 8
    for start in stride(from: 0, to: layers.isEmpty ? 0 : count, by: size) {
      // A fixed batch is filled up from the beginning.
      let picks = (0..<(fixed > 0 ? fixed : min(size, count - start))).map { (start + $0) % count }
      let input = try SamplePreparation.tensor(
        calibration.selecting(picks), range: 0..<picks.count, network: split.whole,
        preprocessing: preprocessing)
      let values = try HybridSplit.run { () throws(ExecutionError) in
        try executor.run([input], observing: observed).observed
      }
      for index in meters.indices {
        meters[index].note(
          data: values[index * 3], weights: values[index * 3 + 1], output: values[index * 3 + 2],
          samples: picks.count)
      }
    }
    let costs = meters.map(\.cost)
    self.head = Array(costs.prefix(head.count))
    self.tail = Array(costs.dropFirst(head.count))
  }

  /// Dense MACs of one sample at the head.
  public var headMacs: Int { head.reduce(0) { $0 + $1.macs } }

  /// Dense MACs of one sample at the tail.
  public var tailMacs: Int { tail.reduce(0) { $0 + $1.macs } }
}

/// The cost of one layer, from the tensors it was seen with.
private struct LayerMeter {
  let data: ValueID
  let weights: ValueID
  let output: ValueID
  private let layer: Layer
  private var shape: ANNLayerCost
  private var nonzero = 0
  private var seen = 0

  init(_ layer: Layer) {
    self.layer = layer
    let isQuantized =
      switch layer.operation {
      case .quantizedConvolution, .quantizedMatMul: true
      default: false
      }
    // Every operation that multiplies has its data first and its weights second (quantised: fourth).
    let position = isQuantized ? 3 : 1
    output = layer.outputs.first ?? ValueID(0)
    data = (layer.inputs.first ?? nil) ?? output
    weights =
      (position < layer.inputs.count ? layer.inputs[position] : nil) ?? data
    shape = ANNLayerCost(
      name: layer.name, macs: 0, effectiveMacs: 0, inputElements: 0, outputElements: 0, weights: 0,
      kernelElements: 1)
  }

  /// Takes in the tensors of a batch.
  mutating func note(data: Tensor, weights: Tensor, output: Tensor, samples: Int) {
    shape.inputElements = data.count / samples
    shape.outputElements = output.count / samples
    shape.weights = weights.count
    switch layer.operation {
    case .convolution, .quantizedConvolution:
      shape.kernelElements = weights.shape.dropFirst(2).reduce(1, *)
      shape.macs = shape.outputElements * weights.count / max(1, weights.shape.first ?? 1)
    case .transposedConvolution:
      shape.kernelElements = weights.shape.dropFirst(2).reduce(1, *)
      shape.macs = data.shape.dropFirst(2).reduce(1, *) * weights.count
    case .gemm(_, _, let transposeA, _):
      shape.macs =
        shape.outputElements * (data.shape.count == 2 ? data.shape[transposeA ? 0 : 1] : 0)
    default: shape.macs = shape.outputElements * (data.shape.last ?? 0)
    }
    nonzero += data.floats.reduce(0) { $1 != 0 ? $0 + 1 : $0 }
    seen += data.count
  }

  /// The cost, with the mean share of inputs that are not zero.
  var cost: ANNLayerCost {
    var cost = shape
    cost.effectiveMacs = Double(cost.macs) * Double(nonzero) / Double(max(1, seen))
    return cost
  }
}
