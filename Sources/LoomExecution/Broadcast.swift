/// Two operands of an element-wise function walked together under numpy broadcasting.
struct Broadcast {
  /// The shape of the result.
  let shape: [Int]
  private let extents: [Int]
  private let leftSteps: [Int]
  private let rightSteps: [Int]

  /// Works out the walk; throws if the shapes do not broadcast.
  init(_ left: [Int], _ right: [Int]) throws(ExecutionError) {
    shape = try ShapeArithmetic.broadcast(left, right)
    let a = Broadcast.steps(left, rank: shape.count)
    let b = Broadcast.steps(right, rank: shape.count)
    var extents: [Int] = []
    var leftSteps: [Int] = []
    var rightSteps: [Int] = []
    for axis in shape.indices where shape[axis] != 1 {
      let extent = shape[axis]
      let last = extents.count - 1
      if last >= 0, leftSteps[last] == a[axis] &* extent, rightSteps[last] == b[axis] &* extent {
        extents[last] *= extent
        leftSteps[last] = a[axis]
        rightSteps[last] = b[axis]
      } else {
        extents.append(extent)
        leftSteps.append(a[axis])
        rightSteps.append(b[axis])
      }
    }
    self.extents = extents.isEmpty ? [1] : extents
    self.leftSteps = leftSteps.isEmpty ? [1] : leftSteps
    self.rightSteps = rightSteps.isEmpty ? [1] : rightSteps
  }

  private static func steps(_ shape: [Int], rank: Int) -> [Int] {
    let strides = ShapeArithmetic.strides(shape)
    let offset = rank - shape.count
    return (0..<rank).map { axis in
      axis < offset || shape[axis - offset] == 1 ? 0 : strides[axis - offset]
    }
  }

  /// Applies a function to every pair of elements.
  @inline(__always)
  func apply<Operand, Result>(
    _ left: [Operand], _ right: [Operand], _ function: (Operand, Operand) -> Result
  ) -> [Result] {
    let total = shape.reduce(1, *)
    guard total > 0 else { return [] }
    return unsafe [Result](unsafeUninitializedCapacity: total) { buffer, initialized in
      unsafe left.withUnsafeBufferPointer { a in
        unsafe right.withUnsafeBufferPointer { b in
          walk { target, first, second, count, firstStep, secondStep in
            unsafe Broadcast.line(
              a, b, buffer, target, first, second, count, firstStep, secondStep, function)
          }
        }
      }
      initialized = total
    }
  }

  /// One run along the innermost axis; the index arithmetic of `walk` stays within both operands.
  @inline(__always)
  private static func line<Operand, Result>(
    _ a: UnsafeBufferPointer<Operand>, _ b: UnsafeBufferPointer<Operand>,
    _ buffer: UnsafeMutableBufferPointer<Result>, _ target: Int, _ first: Int, _ second: Int,
    _ count: Int, _ firstStep: Int, _ secondStep: Int, _ function: (Operand, Operand) -> Result
  ) {
    if firstStep == 1 && secondStep == 1 {
      for index in 0..<count {
        let value = unsafe function(a[first &+ index], b[second &+ index])
        unsafe buffer.initializeElement(at: target &+ index, to: value)
      }
    } else if firstStep == 1 && secondStep == 0 {
      let constant = unsafe b[second]
      for index in 0..<count {
        let value = unsafe function(a[first &+ index], constant)
        unsafe buffer.initializeElement(at: target &+ index, to: value)
      }
    } else {
      for index in 0..<count {
        let value = unsafe function(
          a[first &+ index &* firstStep], b[second &+ index &* secondStep])
        unsafe buffer.initializeElement(at: target &+ index, to: value)
      }
    }
  }

  /// Visits the runs along the innermost axis in the order of the result.
  @inline(__always)
  private func walk(_ visit: (Int, Int, Int, Int, Int, Int) -> Void) {
    let last = extents.count - 1
    var position = [Int](repeating: 0, count: extents.count)
    var (target, first, second) = (0, 0, 0)
    while true {
      visit(target, first, second, extents[last], leftSteps[last], rightSteps[last])
      target += extents[last]
      var axis = last - 1
      while axis >= 0 {
        position[axis] += 1
        first += leftSteps[axis]
        second += rightSteps[axis]
        if position[axis] < extents[axis] { break }
        first -= leftSteps[axis] * extents[axis]
        second -= rightSteps[axis] * extents[axis]
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
