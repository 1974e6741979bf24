import LoomBase
import LoomNetwork

/// Training-free local threshold balancing with delayed readout (Bu and others 2024, arXiv 2409.03368, §4).
///
/// K passes over the calibration set in clip mode move each channel's threshold from zero by the gradient of
/// the squared clipping error; K is early stopping, chosen for T on
/// calibration samples unless the user gives it. v(0) = θ/2.
struct ThresholdBalancing: ThresholdMethod {
  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    var iterations = input.options.iterations ?? BalancingPasses.standard
    if input.options.iterations == nil {
      iterations = try BalancingPasses.choose(input, progress: progress)
    }
    let populations = try input.gained(input.balanced(iterations, progress: progress))
    let why = input.options.iterations == nil ? " chosen for T = \(input.options.timesteps)" : ""
    return Self.outcome(
      input, populations,
      remark: "thresholds balanced on \(input.samples.count) calibration samples, "
        + "K = \(iterations)\(why)")
  }

  /// Balanced populations and where they are read.
  static func outcome(
    _ input: MethodInput, _ populations: [CalibratedPopulation], remark: String
  ) -> MethodOutcome {
    let options = input.options
    let delay = ReadoutDelay(
      input.draft, populations, inputDelay: input.samples.firstSpike(options.coding))
    let start = options.delayedReadout ? delay.start(timesteps: options.timesteps) : 0
    let readout =
      options.delayedReadout
      ? "readout from step \(start) on (estimated onset \(delay.onset))"
      : "readout over the whole window, as asked"
    return MethodOutcome(
      timesteps: options.timesteps, readoutStart: start, populations: populations,
      remarks: [remark, readout])
  }
}
