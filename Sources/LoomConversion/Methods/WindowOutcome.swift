import Foundation
import LoomBase
import LoomNetwork

extension ThresholdMethod {
  /// What a window code with T as asked makes of a network.
  func windowOutcome(_ code: SpikeCode, _ input: MethodInput, progress: ((String) -> Void)?)
    -> MethodOutcome
  {
    let timesteps = input.options.timesteps
    let grid = CodeGrid(code, timesteps: timesteps)
    let calibration = WindowCalibration(input.draft, grid: grid, options: input.options)
    var populations = calibration.run(
      input.samples, inputCount: input.inputCount, progress: progress)
    let tuned = tune(&populations, calibration, grid, input, progress: progress)
    let spiking = input.draft.populations.filter { $0.kind != .readout }
    let trained = spiking.count { $0.quantization?.levels == grid.top }
    let said =
      "\(grid.top + 1) levels in \(timesteps) steps; full scales "
      + (trained > 0 ? "of \(trained) populations from trained levels, of the others " : "")
      + "chosen on \(input.samples.count) calibration samples by least squared error"
    return MethodOutcome(
      code: code, timesteps: timesteps, populations: populations,
      remarks: [said] + tuned + levelRemarks(input.draft, code, grid))
  }

  /// Tunes what calibration found, if asked or needed; returns what to say of it.
  private func tune(
    _ populations: inout [CalibratedPopulation], _ calibration: WindowCalibration,
    _ grid: CodeGrid, _ input: MethodInput, progress: ((String) -> Void)?
  ) -> [String] {
    func slope(_ blocks: SampleBlocks) -> WindowSlope {
      WindowSlope(
        input.draft, grid: grid, options: input.options, start: populations, exact: blocks,
        coded: calibration.inputCodes(blocks, peak: input.samples.peak),
        inputCount: input.inputCount)
    }
    var need: TuningNeed?
    if input.options.tuningPasses == nil {
      let found = TuningNeed(
        slope(input.samples.blocks.sparser(TuningNeed.blocks)), input.draft,
        samples: input.samples.count)
      guard found.isFelt else { return [] }
      if !found.isAffordable { return [found.remedy] }
      need = found
    }
    let passes = input.options.tuningPasses ?? TuningNeed.passes
    guard passes > 0 else { return [] }
    let outcome = WindowTuning(
      slope: slope(input.samples.blocks), passes: passes, seed: input.options.seed
    ).run(progress: progress)
    if let outcome { populations = outcome.populations }
    return (need.map { [$0.reason] } ?? []) + [tuningRemark(outcome, passes)]
  }

  private func tuningRemark(_ outcome: WindowTuning.Outcome?, _ passes: Int) -> String {
    guard let outcome else { return "nothing to tune: training left no level open" }
    let (before, after) = outcome.loss
    func said(_ loss: Double) -> String { String(format: "%.4f", loss) }
    let what =
      outcome.isOfClasses
      ? "divergence from the trained network's softmax"
      : "squared error against the trained network's answers, as a share of their variance,"
    let place = "on calibration samples held out of it"
    return after < before
      ? "full scales and biases tuned in \(passes) passes: mean \(what) \(said(before)) → \(said(after)) \(place)"
      : "full scales and biases left as calibrated: \(passes) passes of tuning would change the mean \(what) "
        + "\(said(before)) → \(said(after)) \(place)"
  }

  /// How the levels of trained activations differ from those that spikes can say.
  private func levelRemarks(_ draft: DraftNetwork, _ code: SpikeCode, _ grid: CodeGrid) -> [String]
  {
    var counts: [Int: [String]] = [:]
    for population in draft.populations {
      if let levels = population.quantization?.levels {
        counts[levels, default: []].append(population.name)
      }
    }
    return counts.keys.sorted().map { levels in
      let names = counts[levels] ?? []
      let who = "\(names.count) activations trained with \(levels + 1) levels ('\(names[0])' first)"
      if levels == grid.top { return "\(who): exact\(roundedBetween(draft))" }
      let fitting = Self.exactTimesteps(levels, code)
      let remedy =
        fitting.map { "-T \($0) would be exact" }
        ?? "no -T is exact: train with 2^T − 1 steps, for example \(grid.top)"
      return "\(who), \(code.rawValue) has \(grid.top + 1): \(remedy)"
    }
  }

  /// Neurons that stand for pooling round what they take the mean of.
  private func roundedBetween(_ draft: DraftNetwork) -> String {
    let names = draft.populations.filter { $0.kind == .pooling }.map { "'\($0.name)'" }
    guard !names.isEmpty else { return "" }
    return ", but for the rounding of pooling neurons \(names.joined(separator: ", ")); "
      + "--pooling compose has none"
  }

  /// The window that says exactly a number of steps.
  private static func exactTimesteps(_ levels: Int, _ code: SpikeCode) -> Int? {
    if code == .timeToFirstSpike { return levels }
    return (levels + 1).nonzeroBitCount == 1 ? (levels + 1).trailingZeroBitCount : nil
  }
}
