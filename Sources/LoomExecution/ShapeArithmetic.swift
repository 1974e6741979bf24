/// Checked arithmetic on shapes that come from files.
package enum ShapeArithmetic {
  /// The number of elements of a shape; throws if an extent is negative or the product overflows.
  package static func count(_ shape: [Int]) throws(ExecutionError) -> Int {
    var product = 1
    for extent in shape {
      guard extent >= 0 else { throw .invalid("needs extents of at least 0, has \(shape)") }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw ExecutionError(.tooLarge, "needs a countable shape, has \(shape)")
      }
      product = next
    }
    return product
  }

  /// The row-major strides of a shape.
  package static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in stride(from: shape.count - 1, through: 0, by: -1) {
      strides[axis] = step
      step &*= shape[axis]
    }
    return strides
  }

  /// An axis counted from the front; throws unless it lies in `-rank..<rank`.
  package static func axis(_ axis: Int, rank: Int) throws(ExecutionError) -> Int {
    let positive = axis < 0 ? axis &+ rank : axis
    guard positive >= 0, positive < rank else {
      throw .invalid("needs an axis within rank \(rank), has \(axis)")
    }
    return positive
  }

  /// The axes counted from the front; throws if one is outside or named twice.
  package static func axes(_ axes: [Int], rank: Int) throws(ExecutionError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(axes.count)
    var seen = Set<Int>()
    for entry in axes {
      let positive = try axis(entry, rank: rank)
      guard seen.insert(positive).inserted else {
        throw .invalid("needs distinct axes, has \(axes)")
      }
      result.append(positive)
    }
    return result
  }

  /// The numpy broadcast of two shapes; an extent of -1 (free) meets 1 or itself.
  package static func broadcast(_ left: [Int], _ right: [Int]) throws(ExecutionError) -> [Int] {
    let rank = max(left.count, right.count)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let first = axis - (rank - left.count)
      let second = axis - (rank - right.count)
      let a = first >= 0 ? left[first] : 1
      let b = second >= 0 ? right[second] : 1
      if a == b || b == 1 {
        result[axis] = a
      } else if a == 1 {
        result[axis] = b
      } else if a == -1 || b == -1 {
        result[axis] = -1
      } else {
        throw .invalid("needs shapes that broadcast, has \(left) and \(right)")
      }
    }
    return result
  }

  /// An extent as a file gives it: within the range in which sums and products cannot overflow.
  package static func extent(_ value: Int64) throws(ExecutionError) -> Int {
    guard value >= -0x4000_0000_0000, value <= 0x4000_0000_0000, let extent = Int(exactly: value)
    else { throw .invalid("needs a plausible extent, has \(value)") }
    return extent
  }
}
