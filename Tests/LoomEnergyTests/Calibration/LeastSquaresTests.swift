import LoomEnergy
import Testing

@Suite("Calibration: least squares")
struct LeastSquaresTests {
  static func point(
    _ name: String, _ counts: [String: Double], _ measured: Double, weight: Double = 1
  ) -> CalibrationPoint {
    CalibrationPoint(name: name, counts: counts, measured: measured, weight: weight)
  }

  @Test("two constants and three points, worked by hand")
  func byHand() throws {
    // a + b = 4, a + 2b = 7, a + 3b = 8: b = 2, a = 19/3 − 4 = 7/3; residuals 1/3, −2/3, 1/3.
    let fit = try CalibrationFit(
      pointers: ["/prices/a", "/prices/b"], fixed: [:],
      points: zip([1.0, 2, 3], [4.0, 7, 8]).map { count, measured in
        Self.point("\(count)", ["/prices/a": 1, "/prices/b": count], measured)
      })
    #expect(isClose(fit.constants[0].value, 7.0 / 3))
    #expect(isClose(fit.constants[1].value, 2))
    // s² = (1 + 4 + 1)/9 / (3 − 2) = 2/3; (AᵀA)⁻¹ = [14 −6; −6 3]/6.
    #expect(isClose(try #require(fit.constants[0].standardError), (2.0 / 3 * 14 / 6).squareRoot()))
    #expect(isClose(try #require(fit.constants[1].standardError), (1.0 / 3).squareRoot()))
    // Without the middle point: a line through (1, 4) and (3, 8), so 6 at 2.
    #expect(isClose(try #require(fit.residuals[1].leaveOneOut), 6))
    #expect(isClose(fit.residuals[0].predicted, 13.0 / 3))
  }

  @Test("weights count as often repeated points do, and fixed constants are taken off first")
  func weights() throws {
    let plain = [
      Self.point("x", ["/a": 2, "/c": 3], 20), Self.point("x", ["/a": 2, "/c": 3], 20),
      Self.point("y", ["/a": 5, "/c": 1], 36),
    ]
    let weighted = [
      Self.point("x", ["/a": 2, "/c": 3], 20, weight: 2), Self.point("y", ["/a": 5, "/c": 1], 36),
    ]
    let one = try CalibrationFit(pointers: ["/a"], fixed: ["/c": 2], points: plain)
    let two = try CalibrationFit(pointers: ["/a"], fixed: ["/c": 2], points: weighted)
    // (2 · 2 · 14 + 5 · 34) / (2 · 4 + 25).
    #expect(isClose(one.constants[0].value, 226.0 / 33))
    #expect(isClose(two.constants[0].value, 226.0 / 33))
    #expect(isClose(two.residuals[1].predicted, 5 * 226.0 / 33 + 2))
  }

  /// Counts of the size runs have, from a fixed linear congruence.
  static func synthetic(points: Int, truth: [Double]) -> [CalibrationPoint] {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40)
    }
    return (0..<points).map { index in
      let counts = truth.map { _ in next() }
      let measured = zip(counts, truth).reduce(0) { $0 + $1.0 * $1.1 }
      return point(
        "run \(index)",
        Dictionary(
          uniqueKeysWithValues: counts.enumerated().map { ("/prices/\($0.offset)", $0.element) }),
        measured)
    }
  }

  static let truth = [23.6, 81, 1.7, 120, 0.3]
  static let pointers = truth.indices.map { "/prices/\($0)" }

  @Test("constants that made the points are found again to one part in 10⁹")
  func recovery() throws {
    let fit = try CalibrationFit(
      pointers: Self.pointers, fixed: [:], points: Self.synthetic(points: 12, truth: Self.truth))
    for (found, value) in zip(fit.constants, Self.truth) {
      #expect(abs(found.value / value - 1) < 1e-9)
      #expect(try #require(found.standardError) < 1e-6)
      #expect(!found.isAtBound)
    }
    #expect(try #require(fit.leaveOneOutRootMeanSquareError) < 1e-9)
  }

  @Test("a wrong point is far worse left out than fitted, and worse than every other")
  func wrongPoint() throws {
    var points = Self.synthetic(points: 12, truth: Self.truth)
    points[5].measured *= 1.5
    let fit = try CalibrationFit(pointers: Self.pointers, fixed: [:], points: points)
    let errors = try fit.residuals.map { abs(try #require($0.leaveOneOutError)) }
    #expect(errors.indices.max { errors[$0] < errors[$1] } == 5)
    // The others determine the truth: 1/1.5 − 1.
    #expect(isClose(errors[5], 1.0 / 3))
    #expect(abs(try #require(fit.residuals[5].relativeError)) < errors[5])
  }

  @Test("a constant that would go below zero is held there, and the rest is fitted without it")
  func bound() throws {
    // Unbounded: b = −1. With b = 0 the best a is the mean, 3.
    let points = zip([1.0, 2, 3], [4.0, 3, 2]).map { count, measured in
      Self.point("\(count)", ["/a": 1, "/b": count], measured)
    }
    let fit = try CalibrationFit(pointers: ["/a", "/b"], fixed: [:], points: points)
    #expect(isClose(fit.constants[0].value, 3))
    #expect(fit.constants[1].value == 0 && fit.constants[1].isAtBound)
    #expect(fit.constants[1].standardError == nil)
    #expect(isClose(try #require(fit.constants[0].standardError), (1.0 / 3).squareRoot()))
  }

  @Test(
    "the bounded solution is optimal: no smaller sum of squares in any direction that is allowed")
  func optimality() throws {
    var points = Self.synthetic(points: 9, truth: [5, 0.5, 40, 2, 9])
    for index in points.indices { points[index].measured *= index % 2 == 0 ? 0.6 : 1.5 }
    let fit = try CalibrationFit(pointers: Self.pointers, fixed: [:], points: points)
    #expect(fit.constants.contains { $0.isAtBound })
    for constant in fit.constants {
      var gradient = 0.0
      var scale = 0.0
      for (point, residual) in zip(points, fit.residuals) {
        let count = point.counts[constant.pointer] ?? 0
        gradient += count * (residual.measured - residual.predicted)
        scale += count * residual.measured
      }
      #expect(gradient <= 1e-9 * scale)
      if !constant.isAtBound { #expect(abs(gradient) <= 1e-9 * scale) }
    }
  }

  @Test("as many points as constants: solved, without a standard error")
  func exact() throws {
    let fit = try CalibrationFit(
      pointers: ["/a", "/b"], fixed: [:],
      points: [Self.point("x", ["/a": 2, "/b": 1], 7), Self.point("y", ["/a": 1, "/b": 3], 11)])
    #expect(isClose(fit.constants[0].value, 2) && isClose(fit.constants[1].value, 3))
    #expect(fit.constants.allSatisfy { $0.standardError == nil })
    #expect(fit.residuals.allSatisfy { $0.leaveOneOut == nil })
  }

  @Test("sets that cannot tell constants apart are refused by name")
  func degenerate() {
    let proportional = [1.0, 2, 5].map {
      Self.point("\($0)", ["/a": $0, "/b": 3 * $0, "/c": $0 * $0], $0)
    }
    #expect(throws: CalibrationFailure.notTold([["/a", "/b"]])) {
      try CalibrationFit(pointers: ["/a", "/b", "/c"], fixed: [:], points: proportional)
    }
    #expect(throws: CalibrationFailure.notCounted(["/d"])) {
      try CalibrationFit(pointers: ["/a", "/d"], fixed: [:], points: proportional)
    }
    let sum = [(1.0, 4.0), (2, 1), (3, 7), (5, 5)].map { left, right in
      Self.point("s", ["/a": left, "/b": right, "/c": left + right], 1)
    }
    #expect(throws: CalibrationFailure.notTold([["/a", "/b", "/c"]])) {
      try CalibrationFit(pointers: ["/a", "/b", "/c"], fixed: [:], points: sum)
    }
    #expect(throws: CalibrationFailure.tooFewPoints(points: 1, constants: 2)) {
      try CalibrationFit(pointers: ["/a", "/b"], fixed: [:], points: Array(proportional[..<1]))
    }
  }
}
