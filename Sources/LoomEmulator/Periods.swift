/// How the numbers of a slice repeat, each a mask of positions: position p holds what position p & mask holds.
///
/// Biases and thresholds are mostly alike for all neurons or for all neurons of a channel; read again and again from
/// the first few places, they take no memory traffic.
struct Periods: Sendable {
  var thresholds = Periods.none
  var drive = Periods.none
  var gatedDrive = Periods.none

  /// No repetition: every position for itself.
  static let none = Int.max

  /// The shortest period of 32, 64 or 128 places, as a mask.
  static func mask(of values: ArraySlice<Int32>) -> Int {
    for period in [32, 64, 128] where period < values.count {
      if values.dropFirst(period).elementsEqual(values.dropLast(period)) { return period - 1 }
    }
    return none
  }
}
