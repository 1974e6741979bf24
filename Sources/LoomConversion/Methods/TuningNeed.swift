import Foundation
import LoomBase
import LoomNetwork

/// Whether a window code should be tuned though nobody has asked for it: where layer-wise calibration leaves the answers
/// far from the trained network's, and tuning is a matter of a minute or two.
///
/// Where calibration leaves little, held-out samples refuse what tuning finds (ResNet-20 at T = 4, divergence 0.011;
/// Fashion LeNet 0.004), or gain next to nothing of it; digits ResNet-110 at T = 4 has 0.048, with `ttfs` at T = 16 0.032.
struct TuningNeed {
  /// Passes of a tuning that nobody has asked for.
  static let passes = ConversionOptions.neededPasses
  /// Blocks of samples that it is judged by.
  static let blocks = 32
  /// The mean divergence of softmax up to which calibration is left alone, nats.
  private static let most = 0.02
  /// Multiplications that nobody has to wait long for: a minute or two on two cores.
  private static let mostMultiplications = 1e12

  private let loss: Double
  private let isOfClasses: Bool
  private let multiplications: Double

  /// Measures the loss that calibration leaves.
  ///
  /// - Parameters:
  ///   - slope: Some of the calibration samples.
  ///   - samples: All of them.
  init(_ slope: WindowSlope, _ draft: DraftNetwork, samples: Int) {
    isOfClasses = slope.isOfClasses && !slope.isSettled
    loss = isOfClasses ? slope.loss(slope.start) : 0
    let terms = draft.populations.flatMap { $0.sites.flatMap(\.terms) }
    let once = terms.reduce(0.0) { $0 + $1.map.multiplications }
    // Each descent goes over what it does not leave out, forward once and back twice.
    let ways = Double(3 * (WindowTuning.folds - 1) * Self.passes)
    multiplications = once * Double(samples) * ways
  }

  /// Whether there is much to gain.
  var isFelt: Bool { loss > Self.most }

  /// Whether nobody has to wait long.
  var isAffordable: Bool { multiplications <= Self.mostMultiplications }

  /// Why it is tuned.
  var reason: String {
    "tuned because calibration leaves a mean divergence of \(left) from the trained network's softmax, more than "
      + "\(Self.most) (--tune 0: never)"
  }

  /// What to say where it is left to the user.
  var remedy: String {
    "calibration leaves a mean divergence of \(left) from the trained network's softmax; --tune \(Self.passes) may lower "
      + String(format: "it, in about %.0f·10¹² multiplications", multiplications / 1e12)
  }

  private var left: String { String(format: "%.4f", loss) }
}

extension LinearMap {
  /// Multiplications of one sample.
  fileprivate var multiplications: Double {
    switch form {
    case .diagonal: Double(target.count)
    case .convolution: Double(weights.count) * Double(target.positions)
    case .dense: Double(weights.count)
    case .sparse(let pattern): Double(pattern.sources.count)
    }
  }
}
