public import LoomHardware

/// What one constant of the profile does to the total when it alone moves between its ends (estimate).
public struct ConstantEffect: Sendable, Hashable {
  /// Where in the profile it stands.
  public var pointer: String
  /// Its value, unit, source and method.
  public var quantity: Quantity
  /// The ends it moves between.
  public var span: ClosedRange<Double>
  /// Whether the profile states the span as the constant's range; else it is assumed.
  public var isStated: Bool
  /// All energy of one sample with the constant at the low end of the span, pJ.
  public var lowPicojoules: Double
  /// The same at the high end, pJ.
  public var highPicojoules: Double

  /// Creates an effect.
  public init(
    pointer: String, quantity: Quantity, span: ClosedRange<Double>, isStated: Bool,
    lowPicojoules: Double, highPicojoules: Double
  ) {
    self.pointer = pointer
    self.quantity = quantity
    self.span = span
    self.isStated = isStated
    self.lowPicojoules = lowPicojoules
    self.highPicojoules = highPicojoules
  }

  /// How far the total moves, pJ.
  public var swingPicojoules: Double { abs(highPicojoules - lowPicojoules) }

  /// Whether the constant alone decides if the total is above or below an energy.
  public func decides(against picojoules: Double) -> Bool {
    (lowPicojoules > picojoules) != (highPicojoules > picojoules)
  }

  /// The span of a constant: its range, or its value plus and minus a share of it.
  public static func span(of quantity: Quantity, unstated share: Double) -> ClosedRange<Double> {
    if let range = quantity.range { return range }
    let change = abs(quantity.value) * share
    return (quantity.value - change)...(quantity.value + change)
  }
}

extension EnergyLedger {
  /// The effect of every price in the ledger, one at a time, in the order of the lines.
  ///
  /// - Parameter share: How far a price without a range is moved to either side; nil: such prices stay and are
  ///   left out.
  public func priceEffects(unstated share: Double?) -> [ConstantEffect] {
    var order: [String] = []
    var prices: [String: (price: Quantity, count: Double)] = [:]
    for line in lines {
      if prices[line.pricePointer] == nil { order.append(line.pricePointer) }
      prices[line.pricePointer, default: (line.price, 0)].count += line.count
    }
    let total = totalPicojoules
    return order.compactMap { pointer in
      guard let (price, count) = prices[pointer], price.range != nil || share != nil else {
        return nil
      }
      let span = ConstantEffect.span(of: price, unstated: share ?? 0)
      return ConstantEffect(
        pointer: pointer, quantity: price, span: span, isStated: price.range != nil,
        lowPicojoules: total + count * (span.lowerBound - price.value),
        highPicojoules: total + count * (span.upperBound - price.value))
    }
  }

  /// Pointers of the prices whose stated range alone decides whether the total is above or below an energy.
  public func decidingPrices(against picojoules: Double) -> [String] {
    priceEffects(unstated: nil).filter { $0.decides(against: picojoules) }.map(\.pointer)
  }

  /// Whether any price in use states a range of more than one value.
  public var hasRanges: Bool { lowPicojoules < highPicojoules }
}
