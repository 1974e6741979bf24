import LoomNetwork

/// Pooling over one to three spatial axes.
enum PoolingKernel {
  /// Window axes, three of them, and the shape of the result.
  static func plan(
    _ window: Window, ceiling: Bool, input: [Int]
  ) throws(ExecutionError) -> (axes: [WindowAxis], output: [Int]) {
    guard input.count >= 3 else { throw .invalid("needs spatial axes, has shape \(input)") }
    let axes = try WindowGeometry.axes(
      window, kernel: window.kernel, input: Array(input[2...]), ceiling: ceiling)
    return (try WindowGeometry.threeAxes(axes), Array(input[..<2]) + axes.map(\.output))
  }

  static func average(
    _ window: Window, ceiling: Bool, countPads: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.type.isFloating else { throw .invalid("needs floats, has \(input.type)") }
    let (axes, shape) = try plan(window, ceiling: ceiling, input: input.shape)
    let total = try operands.allow(shape)
    let values = try operands.floats(0)
    var result = [Float](repeating: 0, count: total)
    let mapSize = axes.reduce(1) { $0 * $1.input }
    let windows = Positions(axes)
    for index in 0..<total {
      let map = index / windows.count * mapSize
      let box = windows.box(index % windows.count)
      var sum: Float = 0
      box.forEach { sum += values[map + $0] }
      let divisor = countPads ? windows.padded(index % windows.count) : box.count
      result[index] = divisor == 0 ? 0 : sum / Float(divisor)
    }
    return Tensor(shape, input.type, floats: result)
  }

  static func maximum(
    _ window: Window, ceiling: Bool, storageOrder: Int, _ operands: Operands
  ) throws(ExecutionError) -> [Tensor] {
    let input = try operands.dense(operands.required(0))
    let (axes, shape) = try plan(window, ceiling: ceiling, input: input.shape)
    let total = try operands.allow(shape)
    let columnMajor = storageOrder == 1
    let places: [Int]
    switch input.storage {
    case .floats(let values): places = try greatest(values, axes, total)
    case .doubles(let values): places = try greatest(values, axes, total)
    case .integers(let values): places = try greatest(values, axes, total)
    case .splat: throw .invalid("needs stored elements")
    }
    let output = input.rearranged(PositionList(positions: places), shape: shape)
    guard operands.outputCount > 1 else { return [output] }
    let indices = columnMajor ? places.map { Self.columnMajor($0, axes) } : places
    return [output, Tensor(shape: shape, integers: indices.map { Int64($0) })]
  }

  /// The position of the greatest element of every window, the first of equal ones.
  private static func greatest<Element: Comparable>(
    _ values: [Element], _ axes: [WindowAxis], _ total: Int
  ) throws(ExecutionError) -> [Int] {
    let mapSize = axes.reduce(1) { $0 * $1.input }
    let windows = Positions(axes)
    var places: [Int] = []
    places.reserveCapacity(total)
    for index in 0..<total {
      let map = index / windows.count * mapSize
      var best = -1
      windows.box(index % windows.count).forEach { offset in
        // The second comparison lets a not-a-number win, as it does in other runtimes.
        if best < 0 || values[map + offset] > values[best]
          || !(values[map + offset] == values[map + offset])
        {
          best = map + offset
        }
      }
      guard best >= 0 else { throw .invalid("needs windows that touch the input") }
      places.append(best)
    }
    return places
  }

  /// A flat index with the last two axes counted the other way round.
  private static func columnMajor(_ index: Int, _ axes: [WindowAxis]) -> Int {
    let (depth, height, width) = (axes[0].input, axes[1].input, axes[2].input)
    let position = index % (depth * height * width)
    let base = index - position
    let column = position % width
    let row = position / width % height
    let plane = position / (width * height)
    return base + (column * height + row) * depth + plane
  }

  static func global(maximum: Bool, _ operands: Operands) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.shape.count >= 2 else { throw .invalid("needs channels, has \(input.shape)") }
    let shape = input.shape.enumerated().map { $0.offset < 2 ? $0.element : 1 }
    if let value = input.splatValue { return Tensor(shape, input.type, .splat(value)) }
    let size = try ShapeArithmetic.count(Array(input.shape[2...]))
    guard size > 0 else { throw .invalid("needs maps with elements, has \(input.shape)") }
    let values = input.floats
    let maps = try operands.allow(shape)
    var result: [Float] = []
    result.reserveCapacity(maps)
    for map in 0..<maps {
      let range = values[(map * size)..<((map + 1) * size)]
      if maximum {
        result.append(range.reduce(-.infinity) { max($0, $1) })
      } else {
        result.append(Float(range.reduce(0.0) { $0 + Double($1) } / Double(size)))
      }
    }
    return Tensor(shape, input.type, floats: result)
  }
}

/// The windows of a map, by number.
private struct Positions {
  let axes: [WindowAxis]
  let count: Int

  init(_ axes: [WindowAxis]) {
    self.axes = axes
    count = axes.reduce(1) { $0 * $1.output }
  }

  private func coordinates(_ window: Int) -> (Int, Int, Int) {
    let column = window % axes[2].output
    let line = window / axes[2].output
    return (line / axes[1].output, line % axes[1].output, column)
  }

  /// The elements of the input under a window.
  func box(_ window: Int) -> WindowBox {
    let (plane, row, column) = coordinates(window)
    return WindowBox(
      planes: WindowBox.Axis(axes[0], plane), rows: WindowBox.Axis(axes[1], row),
      columns: WindowBox.Axis(axes[2], column), height: axes[1].input, width: axes[2].input)
  }

  /// The elements of the padded input under a window.
  func padded(_ window: Int) -> Int {
    let (plane, row, column) = coordinates(window)
    return padded(axes[0], plane) * padded(axes[1], row) * padded(axes[2], column)
  }

  private func padded(_ axis: WindowAxis, _ window: Int) -> Int {
    let room = axis.input + axis.begin + axis.end - window * axis.stride
    return max(0, min(axis.kernel, (room + axis.dilation - 1) / axis.dilation))
  }
}

/// The elements of a map under one window.
private struct WindowBox {
  struct Axis {
    var start: Int
    var step: Int
    var count: Int

    init(_ axis: WindowAxis, _ window: Int) {
      let range = axis.kernelRange(at: window)
      start = window * axis.stride - axis.begin + range.lowerBound * axis.dilation
      step = axis.dilation
      count = range.count
    }
  }

  var planes: Axis
  var rows: Axis
  var columns: Axis
  var height: Int
  var width: Int

  var count: Int { planes.count * rows.count * columns.count }

  @inline(__always)
  func forEach(_ visit: (Int) -> Void) {
    for plane in 0..<planes.count {
      for row in 0..<rows.count {
        let line =
          ((planes.start &+ plane &* planes.step) &* height &+ rows.start &+ row &* rows.step)
          &* width
        for column in 0..<columns.count {
          visit(line &+ columns.start &+ column &* columns.step)
        }
      }
    }
  }
}
