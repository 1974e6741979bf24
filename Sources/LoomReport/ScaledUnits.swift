import Foundation

/// Numbers as people read them: scaled units, grouped digits, few of them.
public enum ScaledUnits {
  /// An energy with the unit that keeps it between 1 and 1000: `3.21 µJ`.
  public static func energy(_ picojoules: Double) -> String {
    scaled(picojoules, units: ["pJ", "nJ", "µJ", "mJ", "J"])
  }

  /// A duration with the unit that keeps it between 1 and 1000: `1.2 ms`.
  public static func time(_ nanoseconds: Double) -> String {
    scaled(nanoseconds, units: ["ns", "µs", "ms", "s"])
  }

  /// A number with four significant digits and groups of three: `12,340`, `0.0123`.
  public static func number(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    if abs(value) >= 1000 { return grouped(value.rounded()) }
    return significant(value)
  }

  /// A fraction in per cent with two decimals: `91.71 %`.
  public static func percent(_ fraction: Double) -> String {
    String(format: "%.2f %%", fraction * 100)
  }

  /// A ratio: `12.3×`.
  public static func ratio(_ value: Double) -> String { number(value) + "×" }

  private static func scaled(_ value: Double, units: [String]) -> String {
    guard value.isFinite else { return "-" }
    var rest = value
    var index = 0
    // 999.95 would print as 1000: move on to the next unit before rounding does.
    while abs(rest) >= 999.95, index + 1 < units.count {
      rest /= 1000
      index += 1
    }
    return "\(number(rest)) \(units[index])"
  }

  private static func significant(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let magnitude = Int(floor(log10(abs(value))))
    let decimals = min(max(3 - magnitude, 0), 9)
    var text = String(format: "%.\(decimals)f", value)
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return text
  }

  private static func grouped(_ value: Double) -> String {
    let digits = String(format: "%.0f", abs(value))
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }
}
