public import LoomNetwork

/// Evaluates single layers on tensors: the semantics of every operation in one place.
///
/// Element types are kept (float16 and bfloat16 values are held as float32); splats stay unexpanded
/// where the result is one too. Sums run in a fixed order on one thread.
public enum LayerEvaluator {
  /// The most elements a dense result may have unless told otherwise (1 GiB of float32).
  public static let defaultElementLimit = 1 << 28

  /// Evaluates a layer; throws if its inputs do not fit the operation.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each input; nil where an optional one is left out.
  ///   - outputCount: the number of results wanted (Split, optional outputs).
  ///   - elementLimit: the most elements a dense result may have.
  public static func evaluate(
    _ operation: Operation, inputs: [Tensor?], outputCount: Int,
    elementLimit: Int = defaultElementLimit
  ) throws(ExecutionError) -> [Tensor] {
    let operands = Operands(
      inputs: inputs, outputCount: outputCount, elementLimit: elementLimit)
    for input in inputs {
      guard let input else { continue }
      _ = try ShapeArithmetic.count(input.shape)
    }
    switch operation {
    case .maxPool(let window, let ceiling, let order):
      return try PoolingKernel.maximum(
        window, ceiling: ceiling, storageOrder: order, operands)
    case .split(let axis): return try MovementKernel.split(axis: axis, operands)
    case .dropout:
      let input = try operands.required(0)
      return [input, Tensor(input.shape, .boolean, .splat(1))]
    case .unsupported(let reason): throw .unsupported(reason)
    default: return [try numeric(operation, operands)]
    }
  }

  /// Evaluates a layer of a network by its operation.
  public static func evaluate(
    _ layer: Layer, inputs: [Tensor?], outputCount: Int
  ) throws(ExecutionError) -> [Tensor] {
    do {
      return try evaluate(layer.operation, inputs: inputs, outputCount: outputCount)
    } catch {
      var named = error
      named.layer = layer.name
      throw named
    }
  }

  /// Operations that compute with weights or windows.
  private static func numeric(
    _ operation: Operation, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    switch operation {
    case .convolution(let window, let groups):
      try ConvolutionKernel.evaluate(window, groups: groups, operands)
    case .transposedConvolution(let window, let groups, let padding, let shape):
      try TransposedConvolutionKernel.evaluate(
        window, groups: groups, outputPadding: padding, outputShape: shape, operands)
    case .gemm(let alpha, let beta, let transposeA, let transposeB):
      try MatrixKernel.gemm(
        alpha: alpha, beta: beta, transposeA: transposeA, transposeB: transposeB, operands)
    case .matMul: try MatrixKernel.matMul(operands)
    case .batchNormalization(let epsilon):
      try NormalizationKernel.batch(epsilon: epsilon, operands)
    case .instanceNormalization(let epsilon):
      try NormalizationKernel.instance(epsilon: epsilon, operands)
    case .localResponseNormalization(let size, let alpha, let beta, let bias):
      try NormalizationKernel.localResponse(
        size: size, alpha: alpha, beta: beta, bias: bias, operands)
    case .softmax(let axis, let flattened):
      try NormalizationKernel.softmax(
        axis: axis, flattened: flattened, logarithmic: false, operands)
    case .logSoftmax(let axis, let flattened):
      try NormalizationKernel.softmax(
        axis: axis, flattened: flattened, logarithmic: true, operands)
    case .averagePool(let window, let ceiling, let countPads):
      try PoolingKernel.average(window, ceiling: ceiling, countPads: countPads, operands)
    case .globalAveragePool: try PoolingKernel.global(maximum: false, operands)
    case .globalMaxPool: try PoolingKernel.global(maximum: true, operands)
    case .reduce(let reduction, let keep, let noop):
      try ReductionKernel.evaluate(
        reduction, keepDimensions: keep, noopWithEmptyAxes: noop, operands)
    case .argMax(let axis, let keep, let last):
      try ReductionKernel.argMax(
        axis: axis, keepDimensions: keep, selectLast: last, operands)
    default: try elementWise(operation, operands)
    }
  }

  /// Operations on element after element, and quantised ones.
  private static func elementWise(
    _ operation: Operation, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    switch operation {
    case .unary(let function): try UnaryKernel.evaluate(function, operands)
    case .parametric(let function): try ParametricKernel.evaluate(function, operands)
    case .binary(let function): try BinaryKernel.evaluate(function, operands)
    case .prelu: try prelu(operands)
    case .clip: try clip(operands)
    case .cast(let type): try CastKernel.cast(operands.required(0), to: type)
    case .select: try GatherKernel.select(operands)
    case .quantizeLinear(let axis, let blockSize, let type):
      try QuantizationKernel.quantize(
        axis: axis, blockSize: blockSize, outputType: type, operands)
    case .dequantizeLinear(let axis, let blockSize):
      try QuantizationKernel.dequantize(axis: axis, blockSize: blockSize, operands)
    case .integerMatMul: try QuantizationKernel.integerMatMul(operands)
    case .quantizedMatMul: try QuantizationKernel.matMul(operands)
    case .quantizedConvolution(let window, let groups):
      try QuantizationKernel.convolution(window, groups: groups, operands)
    default: try movement(operation, operands)
    }
  }

  /// Operations that move elements.
  private static func movement(
    _ operation: Operation, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    switch operation {
    case .transpose(let permutation): try MovementKernel.transpose(permutation, operands)
    case .slice: try MovementKernel.slice(operands)
    case .concat(let axis): try MovementKernel.concat(axis: axis, operands)
    case .expand: try MovementKernel.expand(operands)
    case .tile: try MovementKernel.tile(operands)
    case .pad(let mode): try MovementKernel.pad(mode, operands)
    case .gather(let axis): try GatherKernel.gather(axis: axis, operands)
    case .gatherElements(let axis): try GatherKernel.gatherElements(axis: axis, operands)
    case .depthToSpace(let block, let columnRowDepth):
      try GatherKernel.depthToSpace(block, columnRowDepth: columnRowDepth, operands)
    case .spaceToDepth(let block): try GatherKernel.spaceToDepth(block, operands)
    case .resize(let mode): try ResizeKernel.evaluate(mode, operands)
    default: try shaping(operation, operands)
    }
  }

  /// Operations that change or report shapes, and tensors made from nothing.
  private static func shaping(
    _ operation: Operation, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    switch operation {
    case .identity: return try operands.required(0)
    case .constant(let tensor): return tensor
    case .constantOfShape(let value, let type):
      return try CastKernel.constantOfShape(value: value, type: type, operands)
    case .range: return try CastKernel.range(operands)
    case .shape(let start, let end):
      let shape = try operands.required(0).shape
      let part = shape[ShapeKernel.range(shape.count, start: start, end: end)]
      return Tensor(shape: [part.count], integers: part.map { Int64($0) })
    default:
      return try operands.reshaped(newShape(operation, operands))
    }
  }

  private static func newShape(
    _ operation: Operation, _ operands: Operands
  ) throws(ExecutionError) -> [Int] {
    let input = try operands.required(0).shape
    switch operation {
    case .flatten(let axis): return try ShapeKernel.flattened(input, axis: axis)
    case .reshape(let allowZero):
      guard let wanted = try operands.extents(1) else { throw .invalid("needs a shape") }
      return try ShapeKernel.reshaped(input, to: wanted, allowZero: allowZero)
    case .squeeze: return try ShapeKernel.squeezed(input, axes: operands.extents(1))
    case .unsqueeze:
      guard let axes = try operands.extents(1) else { throw .invalid("needs axes") }
      return try ShapeKernel.unsqueezed(input, axes: axes)
    default: throw .unsupported("needs an operator that is executed, has \(operation)")
    }
  }

  /// x where it is not negative, slope · x elsewhere; the slope broadcasts to x, also channel-first.
  private static func prelu(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    var slope = try operands.required(1)
    if slope.shape.count == 1, input.shape.count > 1, slope.shape[0] == input.shape[1],
      slope.shape[0] != input.shape[input.shape.count - 1]
    {
      // Before opset 7 a vector of slopes stood for the channels.
      let trailing = [Int](repeating: 1, count: input.shape.count - 2)
      slope = slope.reshaped(slope.shape + trailing)
    }
    let plan = try Broadcast(input.shape, slope.shape)
    guard plan.shape == input.shape else {
      throw .invalid("needs slopes that broadcast to \(input.shape), has \(slope.shape)")
    }
    let values = plan.apply(try operands.floats(0), try operands.floats(of: slope)) {
      $0 < 0 ? $0 * $1 : $0
    }
    return Tensor(input.shape, input.type, floats: values)
  }

  private static func clip(_ operands: Operands) throws(ExecutionError) -> Tensor {
    var result = try operands.required(0)
    if let low = operands.optional(1), try ShapeArithmetic.count(low.shape) == 1 {
      result = try BinaryKernel.combine(.maximum, result, low.reshaped([]), operands)
    }
    if let high = operands.optional(2), try ShapeArithmetic.count(high.shape) == 1 {
      result = try BinaryKernel.combine(.minimum, result, high.reshaped([]), operands)
    }
    return result
  }
}
