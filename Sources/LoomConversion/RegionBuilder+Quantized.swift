import LoomBase
import LoomNetwork

/// Activations trained with levels: x → (·) → Floor or Round → (·), in the orders exporters write.
///
///     PyTorch, QCFS:  Div λ, Clip 0..1, Mul L, Add ½, Floor, Div L, Mul λ
///     LSQ, PACT:      Div s, Clip 0..L, Round, Mul s
///     QDQ:            (Relu), QuantizeLinear, DequantizeLinear, (Relu)
///
/// Constants may be merged, per channel, and the Clip may stand on either side of the rounding.
extension RegionBuilder {
  /// Longest chain looked at.
  private static let longestChain = 16

  /// Takes a whole chain that begins at a layer as one population; false where there is none.
  mutating func quantizedActivation(_ index: Int) throws -> Bool {
    let layer = network.layers[index]
    guard let position = dataPosition(layer), let input = layer.inputs[position],
      let drive = values[input], let found = longestActivation(from: index, drive.layout)
    else { return false }
    let last = network.layers[found.layers[found.layers.count - 1]]
    guard let output = last.outputs.first else { return false }
    var driven = drive
    if found.activation.gains.contains(where: { $0 != 1 }) {
      driven = try driven.scaled(by: spread(found.activation.gains, drive.map))
    }
    if found.activation.shifts.contains(where: { $0 != 0 }) {
      driven.add(bias: spread(found.activation.shifts, drive.map))
    }
    taken.formUnion(found.layers)
    bounds[output] = found.activation.clip.bounds.max()
    if isAlready(found.activation, driven) {
      values[output] = driven
      return true
    }
    let names = found.layers.map { network.layers[$0].name }
    driven.origin = mergedOrigins(drive.origin, names)
    let clip = found.activation.clip
    values[output] = try neurons(
      driven, kind: .activation, name: name(found.layers), bound: clip.bounds.max(),
      quantization: clip)
    return true
  }

  /// The activation that begins at a layer, if it changes nothing but by its levels.
  func quantizedActivation(from index: Int, _ layout: TensorLayout)
    -> (name: String, clip: QuantizedClip)?
  {
    guard let found = longestActivation(from: index, layout), found.activation.isPlain else {
      return nil
    }
    return (name(found.layers), found.activation.clip)
  }

  /// The rounding layer's name.
  private func name(_ layers: [Int]) -> String {
    let rounding = layers.first { network.layers[$0].operation.isRounding } ?? layers[0]
    return network.layers[rounding].name
  }

  /// Whether a value is the output of neurons with just these levels.
  private func isAlready(_ activation: ActivationChain.Activation, _ drive: AffineValue) -> Bool {
    activation.isPlain && drive.bias.isEmpty && !drive.terms.isEmpty
      && drive.terms.reduce(0) { $0 + $1.channels.count } == drive.map.channels
      && drive.channelParts.count == drive.terms.count
      && drive.terms.allSatisfy {
        $0.source >= 0 && $0.map.isIdentity
          && populations[$0.source].quantization == activation.clip.channels($0.channels)
      }
  }

  /// One value per channel as one per element.
  private func spread(_ values: [Float], _ map: MapShape) -> [Float] {
    values.flatMap { [Float](repeating: $0, count: map.positions) }
  }

  /// The activation a chain is that begins at a layer, as many layers of it as can be.
  private func longestActivation(from first: Int, _ layout: TensorLayout)
    -> (layers: [Int], activation: ActivationChain.Activation)?
  {
    var chain = ActivationChain(channels: layout.map.channels)
    var layers: [Int] = []
    var best: (layers: [Int], activation: ActivationChain.Activation)?
    var next: Int? = first
    while let index = next, layers.count < Self.longestChain {
      let layer = network.layers[index]
      guard extend(&chain, layer, layout) else { break }
      layers.append(index)
      if let activation = chain.activation { best = (layers, activation) }
      next = onlyReader(layer)
    }
    return best
  }

  /// The one layer that reads a layer's output, if nobody else does.
  private func onlyReader(_ layer: Layer) -> Int? {
    guard let output = layer.outputs.first, !network.outputs.contains(output),
      let readers = consumers[output], readers.count == 1
    else { return nil }
    return readers[0]
  }

  /// Which input of an element-wise layer is data, where the others are constants.
  private func dataPosition(_ layer: Layer) -> Int? {
    switch layer.operation {
    case .unary(.relu), .unary(.floor), .unary(.round), .clip, .quantizeLinear, .dequantizeLinear:
      return layer.inputs.first.map { $0 != nil } == true ? 0 : nil
    case .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.divide), .binary(.maximum),
      .binary(.minimum):
      guard layer.inputs.count == 2, let first = layer.inputs[0], let second = layer.inputs[1]
      else { return nil }
      switch (constants[first] == nil, constants[second] == nil) {
      case (true, false): return 0
      case (false, true): return 1
      default: return nil
      }
    default: return nil
    }
  }

  /// Adds a layer to a chain; false where it does not belong to one.
  private func extend(_ chain: inout ActivationChain, _ layer: Layer, _ layout: TensorLayout)
    -> Bool
  {
    switch layer.operation {
    case .identity, .dropout: return true
    case .cast(let type): return type.isFloating || chain.isRounded
    default: break
    }
    guard let position = dataPosition(layer) else { return false }
    let infinite = [Double](repeating: .infinity, count: layout.map.channels)
    switch layer.operation {
    case .unary(.relu): return chain.clip(infinite.map { _ in 0 }, infinite)
    case .unary(.floor): return chain.round(toNearest: false)
    case .unary(.round): return chain.round(toNearest: true)
    case .clip:
      let least = operand(layer, 1, layout, missing: -.infinity)
      let greatest = operand(layer, 2, layout, missing: .infinity)
      guard let least, let greatest else { return false }
      return chain.clip(least, greatest)
    case .quantizeLinear(let axis, let blockSize, let type):
      return blockSize == 0 && quantize(&chain, layer, layout, axis: axis, type)
    case .dequantizeLinear(let axis, let blockSize):
      return blockSize == 0 && dequantize(&chain, layer, layout, axis: axis)
    case .binary(let function):
      guard let other = operand(layer, 1 - position, layout, missing: nil) else { return false }
      return extend(&chain, function, other, isDataFirst: position == 0)
    default: return false
    }
  }

  private func extend(
    _ chain: inout ActivationChain, _ function: BinaryFunction, _ other: [Double],
    isDataFirst: Bool
  ) -> Bool {
    switch function {
    case .add: chain.add(other)
    case .subtract: isDataFirst && chain.add(other.map { -$0 })
    case .multiply: chain.multiply(other)
    case .divide: isDataFirst && chain.multiply(other.map { 1 / $0 })
    case .maximum: chain.clip(other, other.map { _ in .infinity })
    case .minimum: chain.clip(other.map { _ in -.infinity }, other)
    default: false
    }
  }

  /// Round to even, add the zero point, saturate.
  private func quantize(
    _ chain: inout ActivationChain, _ layer: Layer, _ layout: TensorLayout, axis: Int,
    _ outputType: ElementType?
  ) -> Bool {
    let pointType = layer.inputs.count > 2 ? layer.inputs[2].flatMap { constants[$0]?.type } : nil
    guard let range = (pointType ?? outputType ?? .uint8).quantizedRange,
      let scales = operand(layer, 1, layout, axis: axis, missing: nil),
      let points = operand(layer, 2, layout, axis: axis, missing: 0)
    else { return false }
    return chain.multiply(scales.map { 1 / $0 }) && chain.round(toNearest: true)
      && chain.add(points)
      && chain.clip(points.map { _ in range.lowerBound }, points.map { _ in range.upperBound })
  }

  private func dequantize(
    _ chain: inout ActivationChain, _ layer: Layer, _ layout: TensorLayout, axis: Int
  ) -> Bool {
    guard chain.isRounded, let scales = operand(layer, 1, layout, axis: axis, missing: nil),
      let points = operand(layer, 2, layout, axis: axis, missing: 0)
    else { return false }
    return chain.add(points.map { -$0 }) && chain.multiply(scales)
  }

  /// A constant operand as one number per channel; nil where it is not constant or not even.
  private func operand(
    _ layer: Layer, _ position: Int, _ layout: TensorLayout, axis: Int? = nil, missing: Double?
  ) -> [Double]? {
    let channels = layout.map.channels
    guard position < layer.inputs.count, let id = layer.inputs[position] else {
      return missing.map { [Double](repeating: $0, count: channels) }
    }
    guard var tensor = constants[id] else { return nil }
    if tensor.count == 1 {
      return tensor.doubles.first.map { [Double](repeating: $0, count: channels) }
    }
    if let axis {
      let place = axis < 0 ? axis + layout.shape.count + 1 : axis
      guard tensor.shape.count == 1, place >= 1, place <= layout.shape.count else { return nil }
      tensor = tensor.reshaped(
        tensor.shape + [Int](repeating: 1, count: layout.shape.count - place))
    }
    guard let values = try? canonical(layer, tensor, layout), values.count == layout.map.count
    else { return nil }
    let positions = layout.map.positions
    for element in values.indices where values[element] != values[element / positions * positions] {
      return nil
    }
    return (0..<channels).map { Double(values[$0 * positions]) }
  }

  /// DequantizeLinear alone is a factor and a constant: codes back to values.
  mutating func dequantizeLinear(_ layer: Layer, axis: Int, blockSize: Int) throws {
    let input = try value(layer)
    guard blockSize == 0, let scales = operand(layer, 1, input.layout, axis: axis, missing: nil),
      let points = operand(layer, 2, input.layout, axis: axis, missing: 0)
    else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    var result = try input.scaled(by: spread(scales.map { Float($0) }, input.map))
    let shifts = zip(scales, points).map { Float(-$0 * $1) }
    if shifts.contains(where: { $0 != 0 }) { result.add(bias: spread(shifts, input.map)) }
    finish(layer, result)
  }

  /// QuantizeLinear of a value with a sign is left out: its rounding has no neuron, and the fine steps of
  /// 8 bits or more cost less than neurons that would stand for them.
  mutating func quantizeLinear(_ layer: Layer, axis: Int, blockSize: Int, _ type: ElementType?)
    throws
  {
    let input = try value(layer)
    let pointType = layer.inputs.count > 2 ? layer.inputs[2].flatMap { constants[$0]?.type } : nil
    guard blockSize == 0, let range = (pointType ?? type ?? .uint8).quantizedRange,
      let scales = operand(layer, 1, input.layout, axis: axis, missing: nil),
      let points = operand(layer, 2, input.layout, axis: axis, missing: 0),
      points.allSatisfy({ $0 > range.lowerBound }), scales.allSatisfy({ $0 > 0 })
    else { throw Refusal(diagnostic: Self.unsuitable(layer)) }
    var result = try input.scaled(by: spread(scales.map { Float(1 / $0) }, input.map))
    if points.contains(where: { $0 != 0 }) {
      result.add(bias: spread(points.map { Float($0) }, input.map))
    }
    remarks.append(
      "rounding of QuantizeLinear '\(layer.name)' left out: its values have a sign, so that no neurons "
        + "stand there")
    finish(layer, result)
  }
}

extension LoomNetwork.Operation {
  /// Whether the layer makes whole numbers.
  fileprivate var isRounding: Bool {
    switch self {
    case .unary(.floor), .unary(.round), .quantizeLinear: true
    default: false
    }
  }
}

extension ElementType {
  /// The least and greatest codes.
  fileprivate var quantizedRange: (lowerBound: Double, upperBound: Double)? {
    switch self {
    case .int8: (-128, 127)
    case .uint8: (0, 255)
    case .int16: (-32768, 32767)
    case .uint16: (0, 65535)
    default: nil
    }
  }
}
