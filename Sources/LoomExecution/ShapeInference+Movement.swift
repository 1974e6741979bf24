import LoomNetwork

extension ShapeInference {
  /// Shapes of the operators that move elements or change only the shape.
  static func reshaping(
    _ operation: Operation, _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    guard let input = inputs.shape(0) else { return nil }
    switch operation {
    case .flatten(let axis): return try ShapeKernel.flattened(input, axis: axis)
    case .reshape(let allowZero):
      guard let wanted = inputs[1]?.extents else { return openRank(inputs.shape(1)) }
      return try reshape(input, wanted, inputs[1]?.knownExtents == nil, allowZero)
    case .squeeze:
      if inputs[1] != nil, inputs[1]?.knownExtents == nil { return nil }
      if inputs[1] == nil, input.contains(-1) { return nil }
      return try ShapeKernel.squeezed(input, axes: inputs[1]?.knownExtents)
    case .unsqueeze:
      guard let axes = inputs[1]?.knownExtents else { return nil }
      return try ShapeKernel.unsqueezed(input, axes: axes)
    case .transpose(let permutation):
      return try ShapeKernel.permutation(permutation, rank: input.count).map { input[$0] }
    case .concat(let axis): return try concat(axis, inputs)
    case .slice: return try slice(input, inputs)
    case .pad: return try pad(input, inputs)
    default: return try picking(operation, input, inputs)
    }
  }

  private static func picking(
    _ operation: Operation, _ input: [Int], _ inputs: Inputs
  ) throws(ExecutionError) -> [Int]? {
    switch operation {
    case .gather(let axis):
      guard let indices = inputs.shape(1) else { return nil }
      let place = try ShapeArithmetic.axis(axis, rank: input.count)
      return Array(input[..<place]) + indices + Array(input[(place + 1)...])
    case .gatherElements: return inputs.shape(1)
    case .expand:
      guard let wanted = inputs[1]?.extents else { return nil }
      return try ShapeArithmetic.broadcast(input, wanted)
    case .tile:
      guard let repeats = inputs[1]?.knownExtents else { return openRank([input.count]) }
      guard repeats.count == input.count, repeats.allSatisfy({ $0 >= 0 && $0 <= 1 << 30 }),
        input.allSatisfy({ $0 <= 1 << 30 })
      else { throw .invalid("needs \(input.count) repeats of at least 0, has \(repeats)") }
      return zip(input, repeats).map { $0 == -1 ? -1 : $0 * $1 }
    case .resize: return try resize(input, inputs)
    case .depthToSpace(let block, _): return try blocks(input, block, toSpace: true)
    case .spaceToDepth(let block): return try blocks(input, block, toSpace: false)
    default: return nil
    }
  }

  /// Unknown extents of a known rank, from the shape of a vector of extents.
  private static func openRank(_ shape: [Int]?) -> [Int]? {
    guard let rank = shape?.first, rank >= 0, rank <= 64 else { return nil }
    return [Int](repeating: -1, count: rank)
  }

  private static func reshape(
    _ input: [Int], _ wanted: [Int], _ isPartial: Bool, _ allowZero: Bool
  ) throws(ExecutionError) -> [Int]? {
    // An unknown extent in the wanted shape is not the -1 that asks for the rest.
    if isPartial {
      return wanted.enumerated().map { axis, extent in
        extent == 0 && !allowZero && axis < input.count ? input[axis] : max(-1, extent)
      }
    }
    return try ShapeKernel.reshaped(input, to: wanted, allowZero: allowZero)
  }

  private static func concat(_ axis: Int, _ inputs: Inputs) throws(ExecutionError) -> [Int]? {
    var result: [Int]?
    for facts in inputs.facts {
      guard let shape = facts?.shape else { return nil }
      guard var sum = result else {
        result = shape
        continue
      }
      guard sum.count == shape.count else {
        throw .invalid("needs inputs of one rank, has \(sum) and \(shape)")
      }
      let place = try ShapeArithmetic.axis(axis, rank: shape.count)
      for other in shape.indices where other != place {
        if sum[other] == -1 { sum[other] = shape[other] }
        guard shape[other] == sum[other] || shape[other] == -1 else {
          throw .invalid("needs inputs equal but for axis \(place), has \(sum) and \(shape)")
        }
      }
      let (total, overflow) = sum[place].addingReportingOverflow(shape[place])
      guard !overflow else { throw .invalid("needs countable extents, has \(shape)") }
      sum[place] = sum[place] == -1 || shape[place] == -1 ? -1 : total
      result = sum
    }
    if let result { _ = try ShapeArithmetic.axis(axis, rank: result.count) }
    return result
  }

  private static func slice(_ input: [Int], _ inputs: Inputs) throws(ExecutionError) -> [Int]? {
    let rest = [inputs[3], inputs[4]].compactMap { $0 }
    guard let starts = inputs[1]?.knownExtents, let ends = inputs[2]?.knownExtents,
      rest.allSatisfy({ $0.knownExtents != nil })
    else { return [Int](repeating: -1, count: input.count) }
    let cuts = try SliceAxis.axes(
      starts: starts, ends: ends, axes: inputs[3]?.knownExtents, steps: inputs[4]?.knownExtents,
      rank: input.count)
    var result = input
    for cut in cuts where input[cut.axis] != -1 {
      result[cut.axis] = try SliceAxis(
        start: cut.start, end: cut.end, step: cut.step, extent: input[cut.axis]
      ).count
    }
    return result
  }

  private static func pad(_ input: [Int], _ inputs: Inputs) throws(ExecutionError) -> [Int]? {
    let axes = inputs[3]
    guard let pads = inputs[1]?.knownExtents, axes == nil || axes?.knownExtents != nil else {
      return [Int](repeating: -1, count: input.count)
    }
    let amounts = try PadGeometry.amounts(pads, axes: axes?.knownExtents, rank: input.count)
    return try input.indices.map { (axis) throws(ExecutionError) -> Int in
      let (begin, end) = amounts[axis]
      if input[axis] == -1 { return -1 }
      let (sum, overflow) = input[axis].addingReportingOverflow(begin + end)
      guard !overflow, sum >= 0 else {
        throw .invalid("needs pads that leave the input, has \(pads)")
      }
      return sum
    }
  }

  private static func resize(_ input: [Int], _ inputs: Inputs) throws(ExecutionError) -> [Int]? {
    let open = [Int](repeating: -1, count: input.count)
    if let sizes = inputs[3] {
      guard let extents = sizes.extents else { return open }
      return extents.count == input.count ? extents : open
    }
    guard let scales = inputs[2]?.constant, scales.count <= 64 else { return open }
    return try ResizeKernel.geometry(input: input, scales: scales.floats, sizes: nil).shape
  }

  private static func blocks(
    _ input: [Int], _ block: Int, toSpace: Bool
  ) throws(ExecutionError) -> [Int]? {
    guard input.count == 4, block >= 1, block <= 1 << 20, input.allSatisfy({ $0 <= 1 << 40 })
    else { throw .invalid("needs N×C×H×W and a plausible block, has \(input)") }
    func scaled(_ extent: Int, up: Bool, by factor: Int) -> Int {
      extent == -1 ? -1 : (up ? extent &* factor : extent / factor)
    }
    return [
      input[0], scaled(input[1], up: !toSpace, by: block * block),
      scaled(input[2], up: toSpace, by: block), scaled(input[3], up: toSpace, by: block),
    ]
  }
}

/// The element types of results.
enum TypeInference {
  /// The type of a layer's first output, if it can be told.
  static func outputType(_ operation: Operation, _ inputs: [ValueFacts?]) -> ElementType? {
    func input(_ index: Int) -> ElementType? {
      index < inputs.count ? inputs[index]?.type : nil
    }
    switch operation {
    case .binary(let function):
      switch function {
      case .equal, .greater, .less, .greaterOrEqual, .lessOrEqual, .and, .or, .xor:
        return .boolean
      default: return input(0)
      }
    case .shape, .argMax: return .int64
    case .cast(let type): return type
    case .constant(let tensor): return tensor.type
    case .constantOfShape(_, let type): return type
    case .quantizeLinear(_, _, let type): return input(2) ?? type ?? .uint8
    case .dequantizeLinear: return input(1)
    case .integerMatMul: return .int32
    case .quantizedConvolution, .quantizedMatMul: return input(7)
    case .select: return input(1)
    case .unsupported: return nil
    default: return input(0)
    }
  }

  /// The type of a layer's second output, if it can be told.
  static func secondType(_ operation: Operation) -> ElementType? {
    switch operation {
    case .maxPool: .int64
    case .dropout: .boolean
    default: nil
    }
  }
}
