import LoomBase
import LoomHardware
import LoomNetwork

/// The scales of populations of window codes, chosen so that nothing can saturate.
///
/// The sum of a window is bounded by the weights themselves: every source at its largest code, all of one
/// sign, and everything that is injected once. Before: positive weights that sum to 3.2 λ_source, T = 4, 24
/// bits. After: θ and all weights as large as 8-bit mantissas and 2^23 − 1 ≥ 3.2·15/16·scale allow.
enum WindowScale {
  /// The scale of a hidden population; `room` is the share of the potential its sums may take.
  static func hidden(
    _ inputs: ChannelInputs, _ input: QuantizationInput, _ window: WindowCode, room: Double
  ) -> PopulationScale {
    let grid = ThresholdGrid(input.profile, reset: inputs.population.reset)
    let weightCaps = weightCaps(inputs, input, room: room)
    let top = min(
      Double(grid.limit), (input.potentialLimit / Double(window.largestMultiple)).rounded(.down))
    let caps = weightCaps.map { min($0, top) }
    let shift = inputs.main == nil ? 0 : mainShift(inputs, input, caps: caps)
    let full = full(inputs, input, shift: shift)
    var wishes = zip(full, caps).map(min)
    let live = wishes.indices.filter { inputs.largestMain[$0] > 0 }.map { wishes[$0] }.sorted()
    if let usual = live.isEmpty ? nil : live[live.count / 2] {
      for channel in wishes.indices where inputs.largestMain[channel] == 0 {
        wishes[channel] = min(usual, caps[channel])
      }
    }
    let thresholds = ThresholdClusters.assign(
      wishes.map { grid.floor($0) }, count: input.profile.neuron.distinctThresholds)
    var result = PopulationScale(
      scales: zip(thresholds, inputs.threshold).map { Double($0) / $1 }, main: inputs.main,
      shift: shift)
    result.lostBits = zip(full, weightCaps).map { lost($0, $1) }
    result.quantum = thresholds.map { window.quantum(threshold: Double($0)) }.min()
    return result
  }

  /// Bits of weight that a cap on a scale costs.
  static func lost(_ full: Double, _ cap: Double) -> Double {
    guard full.isFinite, cap > 0, full > cap else { return 0 }
    return Double((full / cap).exponent) + (full / cap).significand - 1
  }

  /// θ of each channel at which its sums, its other projections and what the host writes still fit.
  private static func weightCaps(
    _ inputs: ChannelInputs, _ input: QuantizationInput, room: Double
  ) -> [Double] {
    let format = input.profile.weight
    let largest = Double(format.mantissaLimit) * powerOfTwo(format.maximumShift)
    let bias = input.biasLimit(inputs.index)
    return inputs.threshold.indices.map { channel in
      let threshold = inputs.threshold[channel]
      let written = max(inputs.bias[channel], inputs.constant[channel])
      return min(
        ratio(input.potentialLimit * room * threshold, inputs.reach[channel]),
        ratio(largest * threshold, inputs.largestOther[channel]),
        ratio(bias * threshold, written))
    }
  }

  /// θ of each channel at which its largest main weight takes the largest mantissa.
  private static func full(
    _ inputs: ChannelInputs, _ input: QuantizationInput, shift: Int
  ) -> [Double] {
    let mantissa = Double(input.profile.weight.mantissaLimit) * powerOfTwo(shift)
    return zip(inputs.threshold, inputs.largestMain).map { ratio(mantissa * $0, $1) }
  }

  /// The finest shift that costs no mantissa: what is below it serves other projections and constants.
  private static func mainShift(
    _ inputs: ChannelInputs, _ input: QuantizationInput, caps: [Double]
  ) -> Int {
    let format = input.profile.weight
    let live = caps.indices.filter { inputs.largestMain[$0] > 0 }
    guard !live.isEmpty else { return format.minimumShift }
    func kept(_ shift: Int) -> [Double] {
      let full = full(inputs, input, shift: shift)
      return live.map { min(1, caps[$0] / full[$0]) }
    }
    let best = kept(format.minimumShift)
    var shift = max(format.minimumShift, min(HiddenScale.finestShift, format.maximumShift))
    while shift > format.minimumShift {
      let share = zip(kept(shift), best).reduce(0.0) {
        $0 + $1.0 / max($1.1, .leastNormalMagnitude)
      }
      if share / Double(live.count) >= leastShare { break }
      shift -= 1
    }
    return shift
  }

  /// The mean share of mantissas a finer shift must keep.
  private static let leastShare = 0.995

  private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
    denominator > 0 ? numerator / denominator : .infinity
  }
}

extension PopulationScale {
  /// What is said of a population whose weights lost bits, or whose quantum is coarse; empty if neither.
  func windowRemarks(_ name: String, input: QuantizationInput) -> [Diagnostic] {
    var remarks: [Diagnostic] = []
    let lossy = lostBits.filter { $0 >= 0.05 }
    if let worst = lossy.max() {
      let bits = Double(Int(worst * 10 + 0.5)) / 10
      remarks.append(
        Diagnostic(
          .remark, "SL3022",
          "needs \(input.potentialBits + Int(worst.rounded(.up))) potential bits for all "
            + "\(input.profile.weight.bits) bits of its weights, has \(input.potentialBits): up to "
            + "\(bits) bits lost in \(lossy.count) of \(scales.count) channels", at: .layer(name)))
    }
    if let quantum, quantum < 8 {
      remarks.append(
        Diagnostic(
          .warning, "SL3023",
          "needs a quantum of at least 8 potential units, has \(Double(Int(quantum * 100)) / 100)",
          at: .layer(name), remedy: "use fewer time-steps, or a profile with wider potentials"))
    }
    return remarks
  }
}
