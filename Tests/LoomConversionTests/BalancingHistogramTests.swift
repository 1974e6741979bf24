import Foundation
import LoomBase
import LoomConversion
import Testing

@Suite("Local threshold balancing")
struct BalancingHistogramTests {
  /// Standard normal numbers by Box and Muller's transformation.
  private static func gaussian(_ count: Int) -> [Float] {
    var generator = SeededGenerator(seed: 11)
    return (0..<count).map { _ in
      let radius = (-2 * log(1 - generator.unit())).squareRoot()
      return Float(radius * cos(2 * Double.pi * generator.unit()))
    }
  }

  @Test(
    "a unit Gaussian reaches the thresholds of conversion.md",
    arguments: [(1, 0.80), (10, 1.68), (100, 2.55), (1000, 3.27)])
  func gaussianToy(iterations: Int, expected: Double) {
    let values = Self.gaussian(400_000)
    var balancing = BalancingHistogram(peak: values.max() ?? 0)
    balancing.add(values)
    #expect(abs(Double(balancing.threshold(iterations: iterations)) - expected) < 0.02)
  }

  @Test("the histogram agrees with balancing on the values themselves", arguments: [3, 40, 400])
  func histogram(iterations: Int) {
    let values = Self.gaussian(5_000).map { $0 * $0 - 0.3 }
    var balancing = BalancingHistogram(peak: values.max() ?? 0)
    balancing.add(values)
    var threshold = 0.0
    for _ in 0..<iterations {
      let excess = values.reduce(0.0) { $0 + max(0, Double($1) - threshold) }
      threshold += 2 * excess / Double(values.count)
    }
    let found = Double(balancing.threshold(iterations: iterations))
    #expect(abs(found - threshold) < 2e-3 * threshold)
  }

  @Test("a threshold never passes the peak, and silence has none")
  func limits() {
    var constant = BalancingHistogram(peak: 2)
    constant.add([Float](repeating: 2, count: 8))
    #expect(constant.threshold(iterations: 50) == 2)
    var silent = BalancingHistogram(peak: -1)
    silent.add([-1, -2, -3])
    #expect(silent.threshold(iterations: 50) == 0)
  }

  @Test("one pass over sparse values is twice their mean")
  func onePass() {
    var balancing = BalancingHistogram(peak: 1)
    balancing.add([Float](repeating: 0, count: 15) + [1])
    #expect(balancing.threshold(iterations: 1) == 0.125)
  }
}
