import LoomBase
import LoomNetwork

/// Calibration samples, checked and preprocessed.
struct CalibrationSet: Sendable {
  /// The samples as channel-first maps.
  private(set) var blocks: SampleBlocks
  /// The number used.
  private(set) var count: Int
  /// The number given.
  private(set) var given: Int
  /// The largest |value|.
  private(set) var peak: Float
  /// Whether some value is negative.
  private(set) var hasNegative: Bool
  /// The mean over all elements of the positive and of the negative parts.
  private(set) var meanParts: (positive: Double, negative: Double)
  /// The largest mean |value| of an element.
  private var largestMean: Double

  /// Memory the activations of calibration may take.
  private static let activationBytes = 2 << 30

  /// Takes as many samples as asked for and as memory allows.
  init(
    _ samples: Samples, draft: DraftNetwork, plan: InputPlan, options: ConversionOptions
  ) throws(DiagnosticsError) {
    guard samples.count >= 10 else { throw DiagnosticsError(.tooFewSamples(samples.count)) }
    let elements = plan.layout.count
    let limit = ClipCalibration.sampleLimit(
      draft, inputCount: elements, bytes: Self.activationBytes)
    given = samples.count
    count = min(samples.count, max(10, options.maximumCalibrationSamples), limit)
    let values = try SamplePreparation.maps(
      samples, range: 0..<count, plan: plan, preprocessing: options.preprocessing)
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw DiagnosticsError(.samplesNotFinite(bad / elements))
    }
    peak = values.reduce(0) { max($0, abs($1)) }
    hasNegative = values.contains { $0 < 0 }
    let total = Double(values.count)
    meanParts = (
      values.reduce(0) { $0 + Double(max(0, $1)) } / total,
      values.reduce(0) { $0 - Double(min(0, $1)) } / total
    )
    var means = [Double](repeating: 0, count: elements)
    for sample in 0..<count {
      for element in 0..<elements {
        means[element] += Double(abs(values[sample * elements + element]))
      }
    }
    largestMean = (means.max() ?? 0) / Double(count)
    blocks = SampleBlocks(values, elements: elements)
  }

  /// Steps until the most driven input neuron first fires; zero where the input is analog.
  func firstSpike(_ coding: Coding) -> Double {
    coding.hasInputNeurons && largestMean > 0 ? Double(peak) / 2 / largestMean : 0
  }
}
