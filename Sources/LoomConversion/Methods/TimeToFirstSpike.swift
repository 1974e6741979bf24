import LoomBase
import LoomNetwork

/// One spike a neuron and window, the earlier the larger (conversion.md §4; in the line of Yang and others 2023).
///
/// T + 1 levels 0 ... T of λ/T each: a spike at step j of the window is worth T − j of them. The exact scheme of
/// two accumulators, not the papers' own neuron: silent while listening, then a threshold that falls from
/// λ, one spike. Networks trained with T levels (QCFS, L = T) are met exactly; others are calibrated as for
/// `BitSerial`.
struct TimeToFirstSpike: ThresholdMethod {
  /// The longest window: two accumulators grow with T², and codes must fit 32-bit floats.
  static let longestWindow = 1024

  func findings(_ draft: DraftNetwork, _ options: ConversionOptions) -> [Diagnostic] {
    guard options.timesteps > Self.longestWindow else { return [] }
    return [
      .option(
        "needs 1 to \(Self.longestWindow) time-steps, one for each level of an activation, has "
          + "\(options.timesteps)",
        remedy: "give -T 16 to -T 64 with --method ttfs")
    ]
  }

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    windowOutcome(.timeToFirstSpike, input, progress: progress)
  }
}
