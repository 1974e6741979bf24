import LoomBase
import LoomNetwork

/// One threshold for each layer: a percentile of its positive activations (Rueckauer and others 2017).
///
/// The baseline: 100 is plain normalisation by the maximum. v(0) = θ/2, the whole window is read.
struct PercentileNormalization: ThresholdMethod {
  /// Most activations kept.
  private static let mostElements = 48 << 20

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    var populations = input.balanced(BalancingPasses.standard, progress: progress)
    let elements = input.draft.populations.reduce(input.inputCount) { $0 + $1.shape.count }
    let count = max(1, min(input.samples.count, SampleSplit.most, Self.mostElements / elements))
    let values = Array(input.samples.blocks.blocks.joined().prefix(count * input.inputCount))
    let activations = input.draft.activations(of: values, samples: count, thresholds: nil)
    let share = input.options.percentile / 100
    let found = parallelMap(activations.count, threads: input.options.threads) {
      Self.percentile(activations[$0], share)
    }
    for (index, population) in input.draft.populations.enumerated()
    where population.kind != .readout && population.quantization == nil {
      let threshold = found[index] > 0 ? found[index] : 1
      populations[index].adopt(
        ChannelParameters(
          thresholds: [Float](repeating: threshold, count: population.shape.channels)))
    }
    return MethodOutcome(
      timesteps: input.options.timesteps, populations: try input.gained(populations),
      remarks: [
        "one threshold a layer: percentile \(input.options.percentile) of positive activations "
          + "of \(count) calibration samples"
      ])
  }

  /// The smallest of the positive values that a share of them does not exceed; zero if there are none.
  static func percentile(_ values: [Float], _ share: Double) -> Float {
    let positive = values.filter { $0 > 0 }.sorted()
    guard !positive.isEmpty else { return 0 }
    let rank = Int((share * Double(positive.count)).rounded(.up))
    return positive[min(max(rank, 1), positive.count) - 1]
  }
}
