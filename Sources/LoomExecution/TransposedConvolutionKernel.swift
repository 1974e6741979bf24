import LoomNetwork

/// Transposed convolutions: the adjoint of a convolution, by matrix product and folding.
enum TransposedConvolutionKernel {
  static func evaluate(
    _ window: Window, groups: Int, outputPadding: [Int], outputShape: [Int], _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    let weights = try operands.required(1)
    let shape = try shape(
      window, groups: groups, outputPadding: outputPadding, outputShape: outputShape,
      input: input.shape, weights: weights.shape)
    try operands.allow(shape.output)
    let (groupInputs, groupOutputs) = (input.shape[1] / groups, weights.shape[1])
    let positions = shape.axes.reduce(1) { $0 * $1.output }
    let kernel = shape.axes.reduce(1) { $0 * $1.kernel }
    try operands.allow([groupOutputs, kernel, positions])
    let bias = try ConvolutionKernel.biases(
      operands.optional(2), count: groupOutputs * groups, operands)
    let source = try operands.floats(0)
    let matrix = try operands.floats(1)
    let outputMap = shape.axes.reduce(1) { $0 * $1.input }
    var result = [Float](repeating: 0, count: try ShapeArithmetic.count(shape.output))
    if let bias {
      for index in result.indices { result[index] = bias[index / outputMap % bias.count] }
    }
    let rows = groupOutputs * kernel
    for group in 0..<groups {
      let from = group * groupInputs * rows
      let left = DenseMatrix.transposed(
        Array(matrix[from..<(from + groupInputs * rows)]), rows: groupInputs, columns: rows)
      for sample in 0..<input.shape[0] {
        let start = (sample * groups + group) * groupInputs * positions
        let right = Array(source[start..<(start + groupInputs * positions)])
        let columns = DenseMatrix.product(
          left, right, rows: rows, columns: positions, inner: groupInputs)
        Unfolding.fold(
          shape.axes, channels: groupOutputs, columns, into: &result,
          at: (sample * groups + group) * groupOutputs * outputMap)
      }
    }
    return Tensor(shape.output, input.type, floats: result)
  }

  /// The window axes and the shape of the result.
  static func shape(
    _ window: Window, groups: Int, outputPadding: [Int], outputShape: [Int], input: [Int],
    weights: [Int]
  ) throws(ExecutionError) -> (axes: [WindowAxis], output: [Int]) {
    guard input.count >= 3, weights.count == input.count, groups >= 1, weights[0] == input[1],
      input[1] % groups == 0
    else {
      throw .invalid("needs input and weights that fit \(groups) groups, has \(input), \(weights)")
    }
    let spatial = Array(outputShape.suffix(input.count - 2))
    let axes = try TransposedWindow.axes(
      window, kernel: Array(weights[2...]), input: Array(input[2...]),
      outputPadding: outputPadding, outputShape: spatial)
    let (channels, overflow) = weights[1].multipliedReportingOverflow(by: groups)
    guard !overflow else { throw .invalid("needs countable channels, has \(weights)") }
    return (
      try WindowGeometry.threeAxes(axes), [input[0], channels] + axes.map(\.input)
    )
  }
}

/// Small conveniences around dense row-major matrices.
enum DenseMatrix {
  /// The transpose of a rows×columns matrix.
  static func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    guard rows > 1, columns > 1 else { return matrix }
    return StridedView(base: 0, shape: [columns, rows], strides: [1, columns])
      .apply(matrix, fill: 0)
  }

  /// The product of two matrices held in arrays.
  static func product(
    _ left: [Float], _ right: [Float], rows: Int, columns: Int, inner: Int, start: [Float]? = nil
  ) -> [Float] {
    var result = start ?? [Float](repeating: 0, count: rows * columns)
    unsafe left.withUnsafeBufferPointer { a in
      unsafe right.withUnsafeBufferPointer { b in
        unsafe result.withUnsafeMutableBufferPointer { c in
          unsafe MatrixProduct.multiply(
            rows: rows, columns: columns, inner: inner, a, b, into: c,
            accumulating: start != nil)
        }
      }
    }
    return result
  }
}
