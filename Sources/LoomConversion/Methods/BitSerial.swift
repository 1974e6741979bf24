import LoomBase
import LoomNetwork

/// One bit of the activation a step, the most significant first (Datta and others 2023, arXiv 2312.06900).
///
/// T bits, so 2^T levels 0 ... 2^T − 1 of q = λ/2^T each; the neuron listens for T steps before it speaks, and bias
/// and v(0) act once. For networks trained with levels, λ, q and v(0) come from the graph and the codes are the
/// trained activations exactly where these have 2^T − 1 steps (QCFS with Q steps has Q + 1 levels: the
/// level-count trap). For others they are chosen without training on calibration samples (`WindowCalibration`).
/// Bit order and neuron are reconstructed from the abstract and public reviews (conversion.md §2).
struct BitSerial: ThresholdMethod {
  /// Longer codes need wider potentials than the quantizer has.
  static let mostBits = 16

  func findings(_ draft: DraftNetwork, _ options: ConversionOptions) -> [Diagnostic] {
    guard options.timesteps > Self.mostBits else { return [] }
    return [
      .option(
        "needs 1 to \(Self.mostBits) time-steps, one for each bit of an activation, has "
          + "\(options.timesteps)",
        remedy: "give -T 4 to -T 8 with --method bit-serial")
    ]
  }

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    windowOutcome(.bitSerial, input, progress: progress)
  }
}
