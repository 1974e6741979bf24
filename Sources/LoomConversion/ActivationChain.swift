/// What a chain of element-wise layers does to a value, with constants of one or of each channel.
///
/// Before rounding u = a·x + b, kept between two limits; behind it y = s · (code + c), where code =
/// floor(a·x + b) kept between two whole limits. Every step turns one such form into another, or says that it
/// cannot.
struct ActivationChain {
  /// a and b; b includes the half that rounding to nearest adds.
  private var factor: [Double]
  private var shift: [Double]
  /// Limits of u, or of the code once there is one.
  private var low: [Double]
  private var high: [Double]
  /// s and c, once there is a code.
  private var step: [Double]
  private var base: [Double]
  /// The half that was meant for rounding: the last constant added before it, or what the operator adds.
  private var offset = 0.0
  private var lastAdded: Double?
  /// Whether the value has been rounded.
  private(set) var isRounded = false

  /// How far a limit may be from a whole number of steps.
  private static let tolerance = 1e-3

  /// The identity on a number of channels.
  init(channels: Int) {
    let zeros = [Double](repeating: 0, count: channels)
    let ones = [Double](repeating: 1, count: channels)
    (factor, shift, step, base) = (ones, zeros, ones, zeros)
    low = zeros.map { _ in -.infinity }
    high = zeros.map { _ in .infinity }
  }

  /// Multiplies by constants above zero.
  mutating func multiply(_ values: [Double]) -> Bool {
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return false }
    if isRounded {
      step = zip(step, values).map { $0 * $1 }
    } else {
      factor = zip(factor, values).map { $0 * $1 }
      shift = zip(shift, values).map { $0 * $1 }
      low = zip(low, values).map { $0 * $1 }
      high = zip(high, values).map { $0 * $1 }
      lastAdded = nil
    }
    return true
  }

  /// Adds constants.
  mutating func add(_ values: [Double]) -> Bool {
    guard values.allSatisfy(\.isFinite), let first = values.first else { return false }
    if isRounded {
      for channel in values.indices { base[channel] += values[channel] / step[channel] }
    } else {
      for channel in values.indices {
        shift[channel] += values[channel]
        low[channel] += values[channel]
        high[channel] += values[channel]
      }
      lastAdded = values.allSatisfy { $0 == first } ? first : nil
    }
    return true
  }

  /// Keeps the value between limits.
  mutating func clip(_ least: [Double], _ greatest: [Double]) -> Bool {
    for channel in low.indices {
      var (lower, upper) = (least[channel], greatest[channel])
      guard lower <= upper else { return false }
      if isRounded {
        lower = lower / step[channel] - base[channel]
        upper = upper / step[channel] - base[channel]
        let binds = (lower > low[channel], upper < high[channel])
        if binds.0 { guard Self.makeWhole(&lower) else { return false } }
        if binds.1 { guard Self.makeWhole(&upper) else { return false } }
      }
      low[channel] = min(max(low[channel], lower), upper)
      high[channel] = max(min(high[channel], upper), lower)
    }
    if !isRounded { lastAdded = nil }
    return true
  }

  private static func makeWhole(_ value: inout Double) -> Bool {
    guard value.isFinite else { return false }
    let whole = value.rounded()
    guard abs(value - whole) <= tolerance else { return false }
    value = whole
    return true
  }

  /// Rounds down, or to the nearest whole number.
  mutating func round(toNearest: Bool) -> Bool {
    if isRounded {
      // Whole numbers stay; others would have levels of two kinds.
      return zip(step, base).allSatisfy { $0 == 1 && $1 == $1.rounded() }
    }
    isRounded = true
    if toNearest {
      offset = 0.5
      shift = shift.map { $0 + 0.5 }
      low = low.map { $0.rounded(.toNearestOrEven) }
      high = high.map { $0.rounded(.toNearestOrEven) }
    } else {
      if let lastAdded, (0...1).contains(lastAdded) { offset = lastAdded }
      low = low.map { ($0 + Self.slack).rounded(.down) }
      high = high.map { ($0 + Self.slack).rounded(.down) }
    }
    return true
  }

  /// A limit that float constants leave just under a whole number is meant to reach it.
  private static let slack = 1e-4

  /// The activation the chain is, if it is one: zero at its lowest level, with a largest level.
  var activation: Activation? {
    guard isRounded, let first = low.indices.first else { return nil }
    let levels = high[first] - low[first]
    for channel in low.indices {
      guard low[channel].isFinite, high[channel].isFinite, high[channel] - low[channel] == levels,
        abs(low[channel] + base[channel]) <= Self.tolerance
      else { return nil }
    }
    guard levels >= 1, levels <= 0x1p24 else { return nil }
    var gains = zip(step, factor).map { Float($0 * $1) }
    if gains.allSatisfy({ abs($0 - 1) < 1e-5 }) { gains = gains.map { _ in 1 } }
    var shifts = low.indices.map { Float(step[$0] * (shift[$0] - offset - low[$0])) }
    if zip(shifts, step).allSatisfy({ Double(abs($0)) < 1e-4 * $1 }) {
      shifts = shifts.map { _ in 0 }
    }
    return Activation(
      gains: gains, shifts: shifts,
      clip: QuantizedClip(
        steps: step.map { Float($0) }, levels: Int(levels), offset: Float(offset)))
  }

  /// A quantised activation of g·x + d.
  struct Activation {
    /// g of each channel.
    var gains: [Float]
    /// d of each channel.
    var shifts: [Float]
    /// The levels, in the output's units.
    var clip: QuantizedClip

    /// Whether x itself is quantised.
    var isPlain: Bool { gains.allSatisfy { $0 == 1 } && shifts.allSatisfy { $0 == 0 } }
  }
}
