/// One axis of a Slice, worked out for an extent.
package struct SliceAxis: Sendable {
  /// The first index taken.
  package var start: Int
  /// The step, never zero.
  package var step: Int
  /// The number of indices taken.
  package var count: Int

  /// Clamps start and end to the extent, as numpy does; throws if the step is zero.
  package init(start: Int, end: Int, step: Int, extent: Int) throws(ExecutionError) {
    guard step != 0 else { throw .invalid("needs a step other than 0") }
    var first = start < 0 ? start + extent : start
    var last = end < 0 ? end + extent : end
    if step > 0 {
      first = min(max(first, 0), extent)
      last = min(max(last, 0), extent)
      count = max(0, (last - first + step - 1) / step)
    } else {
      first = min(max(first, 0), extent - 1)
      last = end < -extent ? -1 : min(max(last, -1), extent - 1)
      count = extent == 0 ? 0 : max(0, (first - last - step - 1) / -step)
    }
    self.start = first
    self.step = step
  }

  /// The axes of a Slice with its inputs as given.
  package static func axes(
    starts: [Int], ends: [Int], axes: [Int]?, steps: [Int]?, rank: Int
  ) throws(ExecutionError) -> [(axis: Int, start: Int, end: Int, step: Int)] {
    let named = try ShapeArithmetic.axes(axes ?? Array(0..<min(starts.count, rank)), rank: rank)
    let strides = steps ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, named.count == starts.count, strides.count == starts.count
    else { throw .invalid("needs as many starts, ends, axes and steps, has \(starts), \(ends)") }
    return named.indices.map { (named[$0], starts[$0], ends[$0], strides[$0]) }
  }
}

/// The amounts of a Pad.
package enum PadGeometry {
  /// Begin and end of every axis; throws unless the counts fit.
  package static func amounts(
    _ pads: [Int], axes: [Int]?, rank: Int
  ) throws(ExecutionError) -> [(begin: Int, end: Int)] {
    let named = try ShapeArithmetic.axes(axes ?? Array(0..<rank), rank: rank)
    guard pads.count == 2 * named.count else {
      throw .invalid("needs \(2 * named.count) pads, has \(pads.count)")
    }
    guard pads.allSatisfy({ $0.magnitude <= 1 << 40 }) else {
      throw .invalid("needs plausible pads, has \(pads)")
    }
    var result = [(begin: Int, end: Int)](repeating: (0, 0), count: rank)
    for (place, axis) in named.enumerated() {
      result[axis] = (pads[place], pads[place + named.count])
    }
    return result
  }
}

/// The parts of a Split.
package enum SplitGeometry {
  /// The extent of every part; equal ones, the last smaller, if none are given.
  package static func parts(
    _ given: [Int]?, extent: Int, count: Int
  ) throws(ExecutionError) -> [Int] {
    guard count >= 1 else { throw .invalid("needs at least one output") }
    if let given {
      guard given.count == count, given.allSatisfy({ $0 >= 0 && $0 <= extent }),
        given.reduce(0, &+) == extent
      else { throw .invalid("needs \(count) parts that add up to \(extent), has \(given)") }
      return given
    }
    let size = (extent + count - 1) / count
    return (0..<count).map { max(0, min(size, extent - $0 * size)) }
  }
}
