import LoomBase
import LoomNetwork

/// The largest |sum| a neuron of a window code can come to, from its integers.
///
/// Every source at its largest code, only weights of one sign, and on top whatever is injected once. Before:
/// mantissas 3 and −2 at shift 1, T = 2, v(0) + bias = 5. After: max(6·3 + 5, 4·3) = 23.
struct WindowReach {
  let window: WindowCode
  let channels: Int
  /// Sums of the currents of one spike of every source, by site and channel.
  private var plus: [[Int64]]
  private var minus: [[Int64]]
  private var injectedPlus: [Int64]
  private var injectedMinus: [Int64]

  init(_ population: FixedPopulation, _ window: WindowCode) {
    self.window = window
    channels = population.shape.channels
    let zero = [Int64](repeating: 0, count: channels)
    plus = [[Int64]](repeating: zero, count: population.sites)
    minus = plus
    let positions = population.shape.positions
    injectedPlus = zero
    injectedMinus = zero
    for neuron in 0..<population.shape.count {
      let value =
        Int64(population.initialPotential.value(neuron: neuron, in: population.shape))
        + Int64(population.bias.value(neuron: neuron, in: population.shape))
      let channel = neuron / positions
      injectedPlus[channel] = max(injectedPlus[channel], value)
      injectedMinus[channel] = max(injectedMinus[channel], -value)
    }
  }

  /// Adds a projection.
  mutating func add(_ quantized: WeightQuantization, site: Int) {
    for channel in 0..<channels {
      plus[site][channel] += quantized.positive[channel]
      minus[site][channel] += quantized.negative[channel]
    }
  }

  /// Adds what the front end can give, for any sample.
  mutating func add(
    _ frontEnd: FixedFrontEnd, rows: WeightRows, bytes: Bool, shape: MapShape
  ) {
    let (low, high): (Int64, Int64) = bytes ? (0, 255) : (-32768, 32767)
    var top = [Int64](repeating: 0, count: channels)
    var bottom = top
    for row in 0..<rows.count {
      var plus: Int64 = 0
      var minus: Int64 = 0
      for index in rows.range(row) {
        let weight = Int64(frontEnd.weights[index])
        if weight > 0 { plus += weight } else { minus -= weight }
      }
      let channel = rows.channels[row]
      top[channel] = max(top[channel], plus * high - minus * low)
      bottom[channel] = max(bottom[channel], minus * high - plus * low)
    }
    for neuron in 0..<shape.count {
      let channel = neuron / shape.positions
      let offset = frontEnd.offset.value(neuron: neuron, in: shape)
      injected(channel, top[channel] + offset, bottom[channel] - offset, frontEnd)
    }
    for channel in 0..<channels {
      injectedPlus[channel] += frontEndPlus[channel]
      injectedMinus[channel] += frontEndMinus[channel]
    }
    frontEndPlus = []
    frontEndMinus = []
  }

  /// The largest of one front end so far, by channel; empty between front ends.
  private var frontEndPlus: [Int64] = []
  private var frontEndMinus: [Int64] = []

  private mutating func injected(
    _ channel: Int, _ top: Int64, _ bottom: Int64, _ frontEnd: FixedFrontEnd
  ) {
    if frontEndPlus.isEmpty {
      frontEndPlus = [Int64](repeating: 0, count: channels)
      frontEndMinus = frontEndPlus
    }
    func register(_ sum: Int64) -> Int64 {
      let value = (sum >> Int64(frontEnd.rightShift)) + 1
      // A mantissa of b bits rounds up by less than 2^(1−b) of its value.
      let bits = frontEnd.biasMantissaBits
      return bits > 0 ? value + (value >> Int64(bits - 1)) : value
    }
    frontEndPlus[channel] = max(frontEndPlus[channel], register(top))
    frontEndMinus[channel] = max(frontEndMinus[channel], register(bottom))
  }

  /// The largest |sum| of any channel.
  var largest: Int64 {
    let code = Int64(window.largestCode)
    return (0..<channels).reduce(Int64(0)) { most, channel in
      let top = plus.map { $0[channel] }.max() ?? 0
      let bottom = minus.map { $0[channel] }.max() ?? 0
      return max(
        most, saturated(top, code, injectedPlus[channel]),
        saturated(bottom, code, injectedMinus[channel]))
    }
  }

  /// a·b + max(c, 0), or the largest number.
  private func saturated(_ sum: Int64, _ code: Int64, _ injected: Int64) -> Int64 {
    let product = sum.multipliedReportingOverflow(by: code)
    guard !product.overflow else { return .max }
    let total = product.partialValue.addingReportingOverflow(max(0, injected))
    return total.overflow ? .max : total.partialValue
  }
}
