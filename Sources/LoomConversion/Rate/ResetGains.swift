import LoomBase
import LoomNetwork

/// Makes up for the charge that neurons with hard reset lose, on chips without soft reset (architecture.md §3.3).
///
/// A neuron whose potential falls to zero loses at each spike what stood above θ: of a constant current I it sends
/// one spike in ⌈θ/I⌉ steps, never more than θ/I asks for. Two things lower the loss: a larger θ (small currents
/// overshoot little; T must then be larger), and a gain on all currents of a channel, its biases included, while a
/// spike stays worth θ. Both are chosen for each channel on the spikes it really receives, by the squared error
/// of its mean output.
enum ResetGains {
  /// Gains that are tried.
  static let candidates: [Float] = [1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8, 2.1]
  /// θ beyond the largest activation, as a share of it, tried under hard reset besides the usual shares.
  static let shares: [Float] = [3, 2, 1.5, 1.25]

  /// Each set of parameters with every gain; as they are under soft reset.
  static func variants(_ plain: [ChannelParameters], _ reset: ResetMode) -> [ChannelParameters] {
    guard reset == .hard else { return plain }
    return plain.flatMap { parameters in
      candidates.map { gain in
        var variant = parameters
        variant.gains = [Float](repeating: gain, count: parameters.thresholds.count)
        return variant
      }
    }
  }

  /// The parameters with the gain of least squared error for each channel; as they are under soft reset.
  static func gained(_ parameters: ChannelParameters, _ probe: LayerProbe) -> ChannelParameters {
    guard probe.population.reset == .hard, probe.population.kind != .readout else {
      return parameters
    }
    let variants = variants([parameters], .hard)
    return ChannelChoice.best(variants, probe.errors(of: variants, from: probe.timesteps / 4))
  }
}

extension MethodInput {
  /// Populations with their thresholds as they are and gains against the loss of a hard reset; under soft reset as
  /// they came.
  ///
  /// - Throws: SL2205 for linear maps too large to simulate.
  func gained(_ populations: [CalibratedPopulation]) throws(DiagnosticsError)
    -> [CalibratedPopulation]
  {
    guard draft.populations.contains(where: { $0.reset == .hard && $0.kind != .readout }) else {
      return populations
    }
    return try simulated { () throws(RegionLimit) in
      try RateSimulation(self, samples: SampleSplit(self).fitted).run { probe in
        var facts = populations[probe.index]
        guard probe.population.reset == .hard, probe.population.kind != .readout else {
          return facts
        }
        facts.adopt(ResetGains.gained(ChannelParameters(facts), probe))
        return facts
      }
    }.populations
  }
}

extension ConversionOptions {
  /// What firing does to the potential of input neurons (coding `rate`).
  var inputReset: ResetMode {
    hostIntegratesInput || coding == .poisson ? .soft : reset
  }
}

extension DraftNetwork {
  /// Gives every population the reset that the options ask for; what the host integrates keeps soft reset.
  mutating func chooseResets(_ options: ConversionOptions) {
    guard options.reset == .hard else { return }
    for index in populations.indices {
      let isOnHost =
        options.hostIntegratesInput && options.coding == .direct
        && populations[index].kind != .readout && populations[index].sites.count == 1
        && populations[index].sources == [Term.input]
      populations[index].reset = isOnHost ? .soft : .hard
    }
  }

  /// The substitution of soft reset, counted, for reports; none under soft reset.
  func resetRemarks(_ outcome: MethodOutcome) -> [String] {
    let hard = populations.indices.filter { index in
      populations[index].reset == .hard
        && (populations[index].kind != .readout || outcome.populations[index].counted != nil)
    }
    guard !hard.isEmpty else { return [] }
    let neurons = hard.reduce(0) { $0 + populations[$1].shape.count }
    let gains = hard.flatMap { outcome.populations[$0].gains ?? [] }.sorted()
    let median = gains.isEmpty ? 1 : (Double(gains[gains.count / 2]) * 100).rounded() / 100
    return [
      "substitution: hard reset in place of soft reset on \(neurons) neurons of \(hard.count) "
        + "populations; residual charge is lost (currents raised by a median gain of \(median) to make up for it)"
    ]
  }
}
