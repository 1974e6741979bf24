import LoomBase
import LoomNetwork

/// Threshold tuning for very deep networks (Meng and others 2022, TTRBR; conversion.md §3).
///
/// Certain from the paper: the error of a layer is a quantisation error and a deviation error, which comes from
/// input currents that change over the window and depends on the threshold *and* on the input's variance; the
/// remedy is to tune thresholds, one a layer. **Reconstructed** (the paper could not be read whole): it learns
/// thresholds in training; in its place stands here the post-training search proposed in conversion.md: for
/// layers in order, on the currents the layer really receives, θ = ρ · θ of threshold balancing with the ρ whose
/// mean output is nearest to the trained network's activation. Neurons start at v(0) = θ/2, which gives the
/// same spikes as firing at θ/2 from v(0) = 0. No bias is corrected. The restructured residual block is a
/// template for training and changes nothing here.
///
/// The variance of the currents before each layer is in the remarks: it grows with the thresholds of the layers
/// before, which is why tuning one layer helps the next.
struct ThresholdTuning: ThresholdMethod {
  /// ρ.
  static let shares: [Float] = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 1.15, 1.3, 1.5]

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let base = input.balanced(
      input.options.iterations ?? BalancingPasses.standard, progress: progress)
    var tuned: [(name: String, share: Float, variance: Double)] = []
    var outcome = try SpikingFit(input).outcome(correctingReadout: false, progress: progress) {
      let (facts, share) = Self.tune(base[$0.index], $0, timesteps: input.options.timesteps)
      if let share {
        tuned.append(($0.population.name, share, $0.currentVariance(samples: 8)))
      }
      return facts
    }
    outcome.remarks += Self.remarks(tuned)
    return outcome
  }

  /// The layer's balanced thresholds times the ρ with the least squared error; nil for readouts.
  static func tune(_ base: CalibratedPopulation, _ probe: LayerProbe, timesteps: Int)
    -> (CalibratedPopulation, Float?)
  {
    guard probe.population.kind != .readout, probe.population.quantization == nil else {
      return (base, nil)
    }
    let variants = shares.map { share in
      ChannelParameters(thresholds: base.thresholds.map { $0 * share })
    }
    let totals = probe.errors(of: variants, from: timesteps / 4).map {
      $0.reduce(0.0) { $0 + $1.squared }
    }
    var best = 0
    for variant in totals.indices where totals[variant] < totals[best] { best = variant }
    var facts = base
    facts.adopt(ResetGains.gained(variants[best], probe))
    return (facts, shares[best])
  }

  private static func remarks(_ tuned: [(name: String, share: Float, variance: Double)])
    -> [String]
  {
    guard let widest = tuned.max(by: { $0.variance < $1.variance }) else { return [] }
    let mean = tuned.reduce(0) { $0 + $1.share } / Float(tuned.count)
    return [
      "thresholds of \(tuned.count) layers tuned on their real input currents, "
        + "mean ρ = \((mean * 100).rounded() / 100)",
      "variance of the input current over the window largest before '\(widest.name)': "
        + "\((widest.variance * 1e4).rounded() / 1e4) (activation units squared)",
    ]
  }
}
