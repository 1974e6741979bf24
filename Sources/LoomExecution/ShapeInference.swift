package import LoomNetwork

/// What is known of a value before the network runs.
package struct ValueFacts: Sendable {
  /// The shape, an unknown extent as -1; nil if unknown.
  package var shape: [Int]?
  /// The element type, if known.
  package var type: ElementType?
  /// The tensor, if it is constant.
  package var constant: Tensor?
  /// The elements of a short vector of integers as far as they are known.
  package var partial: [Int?]?

  /// Creates facts.
  package init(shape: [Int]? = nil, type: ElementType? = nil, constant: Tensor? = nil) {
    self.shape = shape ?? constant?.shape
    self.type = type ?? constant?.type
    self.constant = constant
  }

  /// The elements as extents, unknown ones as -1; nil if not even their number is known.
  package var extents: [Int]? {
    if let constant, !constant.type.isFloating, constant.count <= 1 << 16 {
      return constant.integers.map { Int(min(max($0, -0x4000_0000_0000), 0x4000_0000_0000)) }
    }
    return partial?.map { $0 ?? -1 }
  }

  /// The elements as extents if all of them are known.
  package var knownExtents: [Int]? {
    if let partial, partial.contains(where: { $0 == nil }) { return nil }
    return extents
  }
}

/// Works out shapes and element types without running anything; -1 stands for a free extent.
package enum ShapeInference {
  /// The facts about the outputs of a layer; throws if the inputs cannot fit.
  package static func infer(
    _ operation: Operation, _ inputs: [ValueFacts?], outputCount: Int
  ) throws(ExecutionError) -> [ValueFacts] {
    let type = TypeInference.outputType(operation, inputs)
    let shapes = try shapes(operation, Inputs(facts: inputs), outputCount)
    return (0..<outputCount).map { index in
      var facts = ValueFacts(shape: index < shapes.count ? shapes[index] : nil, type: type)
      if index == 1, let second = TypeInference.secondType(operation) { facts.type = second }
      return facts
    }
  }

  /// The inputs of a layer.
  struct Inputs {
    var facts: [ValueFacts?]

    subscript(index: Int) -> ValueFacts? { index < facts.count ? facts[index] : nil }
    func shape(_ index: Int) -> [Int]? { self[index]?.shape }
  }

  private static func shapes(
    _ operation: Operation, _ inputs: Inputs, _ count: Int
  ) throws(ExecutionError) -> [[Int]?] {
    switch operation {
    case .split(let axis): return try split(axis, inputs, count)
    case .maxPool(let window, let ceiling, _):
      let shape = try pool(window, ceiling, inputs)
      return [shape, shape]
    case .dropout: return [inputs.shape(0), inputs.shape(0)]
    case .unsupported: return []
    default: return [try windowed(operation, inputs)]
    }
  }

  private static func windowed(
    _ operation: Operation, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    switch operation {
    case .convolution(let window, let groups):
      try convolution(window, groups, inputs.shape(0), inputs.shape(1))
    case .quantizedConvolution(let window, let groups):
      try convolution(window, groups, inputs.shape(0), inputs.shape(3))
    case .transposedConvolution(let window, let groups, let padding, let shape):
      try transposed(window, groups, padding, shape, inputs)
    case .averagePool(let window, let ceiling, _): try pool(window, ceiling, inputs)
    case .globalAveragePool, .globalMaxPool:
      inputs.shape(0).map { shape in shape.indices.map { $0 < 2 ? shape[$0] : 1 } }
    case .gemm(_, _, let transposeA, let transposeB):
      try gemm(transposeA, transposeB, inputs)
    case .matMul, .integerMatMul: try product(inputs.shape(0), inputs.shape(1))
    case .quantizedMatMul: try product(inputs.shape(0), inputs.shape(3))
    default: try elementWise(operation, inputs)
    }
  }

  private static func elementWise(
    _ operation: Operation, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    switch operation {
    case .binary: return try broadcast(inputs.facts.map { $0?.shape })
    case .select: return try broadcast((0..<3).map { inputs.shape($0) })
    case .reduce(_, let keep, let noop): return try reduce(keep, noop, inputs)
    case .argMax(let axis, let keep, _):
      guard let shape = inputs.shape(0) else { return nil }
      let axes = [try ShapeArithmetic.axis(axis, rank: shape.count)]
      return ReductionKernel.shape(shape, axes: axes, keepDimensions: keep)
    case .shape(let start, let end):
      return inputs.shape(0).map {
        [ShapeKernel.range($0.count, start: start, end: end).count]
      }
    case .constant(let tensor): return tensor.shape
    case .constantOfShape: return try constantOfShape(inputs)
    case .range: return [-1]
    case .batchNormalization, .instanceNormalization, .unary, .parametric, .prelu, .clip, .cast,
      .identity, .softmax, .logSoftmax, .quantizeLinear, .dequantizeLinear,
      .localResponseNormalization:
      return inputs.shape(0)
    default: return try reshaping(operation, inputs)
    }
  }

  private static func constantOfShape(_ inputs: Inputs) throws(ExecutionError) -> [Int]? {
    guard let extents = inputs[0]?.extents else {
      // The rank is known even where the extents are not.
      guard let rank = inputs.shape(0)?.first, rank >= 0, rank <= 64 else { return nil }
      return [Int](repeating: -1, count: rank)
    }
    guard extents.allSatisfy({ $0 >= -1 }) else {
      throw .invalid("needs extents of at least 0, has \(extents)")
    }
    return extents
  }

  private static func broadcast(_ shapes: [[Int]?]) throws(ExecutionError) -> [Int]? {
    var result: [Int] = []
    for shape in shapes {
      guard let shape else { return nil }
      result = try ShapeArithmetic.broadcast(result, shape)
    }
    return result
  }

  private static func reduce(
    _ keep: Bool, _ noop: Bool, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    guard let shape = inputs.shape(0) else { return nil }
    if let named = inputs[1], named.knownExtents == nil {
      return keep ? [Int](repeating: -1, count: shape.count) : nil
    }
    let axes = try ReductionKernel.axes(
      inputs[1]?.knownExtents, rank: shape.count, noopWithEmptyAxes: noop)
    return ReductionKernel.shape(shape, axes: axes, keepDimensions: keep)
  }

  private static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    guard let a = inputs.shape(0), let b = inputs.shape(1) else { return nil }
    guard a.count == 2, b.count == 2 else {
      throw .invalid("needs two matrices, has \(a) and \(b)")
    }
    let (inner, depth) = (transposeA ? a[0] : a[1], transposeB ? b[1] : b[0])
    guard inner == depth || inner < 0 || depth < 0 else {
      throw .invalid("needs matrices that fit, has \(a) and \(b)")
    }
    return [transposeA ? a[1] : a[0], transposeB ? b[0] : b[1]]
  }

  private static func product(_ a: [Int]?, _ b: [Int]?) throws(ExecutionError) -> [Int]? {
    guard let a, let b else { return nil }
    return try MatrixKernel.stack(a, b).shape
  }

  // MARK: windows

  /// A spatial extent that stands for an unknown one while windows are checked.
  private static let stand = 1 << 24

  /// Works out spatial extents with unknown ones left unknown.
  private static func spatial(
    _ input: [Int], _ shape: ([Int]) throws(ExecutionError) -> [Int]
  ) throws(ExecutionError) -> [Int] {
    var filled = input
    for axis in filled.indices where filled[axis] == -1 { filled[axis] = axis < 2 ? 1 : stand }
    var result = try shape(filled)
    if input[0] == -1 { result[0] = -1 }
    for axis in input.indices.dropFirst(2) where input[axis] == -1 { result[axis] = -1 }
    return result
  }

  private static func convolution(
    _ window: Window, _ groups: Int, _ input: [Int]?, _ weights: [Int]?
  ) throws(ExecutionError) -> [Int]? {
    guard var input, let weights else { return nil }
    guard weights.count >= 3, !weights.contains(-1), input.count == weights.count else {
      if weights.contains(-1) { return nil }
      throw .invalid("needs input and weights of one rank of at least 3, has \(input), \(weights)")
    }
    if input[1] == -1 { input[1] = weights[1] &* max(1, groups) }
    return try spatial(input) { (filled) throws(ExecutionError) in
      try ConvolutionKernel.plan(window, groups: groups, input: filled, weights: weights)
        .outputShape
    }
  }

  private static func transposed(
    _ window: Window, _ groups: Int, _ padding: [Int], _ shape: [Int], _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    guard var input = inputs.shape(0), let weights = inputs.shape(1), !weights.contains(-1),
      input.count >= 3, weights.count == input.count
    else { return nil }
    if input[1] == -1 { input[1] = weights[0] }
    return try spatial(input) { (filled) throws(ExecutionError) in
      try TransposedConvolutionKernel.shape(
        window, groups: groups, outputPadding: padding, outputShape: shape, input: filled,
        weights: weights
      ).output
    }
  }

  private static func pool(
    _ window: Window, _ ceiling: Bool, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    guard let input = inputs.shape(0) else { return nil }
    guard input.count >= 3 else { throw .invalid("needs spatial axes, has shape \(input)") }
    var result = try spatial(input) { (filled) throws(ExecutionError) in
      try PoolingKernel.plan(window, ceiling: ceiling, input: filled).output
    }
    result[1] = input[1]
    return result
  }

  // MARK: parts

  private static func split(
    _ axis: Int, _ inputs: Inputs, _ count: Int
  ) throws(ExecutionError) -> [[Int]?] {
    guard let shape = inputs.shape(0) else { return [] }
    let place = try ShapeArithmetic.axis(axis, rank: shape.count)
    let open = shape[place] == -1 || (inputs[1] != nil && inputs[1]?.knownExtents == nil)
    let parts =
      open
      ? [Int](repeating: -1, count: count)
      : try SplitGeometry.parts(inputs[1]?.knownExtents, extent: shape[place], count: count)
    return parts.map { part in
      var result = shape
      result[place] = part
      return result
    }
  }
}
