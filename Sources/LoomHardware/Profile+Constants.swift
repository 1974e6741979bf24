/// The prices and durations of a profile by JSON pointer, for what varies, fits or compares them.
extension Profile {
  /// Every price and duration that the profile states, prices first, in the order of the guide.
  ///
  /// Points of the barrier's duration come last (`/times/barrierByTiles/0/duration`).
  public var constants: [(pointer: String, quantity: Quantity)] {
    let prices = PriceKeys.all.map { ("/prices/\($0.key)", self.prices[keyPath: $0.path]) }
    let times = TimeKeys.all.map { ("/times/\($0.key)", self.times[keyPath: $0.path]) }
    let tiles = self.times.barrierByTiles.enumerated().map { index, point in
      ("/times/barrierByTiles/\(index)/duration", Quantity?.some(point.duration))
    }
    let chips = self.times.barrierByChips.enumerated().map { index, point in
      ("/times/barrierByChips/\(index)/duration", Quantity?.some(point.duration))
    }
    let router = RouterKeys.all.map { ("/router/\($0.key)", self.router[keyPath: $0.path]) }
    return (prices + times + tiles + chips + router).compactMap { pointer, quantity in
      quantity.map { (pointer, $0) }
    }
  }

  /// The price or duration at a pointer; nil if the profile does not state it.
  public func constant(at pointer: String) -> Quantity? {
    constants.first { $0.pointer == pointer }?.quantity
  }

  /// The unit of a price or duration that a profile may state; nil for any other pointer.
  public static func unit(ofConstant pointer: String) -> String? {
    if let entry = PriceKeys.all.first(where: { "/prices/\($0.key)" == pointer }) {
      return entry.unit
    }
    if let entry = RouterKeys.all.first(where: { "/router/\($0.key)" == pointer }) {
      return entry.unit
    }
    return TimeKeys.all.contains { "/times/\($0.key)" == pointer } ? "ns" : nil
  }

  /// The same profile with another value of a price or duration it states; nil if it does not state it.
  ///
  /// For asking what would be: sources, ranges and digests stay those of the original.
  public func replacing(_ pointer: String, with value: Double) -> Profile? {
    var copy = self
    if let entry = PriceKeys.all.first(where: { "/prices/\($0.key)" == pointer }) {
      guard copy.prices[keyPath: entry.path] != nil else { return nil }
      copy.prices[keyPath: entry.path]?.value = value
      return copy
    }
    if let entry = TimeKeys.all.first(where: { "/times/\($0.key)" == pointer }) {
      guard copy.times[keyPath: entry.path] != nil else { return nil }
      copy.times[keyPath: entry.path]?.value = value
      return copy
    }
    if let entry = RouterKeys.all.first(where: { "/router/\($0.key)" == pointer }) {
      guard copy.router[keyPath: entry.path] != nil else { return nil }
      copy.router[keyPath: entry.path]?.value = value
      return copy
    }
    return copy.replaceBarrier(pointer, with: value) ? copy : nil
  }

  private mutating func replaceBarrier(_ pointer: String, with value: Double) -> Bool {
    let tokens = pointer.split(separator: "/")
    guard tokens.count == 4, tokens[0] == "times", tokens[3] == "duration",
      let index = Int(tokens[2])
    else { return false }
    switch tokens[1] {
    case "barrierByTiles" where times.barrierByTiles.indices.contains(index):
      times.barrierByTiles[index].duration.value = value
    case "barrierByChips" where times.barrierByChips.indices.contains(index):
      times.barrierByChips[index].duration.value = value
    default: return false
    }
    return true
  }
}
