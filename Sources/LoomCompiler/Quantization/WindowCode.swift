import LoomBase
import LoomNetwork

/// What a window of a code can say (`SpikeCode`), and the units its numbers are counted in.
struct WindowCode {
  let code: SpikeCode
  let timesteps: Int

  /// The window of a network; nil for rate codes.
  init?(_ code: SpikeCode, timesteps: Int) {
    guard code.isWindowed else { return nil }
    self.code = code
    self.timesteps = timesteps
  }

  /// The largest code of a neuron: 2^T − 1 (bit-serial), T (ttfs).
  var largestCode: Int { code == .bitSerial ? (1 << timesteps) - 1 : timesteps }

  /// How many codes the full scale λ is worth: 2^T (bit-serial), T (ttfs).
  var codesOfFullScale: Int { code == .bitSerial ? 1 << timesteps : timesteps }

  /// Full scales in the number that the threshold register holds: λ (bit-serial), the step δ = λ/T (ttfs).
  var thresholdsOfFullScale: Int { code == .bitSerial ? 1 : timesteps }

  /// How many times the threshold register the potential is compared with: 2·u ≥ θ needs 2·θ to be held so
  /// that a clamped y keeps its answer; u ≥ δ·T is the first threshold of ttfs.
  var largestMultiple: Int { code == .bitSerial ? 2 : timesteps }

  /// Potential units of one code step, for a threshold register.
  func quantum(threshold: Double) -> Double {
    code == .bitSerial ? threshold / Double(codesOfFullScale) : threshold
  }

  /// The windows that are accepted: sixteen bits, or a thousand steps, are beyond every potential's use.
  static func legalTimesteps(_ code: SpikeCode) -> ClosedRange<Int> {
    switch code {
    case .rate: 1...(1 << 20)
    case .bitSerial: 1...16
    case .timeToFirstSpike: 1...1024
    }
  }
}

extension SpikingNetwork {
  /// The window, for window codes.
  var window: WindowCode? { WindowCode(code, timesteps: timesteps) }

  /// The network with thresholds as the chip's register counts them: the step λ/T for ttfs.
  var withRegisterThresholds: SpikingNetwork {
    guard let window, window.thresholdsOfFullScale > 1 else { return self }
    let divisor = Float(window.thresholdsOfFullScale)
    var result = self
    for index in result.populations.indices where result.populations[index].role == .hidden {
      result.populations[index].threshold = populations[index].threshold.map { $0 / divisor }
    }
    return result
  }
}

extension FixedPointNetwork {
  /// The window, for window codes.
  var window: WindowCode? { WindowCode(code, timesteps: timesteps) }
}
