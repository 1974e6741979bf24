import LoomNetwork

/// Products of matrices and stacks of matrices.
enum MatrixKernel {
  static func gemm(
    alpha: Float, beta: Float, transposeA: Bool, transposeB: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let (a, b) = (try operands.required(0), try operands.required(1))
    guard a.shape.count == 2, b.shape.count == 2 else {
      throw .invalid("needs two matrices, has \(a.shape) and \(b.shape)")
    }
    let (rows, inner) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (depth, columns) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    guard depth == inner else {
      throw .invalid("needs matrices that fit, has \(a.shape) and \(b.shape)")
    }
    let shape = [rows, columns]
    try operands.allow(shape)
    if a.type == .float64 || !a.type.isFloating {
      return try exactGemm(alpha, beta, transposeA, transposeB, operands, shape, inner)
    }
    let left = DenseMatrix.maybeTransposed(try operands.floats(0), a.shape, transposeA)
    var result = try product(left, b, transposeB, rows, columns, inner, operands)
    if alpha != 1 { result = result.map { alpha * $0 } }
    let tensor = Tensor(shape, a.type, .floats(result))
    guard let c = operands.optional(2), beta != 0 else { return tensor }
    let scaled =
      beta == 1
      ? c
      : try BinaryKernel.combine(.multiply, c, Tensor([], c.type, .splat(Double(beta))), operands)
    return try added(tensor, scaled, operands)
  }

  private static func added(
    _ tensor: Tensor, _ c: Tensor, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let sum = try BinaryKernel.combine(.add, tensor, c, operands)
    guard sum.shape == tensor.shape else {
      throw .invalid("needs C that broadcasts to \(tensor.shape), has \(c.shape)")
    }
    return sum
  }

  /// A · B with B as the operand gives it, transposed or not, expanded or not.
  private static func product(
    _ left: [Float], _ b: Tensor, _ transposeB: Bool, _ rows: Int, _ columns: Int, _ inner: Int,
    _ operands: Operands
  ) throws(ExecutionError) -> [Float] {
    if let value = b.splatValue {
      // All columns are the same one.
      let column = [Float](repeating: Float(value), count: inner)
      let sums = DenseMatrix.product(left, column, rows: rows, columns: 1, inner: inner)
      return sums.flatMap { [Float](repeating: $0, count: columns) }
    }
    let right = try operands.floats(of: b)
    guard transposeB else {
      return DenseMatrix.product(left, right, rows: rows, columns: columns, inner: inner)
    }
    // Bᵀ is never formed: Cᵀ = B · Aᵀ, and A and C are the small ones.
    let flipped = DenseMatrix.transposed(left, rows: rows, columns: inner)
    let result = DenseMatrix.product(right, flipped, rows: columns, columns: rows, inner: inner)
    return DenseMatrix.transposed(result, rows: columns, columns: rows)
  }

  /// The general product in double precision or, for integers, in exact ones.
  private static func exactGemm(
    _ alpha: Float, _ beta: Float, _ transposeA: Bool, _ transposeB: Bool, _ operands: Operands,
    _ shape: [Int], _ inner: Int
  ) throws(ExecutionError) -> Tensor {
    let a = try operands.dense(operands.required(0))
    let b = try operands.dense(operands.required(1))
    let (left, right) = (a.doubles, b.doubles)
    let (rows, columns) = (shape[0], shape[1])
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for index in 0..<inner {
          let x = left[transposeA ? index * rows + row : row * inner + index]
          let y = right[transposeB ? column * inner + index : index * columns + column]
          sum += x * y
        }
        result[row * columns + column] = Double(alpha) * sum
      }
    }
    let tensor = try CastKernel.cast(Tensor(shape, .float64, .doubles(result)), to: a.type)
    guard let c = operands.optional(2), beta != 0 else { return tensor }
    let factor = Tensor([], c.type, .splat(Double(beta)))
    return try added(tensor, BinaryKernel.combine(.multiply, c, factor, operands), operands)
  }

  /// How two stacks of matrices meet.
  struct Stack {
    var rows: Int
    var columns: Int
    var inner: Int
    /// The shape of the stack.
    var batch: [Int]
    /// The shape of the result.
    var shape: [Int]
    var left: [Int]
    var right: [Int]
  }

  static func stack(_ a: [Int], _ b: [Int]) throws(ExecutionError) -> Stack {
    guard let first = a.last, let final = b.last else {
      throw .invalid("needs vectors or matrices, has \(a) and \(b)")
    }
    let left = a.count == 1 ? [1, first] : a
    let right = b.count == 1 ? [final, 1] : b
    let (rows, inner) = (left[left.count - 2], left[left.count - 1])
    let (depth, columns) = (right[right.count - 2], right[right.count - 1])
    guard inner == depth || inner < 0 || depth < 0 else {
      throw .invalid("needs matrices that fit, has \(a) and \(b)")
    }
    let batch = try ShapeArithmetic.broadcast(Array(left.dropLast(2)), Array(right.dropLast(2)))
    let tail = (a.count == 1 ? [] : [rows]) + (b.count == 1 ? [] : [columns])
    return Stack(
      rows: rows, columns: columns, inner: inner, batch: batch, shape: batch + tail,
      left: left, right: right)
  }

  static func matMul(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let (a, b) = (try operands.required(0), try operands.required(1))
    let stack = try stack(a.shape, b.shape)
    try operands.allow(stack.shape)
    if NumberKind(a.type) != .float {
      return try exactMatMul(stack, operands)
    }
    if stack.right.dropLast(2).allSatisfy({ $0 == 1 }), stack.left.count >= stack.right.count {
      // One matrix for all: the stack of left matrices is one tall matrix.
      let rows = try ShapeArithmetic.count(stack.batch) * stack.rows
      let left = try operands.floats(0)
      let result = try product(left, b, false, rows, stack.columns, stack.inner, operands)
      return Tensor(stack.shape, a.type, .floats(result))
    }
    let (left, right) = (try operands.floats(0), try operands.floats(1))
    var result: [Float] = []
    for (first, second) in try pairs(stack) {
      let x = Array(left[first..<(first + stack.rows * stack.inner)])
      let y = Array(right[second..<(second + stack.inner * stack.columns)])
      result += DenseMatrix.product(
        x, y, rows: stack.rows, columns: stack.columns, inner: stack.inner)
    }
    return Tensor(stack.shape, a.type, .floats(result))
  }

  /// The starts of the two matrices of every pair in a stack.
  private static func pairs(_ stack: Stack) throws(ExecutionError) -> [(Int, Int)] {
    let leftBatch = Array(stack.left.dropLast(2))
    let rightBatch = Array(stack.right.dropLast(2))
    let plan = try Broadcast(leftBatch, rightBatch)
    let first = Array(0..<(try ShapeArithmetic.count(leftBatch)))
    let second = Array(0..<(try ShapeArithmetic.count(rightBatch)))
    let leftSize = stack.rows * stack.inner
    let rightSize = stack.inner * stack.columns
    return plan.apply(first, second) { ($0 * leftSize, $1 * rightSize) }
  }

  private static func exactMatMul(
    _ stack: Stack, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let a = try operands.dense(operands.required(0))
    let b = try operands.dense(operands.required(1))
    let storage: Tensor.Storage
    if NumberKind(a.type) == .double {
      storage = .doubles(try exact(stack, a.doubles, b.doubles, 0) { $0 + $1 * $2 })
    } else {
      let sums = try exact(stack, a.integers, b.integers, 0) { $0 &+ $1 &* $2 }
      storage = .integers(sums.map { IntegerWidth.wrapped($0, to: a.type) })
    }
    return Tensor(stack.shape, a.type, storage)
  }

  /// The product of two stacks by the three loops.
  static func exact<Element>(
    _ stack: Stack, _ a: [Element], _ b: [Element], _ zero: Element,
    _ accumulate: (Element, Element, Element) -> Element
  ) throws(ExecutionError) -> [Element] {
    var result: [Element] = []
    for (first, second) in try pairs(stack) {
      for row in 0..<stack.rows {
        for column in 0..<stack.columns {
          var sum = zero
          for index in 0..<stack.inner {
            sum = accumulate(
              sum, a[first + row * stack.inner + index],
              b[second + index * stack.columns + column])
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}

extension DenseMatrix {
  /// A matrix of a shape, transposed if asked for.
  static func maybeTransposed(_ matrix: [Float], _ shape: [Int], _ flag: Bool) -> [Float] {
    flag ? transposed(matrix, rows: shape[0], columns: shape[1]) : matrix
  }
}
