import LoomBase
import LoomHardware
import LoomNetwork

/// Mantissas and shifts of one projection.
struct WeightQuantization {
  var mantissas: [Int16]
  /// One shift for all channels, or one each.
  var shifts: [UInt8]
  var levels: [Int]
  var saturated: [Int]
  var roundedToZero: [Int]
  /// The largest sum of positive currents of one neuron of a channel, in potential units.
  var positive: [Int64]
  /// The largest sum of negative currents of one neuron of a channel, as a magnitude.
  var negative: [Int64]

  /// Rounds weights · scale / 2^shift to mantissas.
  ///
  /// Before: weight 0.5, scale 65024, shift 8. After: mantissa 127.
  init(
    weights: [Float], rows: WeightRows, scales: [Double], shifts: [Int], format: WeightFormat
  ) {
    let channels = scales.count
    let largest = format.mantissaLimit
    mantissas = [Int16](repeating: 0, count: weights.count)
    levels = [Int](repeating: 0, count: channels)
    saturated = levels
    roundedToZero = levels
    positive = [Int64](repeating: 0, count: channels)
    negative = positive
    self.shifts = shifts.map { UInt8(clamping: $0) }
    for row in 0..<rows.count {
      let channel = rows.channels[row]
      let shift = shifts[shifts.count == 1 ? 0 : channel]
      let factor = scales[channel] / powerOfTwo(shift)
      var plus: Int64 = 0
      var minus: Int64 = 0
      for index in rows.range(row) {
        let wish = (Double(weights[index]) * factor).rounded()
        let mantissa = Int(max(min(wish, Double(largest)), -Double(largest)))
        if abs(wish) > Double(largest) { saturated[channel] += 1 }
        if mantissa == 0, weights[index] != 0 { roundedToZero[channel] += 1 }
        levels[channel] = max(levels[channel], abs(mantissa))
        if mantissa > 0 { plus += Int64(mantissa) } else { minus -= Int64(mantissa) }
        mantissas[index] = Int16(mantissa)
      }
      positive[channel] = max(positive[channel], plus << Int64(shift))
      negative[channel] = max(negative[channel], minus << Int64(shift))
    }
  }
}

/// Shifts of projections that are not the main one of their population.
enum ShiftChoice {
  /// The smallest shift of each channel at which its largest weight fits; one for all channels where the
  /// format has no more, or where that costs at most one bit and keeps entries of many targets whole.
  static func choose(
    largest: [Double], scales: [Double], format: WeightFormat, meetsFewTargets: Bool
  ) -> [Int] {
    let live = largest.indices.filter { largest[$0] > 0 }
    let needed = largest.indices.map { least(largest[$0] * scales[$0], format) }
    let top = live.map { needed[$0] }.max() ?? format.minimumShift
    let bottom = live.map { needed[$0] }.min() ?? top
    guard format.shiftPerChannel, top - bottom > (meetsFewTargets ? 0 : 1) else { return [top] }
    let floor = max(bottom, top - deepest)
    return largest.indices.map { largest[$0] > 0 ? max(needed[$0], floor) : top }
  }

  /// Whether a source meets so few targets that their shifts may differ at no cost.
  static func meetsFewTargets(_ connectivity: Connectivity, source: MapShape, target: MapShape)
    -> Bool
  {
    switch connectivity {
    case .convolution(let geometry): target.channels / geometry.groups <= 2
    case .dense: target.count <= 2
    case .sparse(let pattern): pattern.sources.count <= 2 * source.count
    }
  }

  /// The number of shifts one projection may spread over: cores hold few synapse formats.
  private static let deepest = 5

  private static func least(_ value: Double, _ format: WeightFormat) -> Int {
    var shift = format.minimumShift
    while shift < format.maximumShift,
      (value / powerOfTwo(shift)).rounded() > Double(format.mantissaLimit)
    {
      shift += 1
    }
    return shift
  }
}

extension WeightFormat {
  /// The largest mantissa that the format and the sixteen bits of a stored network both hold.
  var mantissaLimit: Int { min(largestMantissa, Int(Int16.max)) }
}
