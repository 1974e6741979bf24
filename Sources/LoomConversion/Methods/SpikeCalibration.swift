import LoomBase
import LoomNetwork

/// Calibration on real spikes (Li and others 2021, SNN Calibration; conversion.md §4).
///
/// Populations are taken in order, each on the spikes that its already calibrated predecessors really send in
/// T steps. Per channel the threshold is the one of a grid of shares of the largest activation whose mean output
/// is nearest to the trained network's activation; then a correction makes up for what is left of the mean
/// error, as far as that lowers the squared error. Later populations so compensate earlier ones. Spikes of the
/// first quarter of the window, in which deep populations are still waking, do not count.
///
/// Ours, not the paper's: real spike trains in place of the clip-floor staircase for the grid, the share of the
/// correction chosen by squared error, and a step t0 to read from chosen on samples not used for fitting, with
/// the readout's mean error corrected for that t0. As options Deng and Gu's shift (bias θ/(2T), v(0) = 0) and
/// a correction by initial potentials.
struct SpikeCalibration: ThresholdMethod {
  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let base = input.balanced(BalancingPasses.standard, progress: progress)
    let choice = ChannelThresholdGrid(
      base: base, correction: input.options.correction, timesteps: input.options.timesteps)
    var outcome = try SpikingFit(input).outcome(progress: progress) { choice.decide($0) }
    outcome.remarks.insert(
      "thresholds per channel by squared error on real spikes, correction "
        + "'\(input.options.correction.rawValue)'", at: 0)
    return outcome
  }
}

/// The threshold of each channel by the squared error of its mean output, then the correction.
struct ChannelThresholdGrid: Sendable {
  /// What clip calibration found; thresholds are replaced.
  let base: [CalibratedPopulation]
  let correction: BiasCorrection
  let timesteps: Int

  /// θ as a share of the largest activation.
  static let shares: [Float] = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.35, 0.3, 0.25, 0.2, 0.15]

  /// Decides about one population on the spikes it receives.
  func decide(_ probe: LayerProbe) -> CalibratedPopulation {
    var facts = base[probe.index]
    // Trained levels give their thresholds themselves.
    if probe.population.kind == .readout || probe.population.quantization != nil { return facts }
    let peaks = probe.peaks
    let shares = probe.population.reset == .hard ? ResetGains.shares + Self.shares : Self.shares
    let variants = ResetGains.variants(
      shares.map { share in start(zip(peaks, facts.thresholds).map { $0 > 0 ? $0 * share : $1 }) },
      probe.population.reset)
    let best = ChannelChoice.best(variants, probe.errors(of: variants, from: timesteps / 4))
    facts.adopt(MeanCorrection(form: correction, timesteps: timesteps).corrected(best, probe))
    return facts
  }

  private func start(_ thresholds: [Float]) -> ChannelParameters {
    var parameters = ChannelParameters(thresholds: thresholds)
    if correction == .shift {
      parameters.initialPotentials = [Float](repeating: 0, count: thresholds.count)
      parameters.biasCorrections = thresholds.map { $0 / Float(2 * timesteps) }
    }
    return parameters
  }
}

/// Makes up for the mean error of each channel.
struct MeanCorrection: Sendable {
  let form: BiasCorrection
  let timesteps: Int

  /// Shares of the mean error that are tried; silent neurons do not answer to a correction.
  private static let shares: [Float] = [0, 0.5, 1, 1.5]

  /// The parameters with the share of the correction that leaves the least squared error.
  func corrected(_ plain: ChannelParameters, _ probe: LayerProbe) -> ChannelParameters {
    guard form == .bias || form == .potential else { return plain }
    let neurons = Double(max(1, probe.samples * probe.population.shape.positions))
    let errors = probe.errors(of: [plain], from: timesteps / 4)[0]
    let means = errors.map { Float(-$0.signed / neurons) }
    let variants = Self.shares.map { share in
      var parameters = plain
      if form == .bias {
        parameters.biasCorrections = means.map { $0 * share }
      } else {
        for channel in means.indices {
          parameters.initialPotentials[channel] += means[channel] * share * Float(timesteps)
        }
      }
      return parameters
    }
    return ChannelChoice.best(variants, probe.errors(of: variants, from: timesteps / 4))
  }
}

/// Takes for each channel the parameters with the least squared error.
enum ChannelChoice {
  /// The best of several sets of parameters, channel by channel; the first where errors are equal.
  static func best(_ variants: [ChannelParameters], _ errors: [[LayerProbe.ChannelError]])
    -> ChannelParameters
  {
    var result = variants[0]
    if result.biasCorrections.isEmpty {
      result.biasCorrections = [Float](repeating: 0, count: result.thresholds.count)
    }
    if result.gains.isEmpty, variants.contains(where: { !$0.gains.isEmpty }) {
      result.gains = [Float](repeating: 1, count: result.thresholds.count)
    }
    for channel in result.thresholds.indices {
      var best = 0
      for variant in variants.indices
      where errors[variant][channel].squared < errors[best][channel].squared { best = variant }
      result.thresholds[channel] = variants[best].thresholds[channel]
      result.initialPotentials[channel] = variants[best].initialPotentials[channel]
      if !variants[best].gains.isEmpty { result.gains[channel] = variants[best].gains[channel] }
      if !variants[best].biasCorrections.isEmpty {
        result.biasCorrections[channel] = variants[best].biasCorrections[channel]
      }
    }
    return result
  }
}

extension CalibratedPopulation {
  /// Takes over parameters found by simulation.
  mutating func adopt(_ parameters: ChannelParameters) {
    let channels = Float(max(1, thresholds.count))
    let before = thresholds.reduce(0, +) / channels
    let after = parameters.thresholds.reduce(0, +) / channels
    rate = after > 0 ? min(1, rate * before / after) : rate
    thresholds = parameters.thresholds
    initialPotentials = parameters.initialPotentials
    biasCorrections = parameters.biasCorrections
    gains = parameters.gains.isEmpty ? nil : parameters.gains
  }
}
