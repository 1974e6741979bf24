import LoomNetwork

/// Operators that copy elements to other places.
enum MovementKernel {
  static func transpose(
    _ permutation: [Int], _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    try transposed(
      operands.required(0), permutation)
  }

  static func transposed(
    _ input: Tensor, _ permutation: [Int]
  ) throws(ExecutionError) -> Tensor {
    let order = try ShapeKernel.permutation(permutation, rank: input.shape.count)
    let strides = ShapeArithmetic.strides(input.shape)
    let shape = order.map { input.shape[$0] }
    let view = StridedView(base: 0, shape: shape, strides: order.map { strides[$0] })
    return input.rearranged(view, shape: shape)
  }

  static func slice(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard let starts = try operands.extents(1), let ends = try operands.extents(2) else {
      throw .invalid("needs starts and ends")
    }
    let cuts = try SliceAxis.axes(
      starts: starts, ends: ends, axes: operands.extents(3), steps: operands.extents(4),
      rank: input.shape.count)
    var shape = input.shape
    var strides = ShapeArithmetic.strides(input.shape)
    var base = 0
    for cut in cuts {
      let axis = try SliceAxis(
        start: cut.start, end: cut.end, step: cut.step, extent: input.shape[cut.axis])
      shape[cut.axis] = axis.count
      base += axis.count > 0 ? axis.start * strides[cut.axis] : 0
      strides[cut.axis] = strides[cut.axis] &* axis.step
    }
    return input.rearranged(StridedView(base: base, shape: shape, strides: strides), shape: shape)
  }

  static func concat(axis: Int, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let parts = try operands.inputs.indices.map { (index) throws(ExecutionError) -> Tensor in
      try operands.required(index)
    }
    guard let first = parts.first else { throw .invalid("needs at least one input") }
    let place = try ShapeArithmetic.axis(axis, rank: first.shape.count)
    var shape = first.shape
    shape[place] = 0
    for part in parts {
      var rest = part.shape
      guard rest.count == shape.count else { throw .invalid("needs inputs of one rank") }
      let (sum, overflow) = shape[place].addingReportingOverflow(rest[place])
      rest[place] = shape[place]
      guard rest == shape, !overflow else {
        throw .invalid("needs inputs equal but for axis \(place), has \(part.shape)")
      }
      shape[place] = sum
    }
    if let value = first.splatValue, parts.allSatisfy({ $0.splatValue == value }) {
      _ = try ShapeArithmetic.count(shape)
      return Tensor(shape, first.type, .splat(value))
    }
    try operands.allow(shape)
    return try joined(
      parts.map { (part) throws(ExecutionError) in try operands.dense(part) }, place, shape)
  }

  /// Dense parts one after another along an axis.
  static func joined(
    _ parts: [Tensor], _ axis: Int, _ shape: [Int]
  ) throws(ExecutionError) -> Tensor {
    let outer = shape[..<axis].reduce(1, *)
    let sizes = parts.map { $0.shape[axis...].reduce(1, *) }
    let storage: Tensor.Storage
    switch NumberKind(parts[0].type) {
    case .float: storage = .floats(interleaved(parts.map(\.floats), outer, sizes))
    case .double: storage = .doubles(interleaved(parts.map(\.doubles), outer, sizes))
    case .integer: storage = .integers(interleaved(parts.map(\.integers), outer, sizes))
    }
    return Tensor(shape, parts[0].type, storage)
  }

  private static func interleaved<Element>(
    _ parts: [[Element]], _ outer: Int, _ sizes: [Int]
  ) -> [Element] {
    if outer == 1 { return parts.flatMap { $0 } }
    var result: [Element] = []
    result.reserveCapacity(outer * sizes.reduce(0, +))
    for block in 0..<outer {
      for (part, size) in zip(parts, sizes) {
        result.append(contentsOf: part[(block * size)..<((block + 1) * size)])
      }
    }
    return result
  }

  static func split(axis: Int, _ operands: Operands) throws(ExecutionError) -> [Tensor] {
    let input = try operands.required(0)
    let place = try ShapeArithmetic.axis(axis, rank: input.shape.count)
    let parts = try SplitGeometry.parts(
      operands.extents(1), extent: input.shape[place], count: operands.outputCount)
    let strides = ShapeArithmetic.strides(input.shape)
    var start = 0
    var result: [Tensor] = []
    for part in parts {
      var shape = input.shape
      shape[place] = part
      let base = part == 0 ? 0 : start * strides[place]
      let view = StridedView(base: base, shape: shape, strides: strides)
      result.append(input.rearranged(view, shape: shape))
      start += part
    }
    return result
  }

  static func expand(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard let wanted = try operands.extents(1) else { throw .invalid("needs a shape") }
    let shape = try ShapeArithmetic.broadcast(input.shape, wanted)
    if let value = input.splatValue {
      _ = try ShapeArithmetic.count(shape)
      return Tensor(shape, input.type, .splat(value))
    }
    try operands.allow(shape)
    let strides = ShapeArithmetic.strides(input.shape)
    let offset = shape.count - input.shape.count
    let steps = shape.indices.map { axis in
      axis < offset || input.shape[axis - offset] == 1 ? 0 : strides[axis - offset]
    }
    return input.rearranged(StridedView(base: 0, shape: shape, strides: steps), shape: shape)
  }

  static func tile(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard let repeats = try operands.extents(1), repeats.count == input.shape.count,
      repeats.allSatisfy({ $0 >= 0 })
    else { throw .invalid("needs \(input.shape.count) repeats of at least 0") }
    var shape: [Int] = []
    for (extent, count) in zip(input.shape, repeats) {
      let (product, overflow) = extent.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .invalid("needs countable repeats, has \(repeats)") }
      shape.append(product)
    }
    if let value = input.splatValue {
      _ = try ShapeArithmetic.count(shape)
      return Tensor(shape, input.type, .splat(value))
    }
    try operands.allow(shape)
    let strides = ShapeArithmetic.strides(input.shape)
    let view = StridedView(
      base: 0, shape: zip(repeats, input.shape).flatMap { [$0, $1] },
      strides: strides.flatMap { [0, $0] })
    return input.rearranged(view, shape: shape)
  }

  static func pad(_ mode: PadMode, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard let pads = try operands.extents(1) else { throw .invalid("needs pads") }
    let rank = input.shape.count
    let amounts = try PadGeometry.amounts(pads, axes: operands.extents(3), rank: rank)
    let shape = input.shape.indices.map {
      input.shape[$0] + amounts[$0].begin + amounts[$0].end
    }
    try operands.allow(shape)
    if rank == 0 { return input }
    var fill = 0.0
    if let value = operands.optional(2), try ShapeArithmetic.count(value.shape) >= 1 {
      fill = try operands.dense(value).doubles[0]
    }
    let maps = try input.shape.indices.map { (axis) throws(ExecutionError) -> [Int] in
      try padMap(mode, extent: input.shape[axis], begin: amounts[axis].begin, count: shape[axis])
    }
    let map = AxisMaps(strides: ShapeArithmetic.strides(input.shape), maps: maps)
    return try operands.dense(input).rearranged(map, shape: shape, fill: fill)
  }

  /// The source index of every padded index of an axis.
  private static func padMap(
    _ mode: PadMode, extent: Int, begin: Int, count: Int
  ) throws(ExecutionError) -> [Int] {
    guard extent > 0 || mode == .constant || count == 0 else {
      throw .invalid("needs elements to pad from along an empty axis")
    }
    return (0..<count).map { index in
      let source = index - begin
      if source >= 0 && source < extent { return source }
      switch mode {
      case .constant: return -1
      case .edge: return source < 0 ? 0 : extent - 1
      case .wrap: return ((source % extent) + extent) % extent
      case .reflect:
        let period = max(1, 2 * (extent - 1))
        let place = ((source % period) + period) % period
        return min(place, period - place)
      }
    }
  }
}
