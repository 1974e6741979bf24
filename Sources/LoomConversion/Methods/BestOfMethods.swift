import LoomBase
import LoomNetwork

/// Runs every method for rate codes and takes the one that agrees best with the trained network.
///
/// Judged on calibration samples that thresholds were not fitted to, at the T asked for: the number of samples
/// whose answer is the trained network's, then the distance of the scores. Labels are never looked at.
struct BestOfMethods: ThresholdMethod {
  /// A way to convert, and what it is called in the remarks.
  private struct Candidate {
    var name: String
    var method: any ThresholdMethod
  }

  private let candidates = [
    Candidate(name: "calibrated", method: SpikeCalibration()),
    Candidate(name: "ttrbr and bias", method: TunedCalibration()),
    Candidate(name: "ttrbr", method: ThresholdTuning()),
    Candidate(name: "threshold-balancing", method: ThresholdBalancing()),
    Candidate(name: "percentile", method: PercentileNormalization()),
  ]

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let split = SampleSplit(input)
    var best: (outcome: MethodOutcome, same: Int, distance: Double)?
    var verdicts: [String] = []
    for candidate in candidates {
      progress?("trying \(candidate.name)")
      let outcome = try candidate.method.outcome(input, progress: progress)
      let judged = try Judgement(input, outcome, samples: split.heldOut)
      verdicts.append(
        "\(candidate.name) \(judged.same) (distance \((judged.distance * 1e4).rounded() / 1e4))")
      if let leader = best,
        (leader.same, -leader.distance) >= (judged.same, -judged.distance)
      {
        continue
      }
      best = (outcome, judged.same, judged.distance)
    }
    guard var outcome = best?.outcome else { preconditionFailure("there are candidates") }
    outcome.remarks.insert(
      "best of the rate-code methods by agreement on \(split.heldOut.count) held-out calibration "
        + "samples: " + verdicts.joined(separator: ", "), at: 0)
    return outcome
  }
}

/// Layer-wise threshold tuning, then the correction of mean errors and of the readout.
struct TunedCalibration: ThresholdMethod {
  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let base = ClipCalibration(
      input.draft, iterations: BalancingPasses.standard, threads: input.options.threads
    ).run(input.samples.blocks, inputCount: input.inputCount, progress: progress)
    let timesteps = input.options.timesteps
    let correction = MeanCorrection(form: .bias, timesteps: timesteps)
    var outcome = try SpikingFit(input).outcome(progress: progress) { probe in
      var (facts, share) = ThresholdTuning.tune(base[probe.index], probe, timesteps: timesteps)
      if share != nil { facts.adopt(correction.corrected(ChannelParameters(facts), probe)) }
      return facts
    }
    outcome.remarks.insert(
      "thresholds tuned per layer on real spikes, mean errors corrected", at: 0)
    return outcome
  }
}

/// How an outcome answers some calibration samples, read where it says.
struct Judgement {
  /// Samples answered as the trained network does.
  let same: Int
  /// The relative squared distance of the scores.
  let distance: Double

  /// Simulates the samples.
  init(_ input: MethodInput, _ outcome: MethodOutcome, samples: Range<Int>)
    throws(DiagnosticsError)
  {
    let answer = try simulated { () throws(RegionLimit) in
      try RateSimulation(input, samples: samples, alsoMarking: outcome.readoutStart)
        .run(outcome.populations)
    }
    let agreement = AnswerAgreement(answer)
    let mark = agreement.starts.firstIndex(of: outcome.readoutStart) ?? 0
    (same, distance) = (agreement.same[mark], agreement.distance[mark])
  }
}
