import LoomBase
import LoomHardware
import LoomNetwork

/// Which weight takes the largest mantissa where mantissas have few bits.
///
/// With eight bits it is the largest weight. With four or fewer a step of a seventh of it (or a third, or all of
/// it) wastes the levels on outliers: larger weights are clamped where that lowers the sum of squared errors.
/// Before, 3 bits: 1.0, 0.4, 0.4, −0.38 on steps of 1/3, error 0.0133. After: clamped at 0.75, the value of
/// least error among the candidates.
enum NarrowWeights {
  /// The widest mantissas that are clipped.
  static let widest = 4

  /// Whether weights of a network are clipped on a chip.
  static func clips(_ input: QuantizationInput) -> Bool {
    input.profile.weight.bits <= widest && !input.network.isInteger && input.network.window == nil
  }

  /// The weight of each channel that takes the largest mantissa; for a readout, whose channels share one scale,
  /// the same for all.
  static func largest(_ projection: Int, _ input: QuantizationInput) -> [Double] {
    let largest = input.currents[projection].largest
    guard clips(input) else { return largest }
    let target = input.network.projections[projection].target.index
    let isShared = input.network.populations[target].role == .readout
    let tops = isShared ? [largest.max() ?? 0] : largest
    let errors = errors(projection, input, tops: tops)
    let best = errors.map { list in list.indices.min { (list[$0], $0) < (list[$1], $1) } ?? 0 }
    let clips = zip(tops, best).map { $0 * fractions[$1] }
    guard isShared else { return clips }
    return largest.map { min($0, clips[0]) }
  }

  /// Shares of the largest weight that are tried, none clipped first.
  private static let fractions: [Double] = (0...14).map { 1 - Double($0) * 0.05 }

  /// The sum of squared errors of each channel (or of all) for each share.
  private static func errors(
    _ projection: Int, _ input: QuantizationInput, tops: [Double]
  ) -> [[Double]] {
    let rows = input.rows[projection]
    let weights = input.weights[projection]
    let mantissa = Double(input.profile.weight.mantissaLimit)
    var errors = tops.map { _ in [Double](repeating: 0, count: fractions.count) }
    for row in 0..<rows.count {
      let place = tops.count == 1 ? 0 : rows.channels[row]
      guard tops[place] > 0 else { continue }
      for (choice, fraction) in fractions.enumerated() {
        let step = tops[place] * fraction / mantissa
        var sum = 0.0
        for index in rows.range(row) {
          let weight = Double(weights[index])
          let rounded = max(-mantissa, min(mantissa, (weight / step).rounded())) * step
          sum += (weight - rounded) * (weight - rounded)
        }
        errors[place][choice] += sum
      }
    }
    return errors
  }
}
