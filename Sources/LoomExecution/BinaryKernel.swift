import Foundation
import LoomNetwork

/// Element-wise functions of two or more tensors.
enum BinaryKernel {
  static func evaluate(
    _ function: BinaryFunction, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    var result = try operands.required(0)
    let count = operands.inputs.count
    guard count == 2 || isVariadic(function) else {
      throw .invalid("needs 2 inputs for \(function.rawValue), has \(count)")
    }
    for index in 1..<max(1, count) {
      result = try combine(function, result, try operands.required(index), operands)
    }
    if function == .mean {
      let divisor = Tensor([], result.type, .splat(Double(count)))
      result = try combine(.divide, result, divisor, operands)
    }
    return result
  }

  private static func isVariadic(_ function: BinaryFunction) -> Bool {
    switch function {
    case .sum, .mean, .maximum, .minimum: true
    default: false
    }
  }

  /// One step of a binary or variadic function.
  static func combine(
    _ function: BinaryFunction, _ left: Tensor, _ right: Tensor, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    if let a = left.splatValue, let b = right.splatValue {
      let shape = try ShapeArithmetic.broadcast(left.shape, right.shape)
      let first = try operands.dense(Tensor([], left.type, .splat(a)))
      let second = try operands.dense(Tensor([], right.type, .splat(b)))
      let result = try combine(function, first, second, operands)
      _ = try ShapeArithmetic.count(shape)
      return Tensor(shape, result.type, .splat(result.doubles[0]))
    }
    // A splat operand is walked as a single element; only the shape of the result knows better.
    let plan = try Broadcast(left.shape, right.shape)
    try operands.allow(plan.shape)
    let first = try operands.dense(shrunk(left, to: right))
    let second = try operands.dense(shrunk(right, to: left))
    let walk = try Broadcast(first.shape, second.shape)
    guard walk.shape == plan.shape else {
      return try compute(function, operands.dense(left), operands.dense(right), plan)
    }
    return try compute(function, first, second, walk)
  }

  private static func shrunk(_ tensor: Tensor, to other: Tensor) -> Tensor {
    guard let value = tensor.splatValue else { return tensor }
    let ones = [Int](repeating: 1, count: max(tensor.shape.count, other.shape.count))
    return Tensor(ones, tensor.type, .splat(value))
  }

  private static func compute(
    _ function: BinaryFunction, _ left: Tensor, _ right: Tensor, _ plan: Broadcast
  ) throws(ExecutionError) -> Tensor {
    switch NumberKind(left.type) {
    case .float:
      let (a, b) = (left.floats, right.floats)
      if let truth = comparison(function, a, b, plan) { return truth }
      return Tensor(plan.shape, left.type, .floats(try floats(function, a, b, plan)))
    case .double:
      let (a, b) = (left.doubles, right.doubles)
      if let truth = comparison(function, a, b, plan) { return truth }
      return Tensor(plan.shape, left.type, .doubles(try doubles(function, a, b, plan)))
    case .integer:
      if function == .power, right.type.isFloating {
        let powers = plan.apply(left.doubles, right.doubles) { Foundation.pow($0, $1) }
        let whole = Tensor(plan.shape, .float64, .doubles(powers)).integers
        return Tensor(plan.shape, left.type, .integers(whole))
      }
      let (a, b) = (left.integers, right.integers)
      if let truth = comparison(function, a, b, plan) { return truth }
      let values = try integers(function, a, b, plan)
      let wrapped = values.map { IntegerWidth.wrapped($0, to: left.type) }
      return Tensor(plan.shape, left.type, .integers(wrapped))
    }
  }

  private static func comparison<Element: Comparable>(
    _ function: BinaryFunction, _ a: [Element], _ b: [Element], _ plan: Broadcast
  ) -> Tensor? {
    let truth: [Int64]
    switch function {
    case .equal: truth = plan.apply(a, b) { $0 == $1 ? 1 : 0 }
    case .greater: truth = plan.apply(a, b) { $0 > $1 ? 1 : 0 }
    case .less: truth = plan.apply(a, b) { $0 < $1 ? 1 : 0 }
    case .greaterOrEqual: truth = plan.apply(a, b) { $0 >= $1 ? 1 : 0 }
    case .lessOrEqual: truth = plan.apply(a, b) { $0 <= $1 ? 1 : 0 }
    default: return nil
    }
    return Tensor(plan.shape, .boolean, .integers(truth))
  }

  private static func floats(
    _ function: BinaryFunction, _ a: [Float], _ b: [Float], _ plan: Broadcast
  ) throws(ExecutionError) -> [Float] {
    switch function {
    case .add, .sum, .mean: plan.apply(a, b) { $0 + $1 }
    case .subtract: plan.apply(a, b) { $0 - $1 }
    case .multiply: plan.apply(a, b) { $0 * $1 }
    case .divide: plan.apply(a, b) { $0 / $1 }
    case .power: plan.apply(a, b) { Foundation.pow($0, $1) }
    case .modulo: plan.apply(a, b) { Foundation.fmod($0, $1) }
    case .maximum: plan.apply(a, b) { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: plan.apply(a, b) { $0 < $1 || $0.isNaN ? $0 : $1 }
    default: throw .invalid("needs truth values for \(function.rawValue), has floats")
    }
  }

  private static func doubles(
    _ function: BinaryFunction, _ a: [Double], _ b: [Double], _ plan: Broadcast
  ) throws(ExecutionError) -> [Double] {
    switch function {
    case .add, .sum, .mean: plan.apply(a, b) { $0 + $1 }
    case .subtract: plan.apply(a, b) { $0 - $1 }
    case .multiply: plan.apply(a, b) { $0 * $1 }
    case .divide: plan.apply(a, b) { $0 / $1 }
    case .power: plan.apply(a, b) { Foundation.pow($0, $1) }
    case .modulo: plan.apply(a, b) { Foundation.fmod($0, $1) }
    case .maximum: plan.apply(a, b) { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: plan.apply(a, b) { $0 < $1 || $0.isNaN ? $0 : $1 }
    default: throw .invalid("needs truth values for \(function.rawValue), has doubles")
    }
  }

  private static func integers(
    _ function: BinaryFunction, _ a: [Int64], _ b: [Int64], _ plan: Broadcast
  ) throws(ExecutionError) -> [Int64] {
    switch function {
    case .add, .sum, .mean: plan.apply(a, b) { $0 &+ $1 }
    case .subtract: plan.apply(a, b) { $0 &- $1 }
    case .multiply: plan.apply(a, b) { $0 &* $1 }
    case .divide: plan.apply(a, b) { quotient($0, $1) }
    case .modulo: plan.apply(a, b) { floorRemainder($0, $1) }
    case .power: plan.apply(a, b) { wrappingPower($0, $1) }
    case .maximum: plan.apply(a, b) { max($0, $1) }
    case .minimum: plan.apply(a, b) { min($0, $1) }
    case .and: plan.apply(a, b) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: plan.apply(a, b) { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .xor: plan.apply(a, b) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    default: throw .invalid("needs numbers for \(function.rawValue)")
    }
  }

  /// The quotient rounded toward zero; zero for a zero divisor, which ONNX leaves undefined.
  private static func quotient(_ a: Int64, _ b: Int64) -> Int64 {
    switch b {
    case 0: 0
    case -1: 0 &- a
    default: a / b
    }
  }

  /// The remainder with the divisor's sign, as numpy's `mod`; zero for a zero divisor.
  private static func floorRemainder(_ a: Int64, _ b: Int64) -> Int64 {
    if b == 0 || b == -1 { return 0 }
    let remainder = a % b
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
  }

  private static func wrappingPower(_ base: Int64, _ exponent: Int64) -> Int64 {
    if exponent < 0 { return base == 1 ? 1 : (base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0) }
    var (result, square, rest) = (Int64(1), base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }
}
