import LoomBase
import LoomNetwork

/// Fits a network's parameters population by population on real spikes, then chooses where to read.
struct SpikingFit {
  let input: MethodInput
  let split: SampleSplit

  /// Prepares a fit on the calibration samples of a method.
  init(_ input: MethodInput) {
    self.input = input
    split = SampleSplit(input)
  }

  /// Decides about every population, then about t0 and, if asked, the readouts' correction.
  func outcome(
    correctingReadout: Bool = true, progress: ((String) -> Void)?,
    decide: (LayerProbe) -> CalibratedPopulation
  ) throws(DiagnosticsError) -> MethodOutcome {
    let fitted = try simulated { () throws(RegionLimit) in
      try RateSimulation(input, samples: split.fitted).run { probe in
        progress?(
          "calibrating '\(probe.population.name)' on spikes "
            + "(\(probe.index + 1) of \(input.draft.populations.count))")
        return decide(probe)
      }
    }
    progress?("choosing where the answer is read")
    let judged = try simulated { () throws(RegionLimit) in
      try RateSimulation(input, samples: split.heldOut).run(fitted.populations)
    }
    let outputs = input.draft.outputs.map { input.draft.populations[$0].shape }
    let correction = correctingReadout ? ReadoutCorrection(fitted, outputs: outputs) : nil
    let agreement = AnswerAgreement(judged, correction: correction)
    let mark = input.options.delayedReadout ? agreement.nearest : 0
    var populations = fitted.populations
    if let correction {
      for (place, output) in input.draft.outputs.enumerated()
      where input.draft.populations[output].kind == .readout {
        populations[output].biasCorrections = correction.channels[mark][place]
      }
    }
    return MethodOutcome(
      timesteps: input.options.timesteps, readoutStart: agreement.starts[mark],
      populations: populations,
      remarks: [
        "fitted on \(split.fitted.count) calibration samples, readout from step "
          + "\(agreement.starts[mark]) on: \(agreement.same[mark]) of \(agreement.samples) held-out "
          + "samples agree with the trained network"
      ])
  }
}

/// Runs a simulation, telling the user if a map is too large for it.
func simulated<Value>(_ body: () throws(RegionLimit) -> Value) throws(DiagnosticsError) -> Value {
  do {
    return try body()
  } catch {
    throw DiagnosticsError(
      .option(
        "needs maps of at most \(RegionLimit.maximumEntries) weights, one has \(error.entries)",
        remedy: "use a smaller network"))
  }
}
