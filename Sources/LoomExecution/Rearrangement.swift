import LoomNetwork

/// A rule by which elements are copied to new places, whatever their type.
protocol Rearrangement {
  /// The elements in their new places; `fill` stands where none is copied.
  func apply<Element>(_ values: [Element], fill: Element) -> [Element]
}

extension Tensor {
  /// The rearranged tensor under a new shape; a splat stays one.
  func rearranged(_ rule: some Rearrangement, shape: [Int], fill: Double = 0) -> Tensor {
    let moved: Storage =
      switch storage {
      case .floats(let values): .floats(rule.apply(values, fill: Float(fill)))
      case .doubles(let values): .doubles(rule.apply(values, fill: fill))
      case .integers(let values):
        .integers(
          rule.apply(
            values, fill: Tensor(shape: [], type: .float64, storage: .splat(fill)).integers[0]))
      case .splat(let value): .splat(value)
      }
    return Tensor(shape: shape, type: type, storage: moved)
  }
}

/// Elements of a strided view: transposition, slices and broadcasts.
struct StridedView: Rearrangement {
  /// The position of the first element.
  var base: Int
  /// The extents of the view.
  var shape: [Int]
  /// The step of each axis, zero or negative where wanted.
  var strides: [Int]

  func apply<Element>(_ values: [Element], fill: Element) -> [Element] {
    var result: [Element] = []
    let total = shape.reduce(1, *)
    guard total > 0 else { return [] }
    result.reserveCapacity(total)
    let (extents, steps) = StridedView.collapsed(shape, strides)
    let inner = extents[extents.count - 1]
    let step = steps[steps.count - 1]
    var position = [Int](repeating: 0, count: extents.count)
    var start = base
    while true {
      if step == 1 {
        result.append(contentsOf: values[start..<(start + inner)])
      } else {
        var index = start
        for _ in 0..<inner {
          result.append(values[index])
          index &+= step
        }
      }
      var axis = extents.count - 2
      while axis >= 0 {
        position[axis] += 1
        start += steps[axis]
        if position[axis] < extents[axis] { break }
        start -= steps[axis] * extents[axis]
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }

  /// The same view with neighbouring axes joined where one step leads through both.
  static func collapsed(_ shape: [Int], _ strides: [Int]) -> ([Int], [Int]) {
    var extents: [Int] = []
    var steps: [Int] = []
    for (extent, step) in zip(shape, strides) where extent != 1 {
      if let last = steps.last, last == step &* extent {
        extents[extents.count - 1] *= extent
        steps[steps.count - 1] = step
      } else {
        extents.append(extent)
        steps.append(step)
      }
    }
    return extents.isEmpty ? ([1], [1]) : (extents, steps)
  }
}

/// Elements picked axis by axis through lists of source indices; -1 stands for the fill value.
struct AxisMaps: Rearrangement {
  /// The source strides.
  var strides: [Int]
  /// For each axis the source index of every target index.
  var maps: [[Int]]

  func apply<Element>(_ values: [Element], fill: Element) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(maps.reduce(1) { $0 * $1.count })
    guard !maps.isEmpty else { return values }
    var position = [Int](repeating: 0, count: maps.count)
    let last = maps.count - 1
    guard maps.allSatisfy({ !$0.isEmpty }) else { return [] }
    while true {
      var base = 0
      var isFill = false
      for axis in 0..<last {
        let source = maps[axis][position[axis]]
        if source < 0 { isFill = true } else { base += source * strides[axis] }
      }
      for source in maps[last] {
        result.append(isFill || source < 0 ? fill : values[base + source])
      }
      var axis = last - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < maps[axis].count { break }
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}

/// Elements picked along one axis: outer blocks, listed indices, inner blocks.
struct AxisPick: Rearrangement {
  /// The number of blocks before the axis.
  var outer: Int
  /// The extent of the axis.
  var extent: Int
  /// The number of elements after the axis.
  var inner: Int
  /// The indices along the axis, in range.
  var indices: [Int]

  func apply<Element>(_ values: [Element], fill: Element) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(outer * indices.count * inner)
    for block in 0..<outer {
      for index in indices {
        let start = (block * extent + index) * inner
        result.append(contentsOf: values[start..<(start + inner)])
      }
    }
    return result
  }
}

/// Elements picked by a list of positions.
struct PositionList: Rearrangement {
  /// The position of each result.
  var positions: [Int]

  func apply<Element>(_ values: [Element], fill: Element) -> [Element] {
    positions.map { values[$0] }
  }
}
