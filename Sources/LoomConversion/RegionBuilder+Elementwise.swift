import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// An element-wise function of one value.
  mutating func unary(_ layer: Layer, _ function: UnaryFunction) throws {
    switch function {
    case .relu: try activate(layer, bound: nil)
    case .abs: try absolute(layer)
    case .negate:
      let input = try value(layer)
      let zero = AffineValue(layout: input.layout, terms: [], bias: [], origin: input.origin)
      finish(layer, zero.adding(input, factor: -1))
    default: throw Refusal(diagnostic: Self.unsuitable(layer))
    }
  }

  /// Ends a value in neurons: max(0, x), or min(bound, max(0, x)).
  ///
  /// A floor other than zero shifts: min(bound, max(floor, x)) = floor + min(bound − floor, max(0, x − floor)).
  mutating func activate(_ layer: Layer, bound: Float?, floor: Float = 0) throws {
    guard let input = layer.inputs.first ?? nil, let output = layer.outputs.first else {
      throw Refusal(diagnostic: .missingInput(layer, 0))
    }
    var drive = try value(layer)
    let isBounded = bound == nil || (bounds[input] ?? .infinity) <= (bound ?? .infinity)
    bounds[output] = bound ?? bounds[input]
    if floor <= 0, drive.isNonNegative, isBounded {
      return finish(layer, drive, named: false)
    }
    let shift = [Float](repeating: floor, count: floor == 0 ? 0 : drive.map.count)
    if floor != 0 { drive.add(bias: shift.map { -$0 }) }
    var result = try neurons(
      drive, kind: .activation, name: layer.name, bound: bound.map { $0 - floor })
    if floor != 0 { result.add(bias: shift) }
    finish(layer, result, named: false)
  }

  /// Populations driven by a value: one for each group of channels that share sources, so that a
  /// concatenation costs no zero weights.
  mutating func neurons(
    _ drive: AffineValue, kind: DraftPopulation.Kind, name: String, bound: Float?,
    quantization: QuantizedClip? = nil, origin: String? = nil
  ) throws -> AffineValue {
    let parts = drive.channelParts
    guard parts.count > 1 else {
      return addPopulation(
        drive, kind: kind, name: name, bound: bound, quantization: quantization, origin: origin)
    }
    var result = AffineValue(layout: drive.layout, terms: [], bias: [], origin: [])
    for (number, part) in parts.enumerated() {
      let piece = addPopulation(
        try drive.channels(part), kind: kind, name: "\(name).\(number + 1)", bound: bound,
        quantization: quantization?.channels(part), origin: origin)
      for term in piece.terms {
        result.add(Term(source: term.source, map: term.map, firstChannel: part.lowerBound))
      }
    }
    return result
  }

  /// Clip from a finite lower bound: neurons count from there, and their readers add it as a constant.
  mutating func clip(_ layer: Layer) throws {
    let minimum = try constant(layer, 1)?.floats.first ?? -.infinity
    let maximum = try constant(layer, 2)?.floats.first ?? .infinity
    let isFromZero =
      try minimum == 0 || (minimum < 0 && value(layer).isNonNegative)
    let floor = isFromZero ? 0 : minimum
    guard floor.magnitude < 1e30, maximum > floor else {
      throw Refusal(
        diagnostic: .unsuitable(
          layer,
          why: "needs Clip from a finite bound to a larger one, has \(minimum) to \(maximum)",
          remedy: "replace it by Relu or Clip(0, max), fine-tune, and export anew"))
    }
    try activate(
      layer, bound: maximum.isFinite && maximum < 1e30 ? maximum : nil, floor: floor)
  }

  /// An element-wise function of two or more values.
  mutating func binary(_ layer: Layer, _ function: BinaryFunction) throws {
    switch function {
    case .add, .subtract, .sum, .mean: try addition(layer, function)
    case .multiply, .divide: try product(layer, isDivision: function == .divide)
    case .maximum, .minimum: try bound(layer, isMaximum: function == .maximum)
    default: throw Refusal(diagnostic: Self.unsuitable(layer))
    }
  }

  private mutating func addition(_ layer: Layer, _ function: BinaryFunction) throws {
    let inputs = layer.inputs.compactMap { $0 }
    let isConstant = inputs.map { constants[$0] != nil }
    guard let first = isConstant.firstIndex(of: false) else {
      throw Refusal(diagnostic: .constantData(layer, network[inputs.first ?? ValueID(0)].name))
    }
    func sign(_ position: Int) -> Float { function == .subtract && position > 0 ? -1 : 1 }
    var shape = try value(layer, first).layout.shape
    for position in inputs.indices {
      let other =
        isConstant[position]
        ? constants[inputs[position]]?.shape ?? [] : try value(layer, position).layout.shape
      shape = try Self.broadcastShape(layer, shape, other, isConstant: isConstant[position])
    }
    let needsPairs = try options.analogSkip == .pairs && mixesAnalogAndSpikes(layer)
    var sum = try summand(layer, first, shape, byPairs: needsPairs)
    if sign(first) < 0 {
      let zero = AffineValue(layout: sum.layout, terms: [], bias: [], origin: sum.origin)
      sum = zero.adding(sum, factor: -1)
    }
    for position in inputs.indices where position != first {
      if isConstant[position], let tensor = constants[inputs[position]] {
        let values = try canonical(layer, tensor, sum.layout)
        sum.add(bias: sign(position) < 0 ? values.map { -$0 } : values)
      } else {
        let other = try summand(layer, position, shape, byPairs: needsPairs)
        sum = try sum.adding(other.relaid(as: sum.layout), factor: sign(position))
      }
    }
    if function == .mean, inputs.count > 1 {
      let factor = 1 / Float(inputs.count)
      sum = try sum.scaled(by: [Float](repeating: factor, count: sum.map.count))
    }
    finish(layer, sum)
  }

  /// The shape two samples broadcast to (a constant may have the batch axis too).
  static func broadcastShape(
    _ layer: Layer, _ first: [Int], _ second: [Int], isConstant: Bool
  ) throws -> [Int] {
    var other = second
    while isConstant, other.count > first.count, other.first == 1 { other.removeFirst() }
    // Without the batch axis, samples of different rank would be aligned wrongly.
    guard other.count == first.count || (isConstant && other.count < first.count) else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(first) and \(second)"))
    }
    other = [Int](repeating: 1, count: first.count - other.count) + other
    guard zip(first, other).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "shapes that broadcast", has: "\(first) and \(second)"))
    }
    return zip(first, other).map { max($0, $1) }
  }

  private mutating func product(_ layer: Layer, isDivision: Bool) throws {
    let inputs = layer.inputs.compactMap { $0 }
    guard inputs.count == 2 else { throw Refusal(diagnostic: .missingInput(layer, 1)) }
    let data = constants[inputs[0]] == nil ? 0 : 1
    if data == 1 && isDivision { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    let tensor = try requiredConstant(layer, 1 - data)
    let input = try value(layer, data)
    let shape = try Self.broadcastShape(layer, input.layout.shape, tensor.shape, isConstant: true)
    let wide = try expanded(layer, input, to: shape)
    var factors = try canonical(layer, tensor, wide.layout)
    if isDivision { factors = factors.map { 1 / $0 } }
    guard factors.allSatisfy(\.isFinite) else {
      throw Refusal(diagnostic: .notFinite(layer, network[inputs[1 - data]].name))
    }
    finish(layer, try wide.scaled(by: factors))
  }

  /// Max(x, 0) is Relu; Min(x, bound) behind a Relu clips; two values are joined by pairs of neurons.
  private mutating func bound(_ layer: Layer, isMaximum: Bool) throws {
    let inputs = layer.inputs.compactMap { $0 }
    if inputs.count == 2, inputs.allSatisfy({ constants[$0] == nil }) {
      return try joined(layer, isMaximum: isMaximum)
    }
    let position = inputs.firstIndex { constants[$0] == nil } ?? 0
    guard inputs.count == 2 else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    let limits = try requiredConstant(layer, 1 - position).floats
    var plain = layer
    plain.inputs = [inputs[position]]
    let isNonNegative = try value(plain).isNonNegative
    guard let limit = limits.first, limits.allSatisfy({ $0 == limit }),
      isMaximum ? limit == 0 : limit > 0 && isNonNegative
    else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    try activate(plain, bound: isMaximum ? nil : limit)
  }
}

extension RegionBuilder {
  /// max(a, b) = a + ReLU(b − a) and min(a, b) = a − ReLU(a − b), element by element.
  private mutating func joined(_ layer: Layer, isMaximum: Bool) throws {
    let first = try value(layer, 0)
    let second = try value(layer, 1)
    guard first.layout.shape == second.layout.shape else {
      throw Refusal(
        diagnostic: .badOperand(
          layer, needs: "two values of one shape",
          has: "\(first.layout.shape) and \(second.layout.shape)"))
    }
    let other = try second.relaid(as: first.layout)
    var difference =
      isMaximum ? other.adding(first, factor: -1) : first.adding(other, factor: -1)
    difference.origin = [layer.name]
    let positive = try neurons(difference, kind: .pair, name: layer.name, bound: nil)
    finish(layer, first.adding(positive, factor: isMaximum ? 1 : -1), named: false)
  }
}

extension AffineValue {
  /// The channels in groups such that no term crosses two groups.
  var channelParts: [Range<Int>] {
    var parts: [Range<Int>] = []
    for channels in terms.map(\.channels).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = parts.last, channels.lowerBound < last.upperBound {
        parts[parts.count - 1] = last.lowerBound..<max(last.upperBound, channels.upperBound)
      } else {
        parts.append(channels)
      }
    }
    guard parts.count > 1 else { return [0..<map.channels] }
    // Channels nothing feeds go with the part before them.
    for index in parts.indices {
      let begin = index == 0 ? 0 : parts[index].lowerBound
      let end = index + 1 < parts.count ? parts[index + 1].lowerBound : map.channels
      parts[index] = begin..<end
    }
    return parts
  }
}
