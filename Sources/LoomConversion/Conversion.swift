public import LoomBase
public import LoomNetwork

/// A converted network, and from which step it would be read at any other T.
public struct Conversion: Sendable {
  /// The network, for the T asked for.
  public var network: SpikingNetwork
  /// The rule of delayed readout; nil where the whole window is read.
  let delay: ReadoutDelay?
  /// What the errors of the conversion are measured with.
  let meter: ErrorMeter

  /// t0 of a run of T′ steps with the same thresholds, by the rule that chose it for T.
  public func readoutStart(timesteps: Int) -> Int {
    if timesteps == network.timesteps { return network.readoutStart }
    return delay?.start(timesteps: timesteps) ?? 0
  }

  /// Where every hidden population misses the trained network's activations, in order of computation.
  ///
  /// Measured in float on at most `limit` of the last calibration samples (spike-based methods fit on
  /// the first; balanced thresholds and window codes on all).
  /// - Throws: SL2205 for linear maps too large to simulate.
  public func errors(samples limit: Int = 32) throws(DiagnosticsError) -> [PopulationError] {
    guard let coded = CodedNetwork(network) else { return try meter.errors(samples: limit) }
    return meter.errors(of: coded, samples: limit)
  }
}

extension ConversionOptions {
  /// Whether thresholds, potentials or biases depend on T, so that each T needs a conversion of its own;
  /// t0 aside, which follows from the same conversion at every T.
  ///
  /// Threshold balancing with a given K and plain percentiles do not: theirs serve every T. Where spikes of the
  /// outputs are counted their thresholds are chosen for T.
  public var dependsOnT: Bool {
    if readout == .spikeCounts { return true }
    return switch method {
    case .thresholdBalancing: iterations == nil
    case .percentile: false
    default: true
    }
  }
}
