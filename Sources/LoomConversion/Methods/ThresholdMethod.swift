import LoomBase
import LoomNetwork

/// A draft and the samples a method may look at; no labels.
struct MethodInput: Sendable {
  /// The populations, before thresholds.
  let draft: DraftNetwork
  /// Calibration samples, preprocessed, as channel-first maps.
  let samples: CalibrationSet
  /// Elements of one sample.
  let inputCount: Int
  /// The shape of one sample.
  let inputShape: MapShape
  /// T, K, coding, threads and what else the user chose.
  let options: ConversionOptions
  /// What `balanced` would find for the standard K, if that has been worked out already.
  var standard: [CalibratedPopulation]?

  /// Thresholds of clip calibration with K passes.
  func balanced(_ passes: Int, progress: ((String) -> Void)?) -> [CalibratedPopulation] {
    if passes == BalancingPasses.standard, let standard { return standard }
    return ClipCalibration(draft, iterations: passes, threads: options.threads)
      .run(samples.blocks, inputCount: inputCount, progress: progress)
  }
}

/// What a method found: everything about a spiking network that its layers leave open.
struct MethodOutcome: Sendable {
  /// What spikes say.
  var code: SpikeCode = .rate
  /// T, which a window code may have fixed by the levels of the activations.
  var timesteps: Int
  /// t0, from which the answer is read.
  var readoutStart: Int = 0
  /// By population of the draft.
  var populations: [CalibratedPopulation]
  /// What reports should say.
  var remarks: [String] = []
}

extension MethodOutcome {
  /// Half a quantum as a share of the threshold: v(0) by default (conversion.md §0 and §2).
  var halfStep: Float {
    switch code {
    case .rate: 0.5
    case .bitSerial: 0.5 / Float(1 << min(timesteps, 24))
    case .timeToFirstSpike: 0.5 / Float(timesteps)
    }
  }
}

/// A published way to turn activations into thresholds, one file each in `Methods/`.
protocol ThresholdMethod: Sendable {
  /// Everything that keeps the method from serving a network, before any work starts.
  func findings(_ draft: DraftNetwork, _ options: ConversionOptions) -> [Diagnostic]

  /// Decides thresholds, initial potentials and biases.
  ///
  /// The result does not depend on the number of threads.
  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
}

extension ThresholdMethod {
  func findings(_ draft: DraftNetwork, _ options: ConversionOptions) -> [Diagnostic] { [] }
}

extension ConversionMethod {
  /// The method behind a name.
  var implementation: any ThresholdMethod {
    switch self {
    case .thresholdBalancing: ThresholdBalancing()
    case .bitSerial: BitSerial()
    case .timeToFirstSpike: TimeToFirstSpike()
    case .calibrated: SpikeCalibration()
    case .tuned: ThresholdTuning()
    case .percentile: PercentileNormalization()
    case .automatic: BestOfMethods()
    }
  }
}
