import LoomBase
import LoomNetwork

/// Activations that let negative numbers through: two populations, one for each sign of x.
extension RegionBuilder {
  /// LeakyRelu: x where it is positive, α · x where it is not.
  mutating func leakyRelu(_ layer: Layer, alpha: Float) throws {
    guard alpha.isFinite else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    let input = try value(layer)
    let negative = [Float](repeating: -alpha, count: input.map.count)
    try bothSigns(layer, input, negative: negative)
  }

  /// PRelu: the same with a factor for each channel, or whatever the slope broadcasts to.
  mutating func prelu(_ layer: Layer) throws {
    let slope = try requiredConstant(layer, 1)
    let input = try value(layer)
    let shape = try Self.broadcastShape(layer, input.layout.shape, slope.shape, isConstant: true)
    guard shape == input.layout.shape else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "a slope that broadcasts to the input",
          has: "\(slope.shape) for \(input.layout.shape)"))
    }
    let negative = try canonical(layer, slope, input.layout).map { -$0 }
    guard negative.allSatisfy(\.isFinite) else {
      throw Refusal(diagnostic: .notFinite(layer, layer.inputs[1].map { network[$0].name } ?? ""))
    }
    try bothSigns(layer, input, negative: negative)
  }

  /// |x|.
  mutating func absolute(_ layer: Layer) throws {
    let input = try value(layer)
    try bothSigns(layer, input, negative: [Float](repeating: 1, count: input.map.count))
  }

  /// ReLU(x) + f · ReLU(−x) with a factor f for each element, channel-first: exact in rates, for twice the neurons.
  private mutating func bothSigns(_ layer: Layer, _ input: AffineValue, negative: [Float]) throws {
    if negative.allSatisfy({ $0 == 0 }) || input.isNonNegative {
      var plain = layer
      plain.inputs = Array(layer.inputs.prefix(1))
      return try activate(plain, bound: nil)
    }
    let zero = AffineValue(layout: input.layout, terms: [], bias: [], origin: input.origin)
    let plus = try neurons(input, kind: .activation, name: "\(layer.name).plus", bound: nil)
    let minus = try neurons(
      zero.adding(input, factor: -1), kind: .activation, name: "\(layer.name).minus", bound: nil)
    remarks.append(
      "\(layer.sourceType) '\(layer.name)' by two populations, one for each sign: exact, twice the neurons"
    )
    finish(layer, plus.adding(try minus.scaled(by: negative)), named: false)
  }
}
