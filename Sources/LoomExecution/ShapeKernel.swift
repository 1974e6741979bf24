import LoomNetwork

/// Operators that keep every element and change only the shape.
package enum ShapeKernel {
  /// The shape asked for by Reshape, its 0 and -1 resolved against the input.
  ///
  /// A free extent (-1) of the input may be carried over by a 0 or by the single -1.
  package static func reshaped(
    _ input: [Int], to wanted: [Int], allowZero: Bool
  ) throws(ExecutionError) -> [Int] {
    var shape = wanted
    for (axis, extent) in wanted.enumerated() {
      guard extent >= -1 else { throw .invalid("needs extents of at least -1, has \(wanted)") }
      if extent == 0, !allowZero {
        guard axis < input.count else {
          throw .invalid("needs an input axis \(axis) to copy, has \(input)")
        }
        shape[axis] = input[axis]
      }
    }
    let free = wanted.indices.filter { wanted[$0] == -1 }
    guard free.count <= 1 else { throw .invalid("needs at most one -1, has \(wanted)") }
    let isOpen = input.contains(-1)
    if isOpen { return try openReshape(input, shape, free.first) }
    let total = try ShapeArithmetic.count(input)
    guard let axis = free.first else {
      guard try ShapeArithmetic.count(shape) == total else {
        throw .invalid("needs \(total) elements, has the shape \(wanted)")
      }
      return shape
    }
    var others = shape
    others[axis] = 1
    let rest = try ShapeArithmetic.count(others)
    guard rest > 0, total % rest == 0 else {
      throw .invalid("needs a shape that divides \(total) elements, has \(wanted)")
    }
    shape[axis] = total / rest
    return shape
  }

  /// Reshape of a shape with one free extent: what stays known is kept.
  private static func openReshape(
    _ input: [Int], _ shape: [Int], _ free: Int?
  ) throws(ExecutionError) -> [Int] {
    guard let axis = free else { return shape }
    var result = shape
    var inputRest = input
    var others = shape
    others[axis] = 1
    // A free extent copied by a 0 cancels against the input's.
    for place in others.indices where others[place] == -1 {
      guard let match = inputRest.firstIndex(of: -1) else { return shape }
      inputRest[match] = 1
      others[place] = 1
    }
    if inputRest.contains(-1) { return result }
    let (total, rest) = (
      try ShapeArithmetic.count(inputRest), try ShapeArithmetic.count(others)
    )
    guard rest > 0, total % rest == 0 else {
      throw .invalid("needs a shape that divides \(input), has \(shape)")
    }
    result[axis] = total / rest
    return result
  }

  /// The shape of Flatten.
  package static func flattened(_ input: [Int], axis: Int) throws(ExecutionError) -> [Int] {
    let first = axis < 0 ? axis + input.count : axis
    guard first >= 0, first <= input.count else {
      throw .invalid("needs an axis within rank \(input.count), has \(axis)")
    }
    return [try openCount(input[..<first]), try openCount(input[first...])]
  }

  private static func openCount(_ shape: ArraySlice<Int>) throws(ExecutionError) -> Int {
    shape.contains(-1) ? -1 : try ShapeArithmetic.count(Array(shape))
  }

  /// The shape of Squeeze; without axes every extent of one goes.
  package static func squeezed(_ input: [Int], axes: [Int]?) throws(ExecutionError) -> [Int] {
    guard let axes else { return input.filter { $0 != 1 } }
    let gone = Set(try ShapeArithmetic.axes(axes, rank: input.count))
    for axis in gone.sorted() where input[axis] != 1 && input[axis] != -1 {
      throw .invalid("needs extent 1 at axis \(axis), has \(input)")
    }
    return input.indices.filter { !gone.contains($0) }.map { input[$0] }
  }

  /// The shape of Unsqueeze.
  package static func unsqueezed(_ input: [Int], axes: [Int]) throws(ExecutionError) -> [Int] {
    let rank = input.count + axes.count
    let added = Set(try ShapeArithmetic.axes(axes, rank: rank))
    var rest = input[...]
    return (0..<rank).map { added.contains($0) ? 1 : (rest.popFirst() ?? 1) }
  }

  /// The extents Shape gives between two axes.
  package static func range(_ rank: Int, start: Int, end: Int?) -> Range<Int> {
    let low = max(0, min(rank, start < 0 ? start + rank : start))
    let stop = end ?? rank
    let high = max(0, min(rank, stop < 0 ? stop + rank : stop))
    return low..<max(low, high)
  }

  /// The order of axes of Transpose; an empty one reverses.
  package static func permutation(
    _ permutation: [Int], rank: Int
  ) throws(ExecutionError) -> [Int] {
    if permutation.isEmpty { return Array((0..<rank).reversed()) }
    guard permutation.count == rank else {
      throw .invalid("needs a permutation of \(rank) axes, has \(permutation)")
    }
    return try ShapeArithmetic.axes(permutation, rank: rank)
  }
}

extension Operands {
  /// Checks an input against a new shape of the same number of elements.
  func reshaped(_ shape: [Int]) throws(ExecutionError) -> Tensor {
    let input = try required(0)
    guard try ShapeArithmetic.count(shape) == ShapeArithmetic.count(input.shape) else {
      throw .invalid("needs a shape of as many elements as \(input.shape), has \(shape)")
    }
    return input.reshaped(shape)
  }
}
