/// A column-pivoted Householder factorization of a small dense matrix, columns scaled to length 1 first.
///
/// Golub and Van Loan, Matrix Computations, §5.4.2: A·P = Q·R with the diagonal of R falling. The numerical rank counts the
/// diagonal entries above 1e-10 of the first one.
struct QRFactorization {
  /// Columns of R and of the right-hand side, `columns[j][i]`; below the diagonal nothing is read.
  private(set) var columns: [[Double]]
  private(set) var right: [Double]
  /// Which column of A stands where.
  private(set) var order: [Int]
  private(set) var rank = 0
  /// The length of each column of A.
  private let scales: [Double]

  /// Below this share of the largest diagonal entry a column depends on those before it.
  private static let tolerance = 1e-10

  /// Factorizes a matrix given by columns and applies Qᵀ to the right-hand side.
  init(_ matrix: [[Double]], right: [Double]) {
    scales = matrix.map { column in
      let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 0 ? length : 1
    }
    columns = zip(matrix, scales).map { column, scale in column.map { $0 / scale } }
    self.right = right
    order = Array(matrix.indices)
    let steps = min(matrix.count, right.count)
    var largest = 0.0
    for step in 0..<steps {
      let best = (step..<columns.count).max {
        tail($0, from: step) < tail($1, from: step)
      }
      guard let best else { break }
      columns.swapAt(step, best)
      order.swapAt(step, best)
      let length = tail(step, from: step).squareRoot()
      if step == 0 { largest = length }
      guard length > QRFactorization.tolerance * max(largest, .leastNormalMagnitude) else { break }
      reflect(step, length)
      rank = step + 1
    }
  }

  /// The squared length of a column from a row on.
  private func tail(_ column: Int, from row: Int) -> Double {
    columns[column][row...].reduce(0) { $0 + $1 * $1 }
  }

  /// Applies the reflection that leaves one entry of a column to all that follow.
  private mutating func reflect(_ step: Int, _ length: Double) {
    var vector = Array(columns[step][step...])
    vector[0] += vector[0] < 0 ? -length : length
    let square = vector.reduce(0) { $0 + $1 * $1 }
    guard square > 0 else { return }
    func reflected(_ values: [Double]) -> [Double] {
      var product = 0.0
      for (index, value) in vector.enumerated() { product += value * values[step + index] }
      var result = values
      for (index, value) in vector.enumerated() {
        result[step + index] -= 2 * product / square * value
      }
      return result
    }
    for column in step..<columns.count { columns[column] = reflected(columns[column]) }
    right = reflected(right)
  }

  /// The least-squares solution in the order of A's columns; columns beyond the rank are zero.
  var solution: [Double] {
    let scaled = backSubstitute(right)
    var result = [Double](repeating: 0, count: columns.count)
    for (place, value) in scaled.enumerated() {
      result[order[place]] = value / scales[order[place]]
    }
    return result
  }

  /// The diagonal of (AᵀA)⁻¹, in the order of A's columns; meaningful at full rank only.
  var inverseDiagonal: [Double] {
    // (RᵀR)⁻¹ = R⁻¹R⁻ᵀ: row sums of squares of R⁻¹.
    var result = [Double](repeating: 0, count: columns.count)
    for unit in 0..<rank {
      var right = [Double](repeating: 0, count: max(self.right.count, rank))
      right[unit] = 1
      for (place, value) in backSubstitute(right).enumerated() {
        let scale = scales[order[place]]
        result[order[place]] += value * value / (scale * scale)
      }
    }
    return result
  }

  /// For each column beyond the rank: it and the columns before it that make it up.
  var dependencies: [[Int]] {
    (rank..<max(rank, columns.count)).map { column in
      let parts = backSubstitute(columns[column])
      return
        ([order[column]]
        + parts.indices.filter { abs(parts[$0]) > 1e-6 }.map { order[$0] }).sorted()
    }
  }

  /// Solves R·x = the head of a vector, within the rank.
  private func backSubstitute(_ vector: [Double]) -> [Double] {
    var result = Array(vector.prefix(rank))
    for row in stride(from: rank - 1, through: 0, by: -1) {
      for column in (row + 1)..<max(rank, row + 1) {
        result[row] -= columns[column][row] * result[column]
      }
      result[row] /= columns[row][row]
    }
    return result
  }
}
