import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// An axis of the ONNX tensor as an axis of the sample; the batch axis is refused.
  func sampleAxis(_ layer: Layer, _ axis: Int, rank: Int) throws -> Int {
    let resolved = (axis < 0 ? axis + rank + 1 : axis) - 1
    guard resolved >= 0, resolved < rank else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "axis \(axis)"))
    }
    return resolved
  }

  /// The same elements in the same order under another shape.
  private mutating func rename(_ layer: Layer, _ input: AffineValue, _ shape: [Int]) throws {
    guard shape.reduce(1, *) == input.layout.count, shape.allSatisfy({ $0 > 0 }) else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(input.layout.shape) to \(shape)"))
    }
    var result = input
    result.layout = input.layout.reshaped(shape)
    // A flat vector that becomes a map (or another map) is read as that map from here on.
    if shape.count == 3 || shape.count == 2, result.layout.order == .flat {
      result = try result.standardized()
    }
    finish(layer, result, named: false)
    if let from = layer.inputs.first ?? nil, let output = layer.outputs.first {
      bounds[output] = bounds[from]
    }
  }

  mutating func flatten(_ layer: Layer, axis: Int) throws {
    let input = try value(layer)
    let rank = input.layout.shape.count + 1
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved == 1 || input.layout.shape.prefix(max(0, resolved - 1)).reduce(1, *) == 1 else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "axis \(axis)"))
    }
    try rename(layer, input, [input.layout.count])
  }

  mutating func reshape(_ layer: Layer, allowZero: Bool) throws {
    let input = try value(layer)
    let count = input.layout.count
    if layer.inputs.count > 1, let id = layer.inputs[1], let tensor = constants[id] {
      let target = tensor.integers.prefix(16).map { Int(clamping: $0) }
      if let shape = Self.sampleShape(target, input.layout.shape, allowZero: allowZero) {
        return try rename(layer, input, shape)
      }
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(input.layout.shape) to \(target)"))
    }
    // The shape is computed in the graph: shape inference knows it, or nobody does.
    guard let output = layer.outputs.first, let known = network[output].shape, !known.isEmpty,
      known.dropFirst().allSatisfy({ $0 > 0 }), known.dropFirst().reduce(1, *) == count
    else { throw Refusal(diagnostic: .shapeUnclear(layer, "a computed target shape")) }
    try rename(layer, input, Array(known.dropFirst()))
  }

  /// The shape of one sample that a Reshape target means; nil where samples would be mixed.
  static func sampleShape(_ target: [Int], _ shape: [Int], allowZero: Bool) -> [Int]? {
    guard !target.isEmpty, target.allSatisfy({ $0 >= -1 }) else { return nil }
    let count = shape.reduce(1, *)
    var rest = Array(target.dropFirst())
    for axis in rest.indices where rest[axis] == 0 {
      guard !allowZero, axis < shape.count else { return nil }
      rest[axis] = shape[axis]
    }
    if let free = rest.firstIndex(of: -1) {
      let known = rest.reduce(1) { $1 == -1 ? $0 : $0.multipliedReportingOverflow(by: $1).0 }
      guard known > 0, count % known == 0, rest.filter({ $0 == -1 }).count == 1 else { return nil }
      rest[free] = count / known
    }
    let product = rest.reduce(1) { $0.multipliedReportingOverflow(by: $1).0 }
    if product == count { return rest }
    // Exported for a single sample without a batch axis in the target, as in 1×256 written as 256.
    if target.count == 1, target[0] == count || target[0] == -1 { return [count] }
    return nil
  }

  mutating func transpose(_ layer: Layer, _ permutation: [Int]) throws {
    let input = try value(layer)
    let rank = input.layout.shape.count + 1
    let full = permutation.isEmpty ? Array((0..<rank).reversed()) : permutation
    guard full.count == rank, full.sorted() == Array(0..<rank), full[0] == 0 else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "permutation \(full)"))
    }
    var result = input
    result.layout = input.layout.transposed(full.dropFirst().map { $0 - 1 })
    finish(layer, result, named: false)
    if let from = layer.inputs.first ?? nil, let output = layer.outputs.first {
      bounds[output] = bounds[from]
    }
  }

  mutating func squeeze(_ layer: Layer) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    guard let axes = try constant(layer, 1)?.integers else {
      return try rename(layer, input, shape.filter { $0 != 1 })
    }
    let dropped = try axes.map { try sampleAxis(layer, Int(clamping: $0), rank: shape.count) }
    try rename(layer, input, shape.indices.filter { !dropped.contains($0) }.map { shape[$0] })
  }

  mutating func unsqueeze(_ layer: Layer) throws {
    let input = try value(layer)
    let axes = try requiredConstant(layer, 1).integers
    let rank = input.layout.shape.count + axes.count
    let places = try axes.map { try sampleAxis(layer, Int(clamping: $0), rank: rank) }
    var rest = input.layout.shape[...]
    guard Set(places).count == axes.count else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "axes \(axes)"))
    }
    try rename(
      layer, input, (0..<rank).map { places.contains($0) ? 1 : rest.removeFirst() })
  }

  /// A new tensor whose elements are picked from the old one's (tensor order; −1: zero).
  func selecting(_ input: AffineValue, shape: [Int], picks: [Int32]) throws -> AffineValue {
    var layout = TensorLayout.standard(shape)
    if case .axes(let roles) = input.layout.order, roles.count == shape.count {
      var extents = [1, 1, 1]
      let isKept = zip(roles, shape).allSatisfy { $0 >= 0 || $1 == 1 }
      for (role, extent) in zip(roles, shape) where role >= 0 { extents[role] = extent }
      if isKept {
        layout = TensorLayout(
          shape: shape,
          map: MapShape(channels: extents[0], height: extents[1], width: extents[2]),
          order: .axes(roles)
        ).simplified()
      }
    }
    let (old, new) = (input.layout.indices, layout.indices)
    var indices = [Int32](repeating: -1, count: picks.count)
    for (element, pick) in picks.enumerated() where pick >= 0 {
      indices[Int(new[element])] = old[Int(pick)]
    }
    return try input.applying(
      .selection(input.map, layout.map, indices: indices), layout: layout)
  }

  /// A value repeated along axes of length one.
  func expanded(_ layer: Layer, _ input: AffineValue, to shape: [Int]) throws -> AffineValue {
    if input.layout.shape == shape { return input }
    try RegionLimit.check(shape: shape)
    let strides = zip(input.layout.shape, TensorLayout.strides(input.layout.shape)).map {
      $0 == 1 ? 0 : $1
    }
    return try selecting(
      input, shape: shape, picks: TensorLayout.enumerate(shape, strides: strides))
  }

  /// Expand and Tile.
  mutating func repeatElements(_ layer: Layer) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    let operand = try requiredConstant(layer, 1).integers.map { Int(clamping: $0) }
    guard operand.count == shape.count + 1, operand.allSatisfy({ $0 > 0 && $0 < 1 << 20 }) else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(operand)"))
    }
    let rest = Array(operand.dropFirst())
    if case .expand = layer.operation {
      let target = try Self.broadcastShape(layer, shape, rest, isConstant: true)
      return finish(layer, try expanded(layer, input, to: target))
    }
    guard operand[0] == 1 else { throw Refusal(diagnostic: .shapeUnclear(layer, "\(operand)")) }
    try RegionLimit.check(shape: zip(shape, rest).flatMap { [$0, $1] })
    let lists = zip(shape, rest).map { extent, times in
      (0..<times).flatMap { _ in Array(0..<extent) }
    }
    finish(layer, try picking(input, lists: lists))
  }

  /// Picks along every axis at once: `lists` names, for each axis, the elements taken (−1: zero).
  func picking(_ input: AffineValue, lists: [[Int]]) throws -> AffineValue {
    try RegionLimit.check(shape: lists.map(\.count))
    let steps = TensorLayout.strides(input.layout.shape)
    var picks: [Int32] = [0]
    for (list, step) in zip(lists, steps) {
      var next: [Int32] = []
      next.reserveCapacity(picks.count * list.count)
      for base in picks {
        for element in list {
          next.append(base < 0 || element < 0 ? -1 : base + Int32(element * step))
        }
      }
      picks = next
    }
    return try selecting(input, shape: lists.map(\.count), picks: picks)
  }

  mutating func depthToSpace(_ layer: Layer, block: Int, columnRowDepth: Bool) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    guard shape.count == 3, block > 0, block < 1 << 10, shape[0] % (block * block) == 0 else {
      throw Refusal(diagnostic: .shapeUnclear(layer, "\(shape) in blocks of \(block)"))
    }
    let depth = shape[0] / (block * block)
    let split =
      columnRowDepth
      ? [depth, block, block, shape[1], shape[2]] : [block, block, depth, shape[1], shape[2]]
    let order = columnRowDepth ? [0, 3, 1, 4, 2] : [2, 3, 0, 4, 1]
    let steps = TensorLayout.strides(split)
    let picks = TensorLayout.enumerate(
      order.map { split[$0] }, strides: order.map { steps[$0] })
    let target = [depth, shape[1] * block, shape[2] * block]
    finish(layer, try selecting(input, shape: target, picks: picks))
  }

  mutating func spaceToDepth(_ layer: Layer, block: Int) throws {
    let input = try value(layer)
    let shape = input.layout.shape
    guard shape.count == 3, block > 0, block < 1 << 10, shape[1] % block == 0,
      shape[2] % block == 0
    else { throw Refusal(diagnostic: .shapeUnclear(layer, "\(shape) in blocks of \(block)")) }
    let split = [shape[0], shape[1] / block, block, shape[2] / block, block]
    let order = [2, 4, 0, 1, 3]
    let steps = TensorLayout.strides(split)
    let picks = TensorLayout.enumerate(
      order.map { split[$0] }, strides: order.map { steps[$0] })
    let target = [shape[0] * block * block, shape[1] / block, shape[2] / block]
    finish(layer, try selecting(input, shape: target, picks: picks))
  }
}
