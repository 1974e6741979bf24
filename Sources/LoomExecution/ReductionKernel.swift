import Foundation
import LoomNetwork

/// Reductions over axes.
enum ReductionKernel {
  /// The axes a reduction runs over, from its optional input.
  static func axes(
    _ named: [Int]?, rank: Int, noopWithEmptyAxes: Bool
  ) throws(ExecutionError) -> [Int] {
    guard let named, !named.isEmpty else { return noopWithEmptyAxes ? [] : Array(0..<rank) }
    return try ShapeArithmetic.axes(named, rank: rank)
  }

  /// The shape of a reduction's result.
  static func shape(_ input: [Int], axes: [Int], keepDimensions: Bool) -> [Int] {
    let reduced = Set(axes)
    return input.indices.compactMap { axis in
      reduced.contains(axis) ? (keepDimensions ? 1 : nil) : input[axis]
    }
  }

  static func evaluate(
    _ reduction: Reduction, keepDimensions: Bool, noopWithEmptyAxes: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.dense(operands.required(0))
    let axes = try axes(
      operands.extents(1), rank: input.shape.count, noopWithEmptyAxes: noopWithEmptyAxes)
    let shape = shape(input.shape, axes: axes, keepDimensions: keepDimensions)
    try operands.allow(shape)
    let lines = Lines(input.shape, axes: axes)
    if !input.type.isFloating {
      return try integers(reduction, input, shape, lines)
    }
    let values = input.doubles
    let results = lines.starts.map { start in
      reduce(reduction, lines.offsets.count) { values[start + lines.offsets[$0]] }
    }
    let storage: Tensor.Storage =
      input.type == .float64 ? .doubles(results) : .floats(results.map { Float($0) })
    return Tensor(shape, input.type, storage)
  }

  private static func reduce(
    _ reduction: Reduction, _ count: Int, _ element: (Int) -> Double
  ) -> Double {
    let all = 0..<count
    switch reduction {
    case .sum: return all.reduce(0) { $0 + element($1) }
    case .mean: return all.reduce(0) { $0 + element($1) } / Double(count)
    case .max: return all.reduce(-.infinity) { Swift.max($0, element($1)) }
    case .min: return all.reduce(.infinity) { Swift.min($0, element($1)) }
    case .product: return all.reduce(1) { $0 * element($1) }
    case .l1: return all.reduce(0) { $0 + Swift.abs(element($1)) }
    case .l2: return all.reduce(0) { $0 + element($1) * element($1) }.squareRoot()
    case .sumSquare: return all.reduce(0) { $0 + element($1) * element($1) }
    case .logSumExp:
      let greatest = all.reduce(-.infinity) { Swift.max($0, element($1)) }
      guard greatest.isFinite else { return greatest }
      return greatest
        + Foundation.log(all.reduce(0) { $0 + Foundation.exp(element($1) - greatest) })
    }
  }

  private static func integers(
    _ reduction: Reduction, _ input: Tensor, _ shape: [Int], _ lines: Lines
  ) throws(ExecutionError) -> Tensor {
    let values = input.integers
    let results = try lines.starts.map { (start) throws(ExecutionError) -> Int64 in
      let line = lines.offsets.map { values[start + $0] }
      switch reduction {
      case .sum: return line.reduce(0, &+)
      case .product: return line.reduce(1, &*)
      case .sumSquare: return line.reduce(0) { $0 &+ $1 &* $1 }
      case .l1: return line.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
      case .max: return line.max() ?? 0
      case .min: return line.min() ?? 0
      case .mean: return line.isEmpty ? 0 : line.reduce(0, &+) / Int64(line.count)
      case .l2, .logSumExp: throw .invalid("needs floats, has \(input.type)")
      }
    }
    let wrapped = results.map { IntegerWidth.wrapped($0, to: input.type) }
    return Tensor(shape, input.type, .integers(wrapped))
  }

  static func argMax(
    axis: Int, keepDimensions: Bool, selectLast: Bool, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.dense(operands.required(0))
    let axes = [try ShapeArithmetic.axis(axis, rank: input.shape.count)]
    guard input.shape[axes[0]] > 0 else { throw .invalid("needs elements along axis \(axis)") }
    let shape = shape(input.shape, axes: axes, keepDimensions: keepDimensions)
    let lines = Lines(input.shape, axes: axes)
    let results: [Int64]
    switch input.storage {
    case .floats(let values): results = lines.places(values, selectLast)
    case .doubles(let values): results = lines.places(values, selectLast)
    case .integers(let values): results = lines.places(values, selectLast)
    case .splat: throw .invalid("needs stored elements")
    }
    return Tensor(shape: shape, integers: results)
  }
}

/// The lines of elements that a reduction joins: where each starts, and the offsets in each.
private struct Lines {
  let starts: [Int]
  let offsets: [Int]

  init(_ shape: [Int], axes: [Int]) {
    let strides = ShapeArithmetic.strides(shape)
    let reduced = Set(axes)
    starts = Lines.positions(shape, strides) { !reduced.contains($0) }
    offsets = Lines.positions(shape, strides) { reduced.contains($0) }
  }

  private static func positions(
    _ shape: [Int], _ strides: [Int], _ isChosen: (Int) -> Bool
  ) -> [Int] {
    var result = [0]
    for axis in shape.indices where isChosen(axis) {
      result = result.flatMap { base in (0..<shape[axis]).map { base + $0 * strides[axis] } }
    }
    return result
  }

  func places<Element: Comparable>(_ values: [Element], _ selectLast: Bool) -> [Int64] {
    starts.map { start in
      var best = 0
      for index in offsets.indices.dropFirst() {
        let value = values[start + offsets[index]]
        let greatest = values[start + offsets[best]]
        if value > greatest || (selectLast && value == greatest) { best = index }
      }
      return Int64(best)
    }
  }
}
