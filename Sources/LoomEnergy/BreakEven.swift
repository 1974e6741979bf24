/// How active the spiking network is and how active it may be before it costs more than the ANN.
///
/// The energy is taken as `fixed + rate · slope` with the fixed part (updates, barriers, static power, front
/// end) as it is and everything that follows spikes proportional to the rate.
public struct BreakEven: Sendable, Hashable {
  /// Synaptic operations for each dense MAC of the ANN; nil without MACs.
  public var operationsPerMac: Double?
  /// Spikes per input and time-step, SOP / (T · MAC); nil without MACs.
  public var spikeRate: Double?
  /// The rate at which both cost the same: negative or nil never occurs; nil means that the ANN is cheaper
  /// even if no neuron ever spikes, or that there is nothing to compare.
  public var breakEvenRate: Double?
  /// Whether nothing follows spikes and the rest is below the ANN: cheaper at any rate.
  public var isAlwaysCheaper = false

  /// Finds the break-even rate.
  ///
  /// - Parameters:
  ///   - fixed: Energy that does not follow spikes, pJ.
  ///   - variable: Energy that follows them, at the rate found, pJ.
  ///   - synapticOperations: Per sample.
  ///   - macs: Dense MACs of the ANN per sample.
  ///   - timesteps: T.
  ///   - baseline: The ANN's energy, pJ.
  public init(
    fixed: Double, variable: Double, synapticOperations: Double, macs: Double, timesteps: Int,
    baseline: Double
  ) {
    guard macs > 0, timesteps > 0 else { return }
    let perMac = synapticOperations / macs
    let rate = perMac / Double(timesteps)
    operationsPerMac = perMac
    spikeRate = rate
    isAlwaysCheaper = variable == 0 && rate > 0 && baseline > fixed
    guard variable > 0, rate > 0, baseline > fixed else { return }
    breakEvenRate = rate * (baseline - fixed) / variable
  }
}
