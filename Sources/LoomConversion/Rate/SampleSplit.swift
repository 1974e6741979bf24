import LoomBase

/// Which calibration samples parameters are fitted to, and which ones judge them.
struct SampleSplit: Sendable {
  /// Samples that parameters are fitted to.
  let fitted: Range<Int>
  /// Samples that decide about one fit, as many as were fitted.
  let heldOut: Range<Int>
  /// Further samples, for fits that the held-out ones cannot tell apart.
  let further: Range<Int>

  /// The most samples simulated at once.
  static let most = 128
  /// Spikes and activations that may be kept, in neurons times (bits of the window + 32).
  private static let mostBits = 2 << 33
  /// Further samples, as a multiple of the held-out ones.
  private static let furtherParts = 3

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
    let end = heldOut.upperBound
    further = end..<min(count, end + Self.furtherParts * half)
  }

  /// The further samples in stretches that may be simulated at once.
  var furtherStretches: [Range<Int>] {
    stride(from: further.lowerBound, to: further.upperBound, by: max(1, fitted.count)).map {
      $0..<min($0 + fitted.count, further.upperBound)
    }
  }
}
