/// One measured point: how often each constant is paid, and what was measured.
public struct CalibrationPoint: Sendable, Hashable {
  /// Its name in reports.
  public var name: String
  /// Counts by JSON pointer of the constant (per sample).
  public var counts: [String: Double]
  /// What was measured, pJ or ns per sample.
  public var measured: Double
  /// How much its squared residual counts.
  public var weight: Double

  /// Creates a point.
  public init(name: String, counts: [String: Double], measured: Double, weight: Double = 1) {
    self.name = name
    self.counts = counts
    self.measured = measured
    self.weight = weight
  }
}

/// Why constants cannot be fitted to the points.
public enum CalibrationFailure: Error, Sendable, Hashable {
  /// No point counts any event of these constants.
  case notCounted([String])
  /// Each group of constants cannot be told apart: their counts are proportional or add up in every point.
  case notTold([[String]])
  /// Fewer points than constants.
  case tooFewPoints(points: Int, constants: Int)
}

/// Chosen constants fitted to measured points: Σ count · constant = measured, none below zero.
///
/// Every constant that is not chosen keeps its value; its share is taken from the measured number first.
public struct CalibrationFit: Sendable, Hashable {
  /// A fitted constant.
  public struct Constant: Sendable, Hashable {
    /// Its JSON pointer.
    public var pointer: String
    /// The fitted value.
    public var value: Double
    /// The standard error; nil: as many constants as points, or held at zero by the bound.
    public var standardError: Double?
    /// Whether the bound at zero holds it.
    public var isAtBound: Bool
  }

  /// A point beside what the fitted constants predict.
  public struct Residual: Sendable, Hashable {
    /// The point's name.
    public var name: String
    /// What was measured.
    public var measured: Double
    /// What all constants together predict.
    public var predicted: Double
    /// What they predict when fitted to the other points alone; nil: those do not determine them.
    public var leaveOneOut: Double?

    /// Predicted over measured, less one; nil if zero was measured.
    public var relativeError: Double? { measured == 0 ? nil : predicted / measured - 1 }

    /// The same left out of the fit.
    public var leaveOneOutError: Double? {
      leaveOneOut.flatMap { measured == 0 ? nil : $0 / measured - 1 }
    }
  }

  /// The constants in the order chosen.
  public var constants: [Constant]
  /// The points in their order.
  public var residuals: [Residual]

  /// Fits constants to points.
  ///
  /// - Parameters:
  ///   - pointers: The chosen constants.
  ///   - fixed: Values of all other constants that any point counts.
  ///   - points: What was measured.
  /// - Throws: `CalibrationFailure` if the points do not determine the constants.
  public init(
    pointers: [String], fixed: [String: Double], points: [CalibrationPoint]
  ) throws(CalibrationFailure) {
    let system = CalibrationSystem(pointers: pointers, fixed: fixed, points: points)
    try system.check()
    let solved = system.solve()
    constants = system.constants(solved)
    residuals = points.indices.map { index in
      Residual(
        name: points[index].name, measured: points[index].measured,
        predicted: system.predicted(points[index], solved.solution),
        leaveOneOut: system.leavingOut(index))
    }
  }

  /// The root of the mean squared relative error; nil where a zero was measured.
  public var rootMeanSquareError: Double? { rootMeanSquare(residuals.map(\.relativeError)) }

  /// The same for points left out of the fit; nil where the others do not determine the constants.
  public var leaveOneOutRootMeanSquareError: Double? {
    rootMeanSquare(residuals.map(\.leaveOneOutError))
  }

  private func rootMeanSquare(_ errors: [Double?]) -> Double? {
    var sum = 0.0
    for error in errors {
      guard let error else { return nil }
      sum += error * error
    }
    return errors.isEmpty ? nil : (sum / Double(errors.count)).squareRoot()
  }
}

/// The equations of a fit, one a point.
private struct CalibrationSystem {
  let pointers: [String]
  let fixed: [String: Double]
  let points: [CalibrationPoint]

  private var matrix: [[Double]] {
    pointers.map { pointer in
      points.map { ($0.counts[pointer] ?? 0) * $0.weight.squareRoot() }
    }
  }

  private var right: [Double] {
    points.map { ($0.measured - known($0)) * $0.weight.squareRoot() }
  }

  /// What constants that are not chosen make up of a point, in a fixed order.
  private func known(_ point: CalibrationPoint) -> Double {
    var sum = 0.0
    for pointer in point.counts.keys.sorted() where !pointers.contains(pointer) {
      sum += (point.counts[pointer] ?? 0) * (fixed[pointer] ?? 0)
    }
    return sum
  }

  func check() throws(CalibrationFailure) {
    let matrix = self.matrix
    let empty = pointers.indices.filter { column in !matrix[column].contains { $0 != 0 } }
    guard empty.isEmpty else { throw .notCounted(empty.map { pointers[$0] }) }
    guard points.count >= pointers.count else {
      throw .tooFewPoints(points: points.count, constants: pointers.count)
    }
    let factors = QRFactorization(matrix, right: right)
    guard factors.rank == pointers.count else {
      throw .notTold(factors.dependencies.map { group in group.map { pointers[$0] } })
    }
  }

  func solve() -> NonNegativeLeastSquares { NonNegativeLeastSquares(matrix, right) }

  func predicted(_ point: CalibrationPoint, _ solution: [Double]) -> Double {
    var sum = known(point)
    for (pointer, value) in zip(pointers, solution) { sum += (point.counts[pointer] ?? 0) * value }
    return sum
  }

  /// Values with standard errors: the residual variance times the diagonal of (AᵀA)⁻¹ of the free columns.
  func constants(_ solved: NonNegativeLeastSquares) -> [CalibrationFit.Constant] {
    let matrix = self.matrix
    let residual = NonNegativeLeastSquares.residual(matrix, right, solved.solution)
    let freedom = points.count - solved.free.count
    let variance = freedom > 0 ? dot(residual, residual) / Double(freedom) : nil
    let diagonal = QRFactorization(solved.free.map { matrix[$0] }, right: right).inverseDiagonal
    return pointers.indices.map { column in
      let place = solved.free.firstIndex(of: column)
      var error: Double?
      if let place, let variance { error = (variance * diagonal[place]).squareRoot() }
      return CalibrationFit.Constant(
        pointer: pointers[column], value: solved.solution[column], standardError: error,
        isAtBound: place == nil)
    }
  }

  /// What the constants predict for a point when fitted to the others; nil if those do not determine them.
  func leavingOut(_ index: Int) -> Double? {
    var others = points
    others.remove(at: index)
    let system = CalibrationSystem(pointers: pointers, fixed: fixed, points: others)
    do { try system.check() } catch { return nil }
    return predicted(points[index], system.solve().solution)
  }
}
