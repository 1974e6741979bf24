import LoomNetwork

/// Operators that pick elements by index.
enum GatherKernel {
  static func gather(axis: Int, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let (input, indices) = (try operands.required(0), try operands.required(1))
    let place = try ShapeArithmetic.axis(axis, rank: input.shape.count)
    let shape =
      Array(input.shape[..<place]) + indices.shape + Array(input.shape[(place + 1)...])
    if let value = input.splatValue {
      _ = try ShapeArithmetic.count(shape)
      return Tensor(shape, input.type, .splat(value))
    }
    try operands.allow(shape)
    let extent = input.shape[place]
    let picks = try picks(operands.extents(of: indices), extent)
    let pick = AxisPick(
      outer: input.shape[..<place].reduce(1, *), extent: extent,
      inner: input.shape[(place + 1)...].reduce(1, *), indices: picks)
    return input.rearranged(pick, shape: shape)
  }

  private static func picks(_ indices: [Int], _ extent: Int) throws(ExecutionError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(indices.count)
    for index in indices {
      let positive = index < 0 ? index + extent : index
      guard positive >= 0, positive < extent else {
        throw .invalid("needs indices within \(extent), has \(index)")
      }
      result.append(positive)
    }
    return result
  }

  static func gatherElements(axis: Int, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.dense(operands.required(0))
    let indices = try operands.required(1)
    let place = try ShapeArithmetic.axis(axis, rank: input.shape.count)
    guard indices.shape.count == input.shape.count,
      zip(indices.shape, input.shape).enumerated()
        .allSatisfy({ $0.offset == place || $0.element.0 <= $0.element.1 })
    else { throw .invalid("needs indices that fit \(input.shape), has \(indices.shape)") }
    try operands.allow(indices.shape)
    let picks = try picks(operands.extents(of: indices), input.shape[place])
    let strides = ShapeArithmetic.strides(input.shape)
    let indexStrides = ShapeArithmetic.strides(indices.shape)
    let positions = picks.indices.map { flat in
      var position = 0
      for axis in strides.indices {
        let coordinate = flat / indexStrides[axis] % indices.shape[axis]
        position += (axis == place ? picks[flat] : coordinate) * strides[axis]
      }
      return position
    }
    return input.rearranged(PositionList(positions: positions), shape: indices.shape)
  }

  /// Elements of X where the condition holds, of Y elsewhere.
  static func select(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let condition = try operands.dense(operands.required(0))
    let (x, y) = (try operands.required(1), try operands.required(2))
    let partial = try ShapeArithmetic.broadcast(x.shape, y.shape)
    let shape = try ShapeArithmetic.broadcast(partial, condition.shape)
    try operands.allow(shape)
    let choice = try expanded(condition, shape, operands).integers
    let (first, second) = (
      try expanded(x, shape, operands), try expanded(y, shape, operands)
    )
    let storage: Tensor.Storage
    switch NumberKind(x.type) {
    case .float: storage = .floats(chosen(choice, first.floats, second.floats))
    case .double: storage = .doubles(chosen(choice, first.doubles, second.doubles))
    case .integer: storage = .integers(chosen(choice, first.integers, second.integers))
    }
    return Tensor(shape, x.type, storage)
  }

  private static func chosen<Element>(
    _ choice: [Int64], _ first: [Element], _ second: [Element]
  ) -> [Element] {
    choice.indices.map { choice[$0] != 0 ? first[$0] : second[$0] }
  }

  private static func expanded(
    _ tensor: Tensor, _ shape: [Int], _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let target = Tensor(shape: [shape.count], integers: shape.map { Int64($0) })
    let inner = Operands(
      inputs: [tensor, target], outputCount: 1, elementLimit: operands.elementLimit)
    return try operands.dense(MovementKernel.expand(inner))
  }

  static func depthToSpace(
    _ block: Int, columnRowDepth: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count == 4, block >= 1, block <= 1 << 20,
      input.shape[1] % (block * block) == 0
    else { throw .invalid("needs N×C×H×W with C a multiple of \(block)², has \(input.shape)") }
    let (n, h, w) = (input.shape[0], input.shape[2], input.shape[3])
    let depth = input.shape[1] / (block * block)
    let split = columnRowDepth ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w]
    let order = columnRowDepth ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    return try MovementKernel.transposed(input.reshaped(split), order)
      .reshaped([n, depth, h * block, w * block])
  }

  static func spaceToDepth(_ block: Int, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count == 4, block >= 1, block <= 1 << 20, input.shape[2] % block == 0,
      input.shape[3] % block == 0
    else { throw .invalid("needs N×C×H×W with H and W multiples of \(block), has \(input.shape)") }
    let (n, c) = (input.shape[0], input.shape[1])
    let (h, w) = (input.shape[2] / block, input.shape[3] / block)
    return try MovementKernel.transposed(
      input.reshaped([n, c, h, block, w, block]), [0, 3, 5, 1, 2, 4]
    ).reshaped([n, c * block * block, h, w])
  }
}
