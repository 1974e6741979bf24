import LoomBase
import LoomNetwork

/// One source's share of an affine value: a linear map onto a block of its channels.
struct Term: Sendable {
  /// The draft population read, or `Term.input`.
  var source: Int
  /// The map; its target is the block.
  var map: LinearMap
  /// The first channel of the block.
  var firstChannel: Int

  /// The source index of the analog input.
  static let input = -1

  /// The channels of the block.
  var channels: Range<Int> { firstChannel..<firstChannel + map.target.channels }
}

/// A value between two neuron layers: Σ maps of sources + bias, exactly.
struct AffineValue: Sendable {
  /// How the tensor lies in the map.
  var layout: TensorLayout
  /// The shares of the sources.
  var terms: [Term]
  /// The constant of every element, channel-first; empty for zero.
  var bias: [Float]
  /// The layers gone through since the last neurons.
  var origin: [String]

  /// The map.
  var map: MapShape { layout.map }

  /// Whether the value cannot be negative: sums of spikes with weights and biases that are not.
  var isNonNegative: Bool {
    bias.allSatisfy { $0 >= 0 }
      && terms.allSatisfy { $0.source != Term.input && $0.map.weights.allSatisfy { $0 >= 0 } }
  }

  /// The value after a linear map whose source is the value's map (constants of its own apart).
  func applying(_ operation: LinearMap, layout newLayout: TensorLayout) throws(RegionLimit)
    -> AffineValue
  {
    precondition(operation.source.count == map.count, "a layer reads the map it is given")
    var result = AffineValue(layout: newLayout, terms: [], bias: [], origin: origin)
    for term in terms {
      for piece in try operation.restricted(toSource: term.channels, of: map) {
        let composed = try piece.map.composed(after: term.map)
        result.add(Term(source: term.source, map: composed, firstChannel: piece.firstChannel))
      }
    }
    if !bias.isEmpty { result.bias = operation.apply(bias) }
    return result
  }

  /// Adds a term, joined with one of the same source and block where that stores less.
  mutating func add(_ term: Term) {
    for index in terms.indices
    where terms[index].source == term.source && terms[index].firstChannel == term.firstChannel {
      if let sum = terms[index].map.summed(with: term.map) {
        terms[index].map = sum
        return
      }
    }
    terms.append(term)
  }

  /// Adds constants, channel-first.
  mutating func add(bias constants: [Float]) {
    if bias.isEmpty {
      bias = constants
    } else {
      for index in bias.indices { bias[index] += constants[index] }
    }
  }

  /// The sum with another value in the same map, that one multiplied by a factor.
  func adding(_ other: AffineValue, factor: Float = 1) -> AffineValue {
    precondition(map == other.map, "values are added element by element")
    var result = self
    for term in other.terms {
      result.add(
        Term(
          source: term.source, map: term.map.scaled(by: factor), firstChannel: term.firstChannel))
    }
    if !other.bias.isEmpty { result.add(bias: other.bias.map { $0 * factor }) }
    result.origin = mergedOrigins(origin, other.origin)
    return result
  }

  /// The value with every element multiplied by a factor of its own, channel-first.
  func scaled(by factors: [Float]) throws(RegionLimit) -> AffineValue {
    try applying(.diagonal(map, factors: factors), layout: layout)
  }

  /// The value laid out as the standard reading of its tensor's shape.
  func standardized() throws(RegionLimit) -> AffineValue {
    let standard = TensorLayout.standard(layout.shape)
    if layout == standard { return self }
    if layout.isFlat {
      return try applying(.identity(map, standard.map), layout: standard)
    }
    return try applying(
      .selection(map, standard.map, indices: layout.indices), layout: standard)
  }

  /// The value in another layout of the same tensor shape.
  func relaid(as other: TensorLayout) throws(RegionLimit) -> AffineValue {
    if layout == other { return self }
    let (mine, theirs) = (layout.indices, other.indices)
    if mine == theirs {
      return try applying(.identity(map, other.map), layout: other)
    }
    var indices = [Int32](repeating: 0, count: mine.count)
    for element in mine.indices { indices[Int(theirs[element])] = mine[element] }
    return try applying(.selection(map, other.map, indices: indices), layout: other)
  }

  /// The part of the value in some channels, as a value of its own.
  func channels(_ range: Range<Int>) throws(RegionLimit) -> AffineValue {
    let shape = MapShape(channels: range.count, height: map.height, width: map.width)
    var result = AffineValue(
      layout: TensorLayout(shape: [shape.count], map: shape, order: .flat), terms: [], bias: [],
      origin: origin)
    for term in terms where term.channels.overlaps(range) {
      let kept = term.channels.clamped(to: range)
      let local = kept.lowerBound - term.firstChannel..<kept.upperBound - term.firstChannel
      result.add(
        Term(
          source: term.source, map: try term.map.rows(channels: local),
          firstChannel: kept.lowerBound - range.lowerBound))
    }
    if !bias.isEmpty {
      result.bias = Array(
        bias[range.lowerBound * map.positions..<range.upperBound * map.positions])
    }
    return result
  }
}

/// Names in order, each once.
func mergedOrigins(_ first: [String], _ second: [String]) -> [String] {
  var result = first
  for name in second where !result.contains(name) { result.append(name) }
  return result
}

extension LinearMap {
  /// What remains of the map when only some channels of its source are there, and from which target
  /// channel on.
  func restricted(toSource channels: Range<Int>, of whole: MapShape) throws(RegionLimit)
    -> [(map: LinearMap, firstChannel: Int)]
  {
    if channels == 0..<whole.channels { return [(self, 0)] }
    let block = MapShape(channels: channels.count, height: whole.height, width: whole.width)
    let flat = channels.lowerBound * whole.positions..<channels.upperBound * whole.positions
    switch form {
    case .diagonal where target.positions == whole.positions:
      let part = weights.count == 1 ? weights : Array(weights[flat])
      let shape = MapShape(channels: block.channels, height: target.height, width: target.width)
      return [
        (
          LinearMap(source: block, target: shape, form: .diagonal, weights: part),
          channels.lowerBound
        )
      ]
    case .convolution(let geometry):
      let groupSize = source.channels / geometry.groups
      if geometry.groups == 1 { return [(keepingInputs(channels, geometry, block), 0)] }
      if channels.lowerBound % groupSize == 0, channels.count % groupSize == 0 {
        return [keepingGroups(channels, geometry, block)]
      }
      return [(try sparse().keepingColumns(flat, block), 0)]
    case .dense: return [(keepingDenseColumns(flat, block), 0)]
    default: return [(try sparse().keepingColumns(flat, block), 0)]
    }
  }

  private func keepingInputs(
    _ channels: Range<Int>, _ geometry: ConvolutionGeometry, _ block: MapShape
  ) -> LinearMap {
    let kernel = geometry.kernelHeight * geometry.kernelWidth
    var part: [Float] = []
    for channel in 0..<target.channels {
      let base = channel * source.channels * kernel
      part +=
        weights[
          base + channels.lowerBound * kernel..<base + channels.upperBound * kernel]
    }
    return LinearMap(source: block, target: target, form: .convolution(geometry), weights: part)
  }

  private func keepingGroups(
    _ channels: Range<Int>, _ geometry: ConvolutionGeometry, _ block: MapShape
  ) -> (map: LinearMap, firstChannel: Int) {
    let groupSize = source.channels / geometry.groups
    let outputs = target.channels / geometry.groups
    let groups = channels.lowerBound / groupSize..<channels.upperBound / groupSize
    var part = geometry
    part.groups = groups.count
    let size = outputs * groupSize * geometry.kernelHeight * geometry.kernelWidth
    let shape = MapShape(
      channels: groups.count * outputs, height: target.height, width: target.width)
    let kept = LinearMap(
      source: block, target: shape, form: .convolution(part),
      weights: Array(weights[groups.lowerBound * size..<groups.upperBound * size]))
    return (kept, groups.lowerBound * outputs)
  }

  private func keepingDenseColumns(_ flat: Range<Int>, _ block: MapShape) -> LinearMap {
    var part: [Float] = []
    part.reserveCapacity(target.count * flat.count)
    for row in 0..<target.count {
      part += weights[row * source.count + flat.lowerBound..<row * source.count + flat.upperBound]
    }
    return LinearMap(source: block, target: target, form: .dense, weights: part)
  }

  private func keepingColumns(_ flat: Range<Int>, _ block: MapShape) -> LinearMap {
    guard case .sparse(let pattern) = form else { return self }
    var builder = SparseBuilder()
    for row in 0..<target.count {
      for entry in pattern.targetOffsets[row]..<pattern.targetOffsets[row + 1]
      where flat.contains(Int(pattern.sources[entry])) {
        builder.append(
          source: Int(pattern.sources[entry]) - flat.lowerBound, weight: weights[entry])
      }
      builder.endTarget()
    }
    return builder.map(source: block, target: target)
  }
}
