import LoomBase
import LoomNetwork

/// Runs every method for rate codes and takes the one that agrees best with the trained network.
///
/// Judged at the T asked for on calibration samples that were not in the spike simulations: the number of samples
/// whose answer is the trained network's, then the distance of the scores. Labels are never looked at. The samples
/// are held out from fitting on spikes only: balanced thresholds have seen the activations of all samples, and t0
/// and the readout's correction are chosen on the first 128 of them.
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

  /// Candidates this many held-out samples behind the best one are judged on further samples.
  private static let closeRace = 3

  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let split = SampleSplit(input)
    var input = input
    input.standard = input.balanced(BalancingPasses.standard, progress: progress)
    var outcomes: [MethodOutcome] = []
    var judgements: [Judgement] = []
    for candidate in candidates {
      progress?("trying \(candidate.name)")
      let outcome = try candidate.method.outcome(input, progress: progress)
      outcomes.append(outcome)
      judgements.append(try Judgement(input, outcome, samples: split.heldOut))
    }
    let ahead = judgements.map(\.same).max() ?? 0
    let close = judgements.indices.filter { judgements[$0].same >= ahead - Self.closeRace }
    if close.count > 1 {
      for index in close {
        progress?("judging \(candidates[index].name) on \(split.further.count) further samples")
        for stretch in split.furtherStretches {
          judgements[index].add(try Judgement(input, outcomes[index], samples: stretch))
        }
      }
    }
    var best = close[0]
    for index in close where judgements[index].isBetter(than: judgements[best]) { best = index }
    var outcome = outcomes[best]
    outcome.remarks.insert(verdict(judgements), at: 0)
    outcome.remarks.insert("\(candidates[best].name) taken", at: 1)
    return outcome
  }

  private func verdict(_ judgements: [Judgement]) -> String {
    let list = zip(candidates, judgements).map { candidate, judged in
      "\(candidate.name) \(judged.same) of \(judged.samples) "
        + "(distance \((judged.distance * 1e4).rounded() / 1e4))"
    }
    return
      "best of the rate-code methods by agreement with the trained network on calibration samples "
      + "left out of the spike simulations (close ones on more of them): "
      + list.joined(separator: ", ")
  }
}

/// Layer-wise threshold tuning, then the correction of mean errors and of the readout.
struct TunedCalibration: ThresholdMethod {
  func outcome(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> MethodOutcome
  {
    let base = input.balanced(BalancingPasses.standard, progress: progress)
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
  private(set) var same: Int
  /// Samples asked.
  private(set) var samples: Int
  /// Σ (score − ANN score)² and Σ ANN score².
  private var squares: (error: Double, size: Double)

  /// The relative squared distance of the scores.
  var distance: Double { squares.error / max(squares.size, 1e-30) }

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
    same = agreement.same[mark]
    self.samples = agreement.samples
    squares = (agreement.distance[mark] * agreement.size, agreement.size)
  }

  /// Takes in the same outcome's answers to other samples.
  mutating func add(_ other: Judgement) {
    same += other.same
    samples += other.samples
    squares.error += other.squares.error
    squares.size += other.squares.size
  }

  /// More samples answered alike, then nearer scores.
  func isBetter(than other: Judgement) -> Bool {
    (same, -distance) > (other.same, -other.distance)
  }
}
