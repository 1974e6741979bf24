import LoomNetwork

/// Operators of quantised networks.
enum QuantizationKernel {
  /// For each element the index of its scale: per tensor, per axis or per block.
  private static func scaleIndices(
    _ input: [Int], _ scale: [Int], axis: Int, blockSize: Int, _ operands: Operands
  ) throws(ExecutionError) -> (Int) -> Int {
    let entries = try ShapeArithmetic.count(scale)
    if scale.count <= 1 && entries == 1 { return { _ in 0 } }
    let place = try ShapeArithmetic.axis(axis, rank: input.count)
    let inner = try ShapeArithmetic.count(Array(input[(place + 1)...]))
    let extent = input[place]
    if scale.count == 1 {
      guard entries == extent, blockSize == 0 else {
        throw .invalid("needs \(extent) scales along axis \(place), has \(entries)")
      }
      return { $0 / inner % extent }
    }
    guard blockSize >= 1, scale.count == input.count,
      input.indices.allSatisfy({ axis in
        axis == place
          ? scale[axis] == (extent + blockSize - 1) / blockSize : scale[axis] == input[axis]
      })
    else { throw .invalid("needs scales for blocks of \(blockSize), has \(scale)") }
    let blocks = scale[place]
    return { flat in
      let column = flat % inner
      let position = flat / inner % extent
      let block = flat / inner / extent
      return (block * blocks + position / blockSize) * inner + column
    }
  }

  private static func zeroPoints(
    _ tensor: Tensor?, like scale: [Int], _ operands: Operands
  ) throws(ExecutionError) -> [Int64] {
    let count = try operands.allow(scale)
    guard let tensor else { return [Int64](repeating: 0, count: count) }
    let points = try operands.dense(tensor).integers
    guard points.count == count else {
      throw .invalid("needs \(count) zero points, has \(points.count)")
    }
    return points
  }

  static func quantize(
    axis: Int, blockSize: Int, outputType: ElementType?, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let (input, scale) = (try operands.required(0), try operands.required(1))
    let type = operands.optional(2)?.type ?? outputType ?? .uint8
    guard let range = IntegerWidth.range(type) else {
      throw .unsupported("needs an integer type to quantise to, has \(type)")
    }
    let index = try scaleIndices(
      input.shape, scale.shape, axis: axis, blockSize: blockSize, operands)
    let points = try zeroPoints(operands.optional(2), like: scale.shape, operands)
    let steps = try operands.floats(1)
    let values = try operands.floats(0)
    let result = values.indices.map { flat in
      let place = index(flat)
      return quantized(values[flat] / steps[place], points[place], range)
    }
    return Tensor(input.shape, type, .integers(result))
  }

  /// A ratio rounded to even, moved by the zero point and saturated.
  private static func quantized(
    _ ratio: Float, _ point: Int64, _ range: ClosedRange<Int64>
  ) -> Int64 {
    guard !ratio.isNaN else { return min(max(point, range.lowerBound), range.upperBound) }
    let clamped = min(max(ratio.rounded(.toNearestOrEven), -0x1p40), 0x1p40)
    return min(max(Int64(clamped) &+ point, range.lowerBound), range.upperBound)
  }

  static func dequantize(
    axis: Int, blockSize: Int, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let (input, scale) = (try operands.required(0), try operands.required(1))
    let index = try scaleIndices(
      input.shape, scale.shape, axis: axis, blockSize: blockSize, operands)
    let points = try zeroPoints(operands.optional(2), like: scale.shape, operands)
    let steps = try operands.floats(1)
    let values = try operands.dense(input).integers
    let result = values.indices.map { flat in
      let place = index(flat)
      return Float(values[flat] &- points[place]) * steps[place]
    }
    return Tensor(input.shape, scale.type, floats: result)
  }

  /// The integers of a tensor with its zero point taken off: one, or one for each row or column.
  private static func centered(
    _ tensor: Tensor, _ point: Tensor?, axisFromEnd: Int, _ operands: Operands
  ) throws(ExecutionError) -> [Int64] {
    var values = try operands.dense(tensor).integers
    guard let point else { return values }
    let points = try operands.dense(point).integers
    if points.count == 1 { return values.map { $0 &- points[0] } }
    let axis = tensor.shape.count - axisFromEnd
    guard axis >= 0, points.count == tensor.shape[axis] else {
      throw .invalid("needs one zero point or one for each channel, has \(points.count)")
    }
    let inner = try ShapeArithmetic.count(Array(tensor.shape[(axis + 1)...]))
    for flat in values.indices { values[flat] &-= points[flat / inner % points.count] }
    return values
  }

  static func integerMatMul(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let (a, b) = (try operands.required(0), try operands.required(1))
    let stack = try MatrixKernel.stack(a.shape, b.shape)
    try operands.allow(stack.shape)
    let left = try centered(a, operands.optional(2), axisFromEnd: 2, operands)
    let right = try centered(b, operands.optional(3), axisFromEnd: 1, operands)
    let sums = try MatrixKernel.exact(stack, left, right, 0) { $0 &+ $1 &* $2 }
    return Tensor(
      stack.shape, .int32, .integers(sums.map { IntegerWidth.wrapped($0, to: .int32) }))
  }

  /// Inputs a, scale, zero point, b, scale, zero point, scale of y, zero point of y.
  static func matMul(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let (a, b) = (try operands.required(0), try operands.required(3))
    let stack = try MatrixKernel.stack(a.shape, b.shape)
    try operands.allow(stack.shape)
    let left = try centered(a, operands.required(2), axisFromEnd: 2, operands)
    let right = try centered(b, operands.required(5), axisFromEnd: 1, operands)
    let sums = try MatrixKernel.exact(stack, left, right, 0) { $0 &+ $1 &* $2 }
    let columns = stack.columns
    return try requantized(
      sums, stack.shape, operands, scales: (1, 4),
      channel: { max(1, columns) == 0 ? 0 : $0 % max(1, columns) })
  }

  /// Inputs x, scale, zero point, w, scale, zero point, scale of y, zero point of y, bias.
  static func convolution(
    _ window: Window, groups: Int, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let (x, w) = (try operands.required(0), try operands.required(3))
    let plan = try ConvolutionKernel.plan(
      window, groups: groups, input: x.shape, weights: w.shape)
    try operands.allow(plan.outputShape)
    let input = try centered(x, operands.required(2), axisFromEnd: x.shape.count - 1, operands)
    let weights = try centered(w, operands.required(5), axisFromEnd: w.shape.count, operands)
    let channels = plan.groups * plan.groupOutputs
    var bias = [Int64](repeating: 0, count: channels)
    if let given = operands.optional(8) { bias = try operands.dense(given).integers }
    guard bias.count == channels else { throw .invalid("needs \(channels) biases") }
    let sums = exactSums(plan, input, weights, bias)
    let positions = max(1, plan.outputPositions)
    return try requantized(
      sums, plan.outputShape, operands, scales: (1, 4),
      channel: { $0 / positions % max(1, channels) })
  }

  /// The convolution in integers, element by element.
  private static func exactSums(
    _ plan: ConvolutionKernel.Plan, _ input: [Int64], _ weights: [Int64], _ bias: [Int64]
  ) -> [Int64] {
    let (d, h, v) = (plan.axes[0], plan.axes[1], plan.axes[2])
    let channels = plan.groups * plan.groupOutputs
    var result: [Int64] = []
    for flat in 0..<(plan.batch * channels * plan.outputPositions) {
      let position = flat % plan.outputPositions
      let channel = flat / plan.outputPositions % channels
      let sample = flat / plan.outputPositions / channels
      let (plane, row, column) = (
        position / v.output / h.output, position / v.output % h.output, position % v.output
      )
      var sum = bias[channel]
      for depth in 0..<plan.groupInputs {
        let source = channel / plan.groupOutputs * plan.groupInputs + depth
        let map = (sample * plan.groups * plan.groupInputs + source) * plan.inputPositions
        let kernel = (channel * plan.groupInputs + depth) * plan.kernelPositions
        for i in d.kernelRange(at: plane) {
          for j in h.kernelRange(at: row) {
            for k in v.kernelRange(at: column) {
              let z = plane * d.stride - d.begin + i * d.dilation
              let y = row * h.stride - h.begin + j * h.dilation
              let x = column * v.stride - v.begin + k * v.dilation
              sum &+=
                input[map + (z * h.input + y) * v.input + x]
                &* weights[kernel + (i * h.kernel + j) * v.kernel + k]
            }
          }
        }
      }
      result.append(sum)
    }
    return result
  }

  /// Integer sums scaled to the output's step, rounded to even and saturated.
  private static func requantized(
    _ sums: [Int64], _ shape: [Int], _ operands: Operands, scales: (Int, Int),
    channel: (Int) -> Int
  ) throws(ExecutionError) -> Tensor {
    let first = try operands.floats(scales.0)
    let second = try operands.floats(scales.1)
    let step = try operands.floats(6)
    let point = try operands.dense(operands.required(7))
    guard first.count == 1, step.count == 1, let zero = point.integers.first,
      point.integers.count == 1, let range = IntegerWidth.range(point.type)
    else { throw .unsupported("needs one scale and zero point for input and output") }
    var result: [Int64] = []
    result.reserveCapacity(sums.count)
    for (flat, sum) in sums.enumerated() {
      let place = second.count == 1 ? 0 : channel(flat)
      guard place < second.count else { throw .invalid("needs a scale for each channel") }
      let factor = Double(first[0]) * Double(second[place]) / Double(step[0])
      let value = (Double(sum) * factor).rounded(.toNearestOrEven)
      let clamped = value.isNaN ? 0 : min(max(value, -0x1p40), 0x1p40)
      result.append(min(max(Int64(clamped) &+ zero, range.lowerBound), range.upperBound))
    }
    return Tensor(shape, point.type, .integers(result))
  }
}
