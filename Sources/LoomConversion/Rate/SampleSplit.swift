import LoomBase

/// Which calibration samples parameters are fitted to, and which ones judge them.
struct SampleSplit: Sendable {
  /// Samples that parameters are fitted to.
  let fitted: Range<Int>
  /// Samples that decide between candidates.
  let heldOut: Range<Int>

  /// The most samples simulated for either purpose.
  static let most = 128
  /// Spikes and activations that may be kept, in neurons times (bits of the window + 32).
  private static let mostBits = 6 << 33

  /// Splits a number of samples: half each, up to the most; fewer than 32 serve both purposes.
  init(_ count: Int) { self.init(count, most: Self.most) }

  /// Splits the samples of a calibration, fewer where the network or T is large.
  init(_ input: MethodInput) {
    let largest = input.draft.populations.map(\.shape.count).max() ?? 1
    // A few populations live at the same time: the ones that later ones still read.
    let bits = 4 * largest * (input.options.timesteps + 64)
    self.init(input.samples.count, most: max(16, min(Self.most, Self.mostBits / max(1, bits))))
  }

  private init(_ count: Int, most: Int) {
    let half = count < 32 ? count : min(most, count / 2)
    fitted = 0..<half
    heldOut = count < 32 ? 0..<count : half..<min(count, 2 * half)
  }
}
