import LoomBase
import LoomNetwork

/// Activations that let negative numbers through: two populations, one for each sign of x.
extension RegionBuilder {
  /// LeakyRelu: x where it is positive, α · x where it is not.
  mutating func leakyRelu(_ layer: Layer, alpha: Float) throws {
    guard alpha.isFinite else { throw Refusal(diagnostic: .notFinite(layer, "alpha")) }
    let input = try value(layer)
    let negative = [Float](repeating: -alpha, count: input.map.count)
    try bothSigns(layer, input, negative: negative)
  }

  /// PRelu: the same with a factor for each channel, or whatever the slope broadcasts to.
  mutating func prelu(_ layer: Layer) throws {
    var slope = try requiredConstant(layer, 1)
    let input = try value(layer)
    let extents = input.layout.shape
    if slope.shape.count == 1, extents.count > 1, slope.shape[0] == extents[0],
      slope.shape[0] != extents[extents.count - 1]
    {
      // Before opset 7 a vector of slopes stood for the channels.
      slope = slope.reshaped(slope.shape + extents.dropFirst().map { _ in 1 })
    }
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
    let plus = try neurons(
      input, kind: .activation, name: "\(layer.name).plus", bound: nil, origin: layer.name)
    let minus = try neurons(
      zero.adding(input, factor: -1), kind: .activation, name: "\(layer.name).minus", bound: nil,
      origin: layer.name)
    remarks.append(
      "\(layer.sourceType) '\(layer.name)' by two populations, one for each sign of its input: twice the neurons, "
        + "and between two such layers four times the synapses")
    finish(layer, plus.adding(try minus.scaled(by: negative)), named: false)
  }
}
