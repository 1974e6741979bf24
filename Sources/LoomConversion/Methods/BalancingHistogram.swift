/// Local threshold balancing on a histogram (Bu and others 2024, arXiv 2409.03368, §4).
///
/// One pass over the calibration set moves a channel's threshold by the gradient of the squared
/// clipping error: θ ← θ + 2 · mean((z − θ) · [z > θ]), the mean over all elements, zeros included. A
/// histogram of the positive values stands for the set, so K passes cost K look-ups.
package struct BalancingHistogram: Sendable {
  /// Number of bins between zero and the peak.
  fileprivate static let binCount = 2048

  /// The largest value.
  package private(set) var peak: Float
  /// Number of values, those that are not positive included.
  fileprivate var total = 0
  /// Number of values of each bin.
  fileprivate var counts = [Int](repeating: 0, count: binCount)
  /// Sum of the values of each bin.
  fileprivate var sums = [Double](repeating: 0, count: binCount)

  /// Creates an empty histogram of values up to a peak.
  package init(peak: Float) {
    self.peak = max(0, peak)
  }

  /// Adds values; those above the peak count as the peak.
  package mutating func add(_ values: some Sequence<Float>) {
    let scale = peak > 0 ? Float(Self.binCount) / peak : 0
    for value in values {
      total &+= 1
      guard value > 0, peak > 0 else { continue }
      let clipped = min(value, peak)
      let bin = min(Int(clipped * scale), Self.binCount - 1)
      counts[bin] &+= 1
      sums[bin] += Double(clipped)
    }
  }

  /// The threshold after some passes from zero; never above the peak, zero where nothing was positive.
  package func threshold(iterations: Int) -> Float {
    guard peak > 0, total > 0 else { return 0 }
    // Above bin b: number and sum of all values in higher bins.
    var above = [(count: Double, sum: Double)](repeating: (0, 0), count: Self.binCount + 1)
    for bin in stride(from: Self.binCount - 1, through: 0, by: -1) {
      above[bin] = (above[bin + 1].count + Double(counts[bin]), above[bin + 1].sum + sums[bin])
    }
    let width = Double(peak) / Double(Self.binCount)
    var threshold = 0.0
    for _ in 0..<max(0, iterations) {
      let bin = min(Int(threshold / width), Self.binCount - 1)
      let higher = above[bin + 1]
      var excess = higher.sum - threshold * higher.count
      // Inside its own bin values are taken as evenly spread.
      let part = 1 - (threshold - Double(bin) * width) / width
      excess += Double(counts[bin]) * part * part * width / 2
      threshold = min(threshold + 2 * excess / Double(total), Double(peak))
    }
    return Float(threshold)
  }
}

extension BalancingHistogram {
  /// The mean of all values clipped between zero and a threshold.
  func clippedMean(_ threshold: Float) -> Double {
    guard peak > 0, total > 0 else { return 0 }
    var sum = 0.0
    for bin in 0..<Self.binCount where counts[bin] > 0 {
      let mean = sums[bin] / Double(counts[bin])
      sum += Double(counts[bin]) * min(mean, Double(threshold))
    }
    return sum / Double(total)
  }
}
