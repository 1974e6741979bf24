extension [Double] {
  /// The value in the middle, of an even number the later one.
  var median: Double { sorted()[count / 2] }
}
