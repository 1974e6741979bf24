/// Least squares with unknowns that cannot be negative, as prices and durations cannot.
///
/// The active-set method of Lawson and Hanson, Solving Least Squares Problems, chapter 23.
struct NonNegativeLeastSquares {
  /// The solution, none below zero.
  private(set) var solution: [Double]
  /// Columns that are free; the others are held at zero by the bound.
  private(set) var free: [Int] = []

  /// Minimizes |A·x − b| over x ≥ 0; `matrix` by columns, of full rank.
  init(_ matrix: [[Double]], _ right: [Double]) {
    solution = [Double](repeating: 0, count: matrix.count)
    let scale = right.reduce(0) { max($0, abs($1)) }
    let lengths = matrix.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    // Each round frees a column; the method ends in far fewer rounds than this.
    for _ in 0..<(3 * matrix.count + 10) {
      let residual = NonNegativeLeastSquares.residual(matrix, right, solution)
      let gradients = matrix.indices.map { column in
        lengths[column] > 0 ? dot(matrix[column], residual) / lengths[column] : 0
      }
      let candidates = matrix.indices.filter {
        !free.contains($0) && gradients[$0] > 1e-12 * max(scale, .leastNormalMagnitude)
      }
      guard let best = candidates.max(by: { gradients[$0] < gradients[$1] }) else { return }
      free.append(best)
      free.sort()
      settle(matrix, right)
    }
  }

  /// Solves for the free columns, holding those at zero that would go below.
  private mutating func settle(_ matrix: [[Double]], _ right: [Double]) {
    while !free.isEmpty {
      let trial = QRFactorization(free.map { matrix[$0] }, right: right).solution
      guard trial.contains(where: { $0 <= 0 }) else {
        for (place, column) in free.enumerated() { solution[column] = trial[place] }
        return
      }
      var step = 1.0
      for (place, column) in free.enumerated() where trial[place] <= 0 {
        let gap = solution[column] - trial[place]
        step = min(step, gap > 0 ? solution[column] / gap : 0)
      }
      for (place, column) in free.enumerated() {
        solution[column] += step * (trial[place] - solution[column])
      }
      let kept = zip(free, trial).filter { solution[$0.0] > 0 || $0.1 > 0 }.map(\.0)
      let isStuck = kept.count == free.count
      for column in free where !kept.contains(column) { solution[column] = 0 }
      free = kept
      if isStuck, let smallest = free.min(by: { solution[$0] < solution[$1] }) {
        solution[smallest] = 0
        free.removeAll { $0 == smallest }
      }
    }
  }

  /// b − A·x.
  static func residual(_ matrix: [[Double]], _ right: [Double], _ solution: [Double]) -> [Double] {
    var residual = right
    for (column, value) in zip(matrix, solution) where value != 0 {
      for row in residual.indices { residual[row] -= column[row] * value }
    }
    return residual
  }
}

/// The scalar product.
func dot(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
}
