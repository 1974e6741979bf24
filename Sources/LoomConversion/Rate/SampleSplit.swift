/// Which calibration samples parameters are fitted to, and which ones judge them.
struct SampleSplit: Sendable {
  /// Samples that parameters are fitted to.
  let fitted: Range<Int>
  /// Samples that decide between candidates.
  let heldOut: Range<Int>

  /// The most samples simulated for either purpose.
  static let most = 128

  /// Splits a number of samples: half each, up to the most; fewer than 32 serve both purposes.
  init(_ count: Int) {
    let half = count < 32 ? count : min(Self.most, count / 2)
    fitted = 0..<half
    heldOut = count < 32 ? 0..<count : half..<min(count, 2 * half)
  }
}
