import LoomBase
import LoomNetwork

/// K of threshold balancing for the T asked for: early stopping without labels.
///
/// The objective falls with every pass, so K decides how much is clipped: few steps want small thresholds. Each
/// candidate is balanced on some calibration samples and simulated on others.
enum BalancingPasses {
  /// K where nothing is chosen.
  static let standard = 1000
  /// The candidates.
  static let candidates = [100, 300, 1000, 3000]

  /// The candidate that agrees best with the trained network; ties: the least distance of the scores.
  static func choose(_ input: MethodInput, progress: ((String) -> Void)?) throws(DiagnosticsError)
    -> Int
  {
    let split = SampleSplit(input)
    let blocks = (split.fitted.count + SampleBlocks.size - 1) / SampleBlocks.size
    let fitted = SampleBlocks(blocks: Array(input.samples.blocks.blocks.prefix(blocks)))
    var best: (passes: Int, judged: Judgement)?
    for passes in candidates {
      progress?("trying K = \(passes)")
      let populations = ClipCalibration(
        input.draft, iterations: passes, threads: input.options.threads
      ).run(fitted, inputCount: input.inputCount, progress: nil)
      let outcome = ThresholdBalancing.outcome(
        input, try input.gained(populations), remark: "")
      let judged = try Judgement(input, outcome, samples: split.heldOut)
      if let leader = best, !judged.isBetter(than: leader.judged) { continue }
      best = (passes, judged)
    }
    return best?.passes ?? standard
  }
}
