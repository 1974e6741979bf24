import Foundation
import LoomNetwork

/// Element-wise functions of one tensor.
enum UnaryKernel {
  static func evaluate(
    _ function: UnaryFunction, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    if let value = input.splatValue {
      let one = Tensor([], input.type, .splat(value))
      let result = try evaluate(function, Operands.dense(one, operands))
      return Tensor(input.shape, result.type, .splat(result.doubles[0]))
    }
    return try apply(function, input)
  }

  static func apply(_ function: UnaryFunction, _ input: Tensor) throws(ExecutionError) -> Tensor {
    switch input.storage {
    case .floats(let values):
      return Tensor(input.shape, input.type, .floats(floats(function, values)))
    case .doubles(let values):
      return Tensor(input.shape, input.type, .doubles(values.map { scalar(function, $0) }))
    case .integers(let values):
      let result = try integers(function, values, input.type)
      return Tensor(input.shape, input.type, .integers(result))
    case .splat: throw .invalid("needs stored elements")
    }
  }

  /// Function of 32-bit floats; the frequent ones in loops of their own.
  private static func floats(_ function: UnaryFunction, _ values: [Float]) -> [Float] {
    switch function {
    case .relu: values.map { $0 > 0 || $0.isNaN ? $0 : 0 }
    case .abs: values.map { Swift.abs($0) }
    case .negate: values.map { -$0 }
    case .sqrt: values.map { $0.squareRoot() }
    case .sigmoid: values.map { 1 / (1 + Foundation.exp(-$0)) }
    case .tanh: values.map { Foundation.tanh($0) }
    case .exp: values.map { Foundation.exp($0) }
    default: values.map { Float(scalar(function, Double($0))) }
    }
  }

  private static func integers(
    _ function: UnaryFunction, _ values: [Int64], _ type: ElementType
  ) throws(ExecutionError) -> [Int64] {
    switch function {
    case .relu: values.map { max(0, $0) }
    case .abs: values.map { IntegerWidth.wrapped($0 < 0 ? 0 &- $0 : $0, to: type) }
    case .negate: values.map { IntegerWidth.wrapped(0 &- $0, to: type) }
    case .sign: values.map { $0.signum() }
    case .not: values.map { $0 == 0 ? 1 : 0 }
    case .floor, .ceil, .round: values
    default: throw .invalid("needs floating-point input for \(function.rawValue), has \(type)")
    }
  }

  /// Function of one number, in double precision.
  private static func scalar(_ function: UnaryFunction, _ x: Double) -> Double {
    switch function {
    case .relu: x > 0 || x.isNaN ? x : 0
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .tanh: Foundation.tanh(x)
    case .softplus: max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
    case .softsign: x / (1 + Swift.abs(x))
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    case .abs: Swift.abs(x)
    case .negate: -x
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .erf: Foundation.erf(x)
    case .sign: x > 0 ? 1 : (x < 0 ? -1 : 0)
    case .not: x == 0 ? 1 : 0
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    case .hardSwish: x * max(0, min(1, x / 6 + 0.5))
    case .mish: x * Foundation.tanh(max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x))))
    case .gelu: 0.5 * x * (1 + Foundation.erf(x * 0.5.squareRoot()))
    }
  }
}

/// Element-wise functions with parameters.
enum ParametricKernel {
  static func evaluate(
    _ function: ParametricFunction, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    let input = try operands.required(0)
    guard input.type.isFloating else {
      throw .invalid("needs floating-point input, has \(input.type)")
    }
    switch input.storage {
    case .splat(let value):
      let result = Float(scalar(function, Double(Float(value))))
      return Tensor(input.shape, input.type, .splat(Double(result)))
    case .doubles(let values):
      return Tensor(input.shape, input.type, .doubles(values.map { scalar(function, $0) }))
    default:
      let values = input.floats
      if case .leakyRelu(let alpha) = function {
        return Tensor(input.shape, input.type, .floats(values.map { $0 < 0 ? alpha * $0 : $0 }))
      }
      let result = values.map { Float(scalar(function, Double($0))) }
      return Tensor(input.shape, input.type, .floats(result))
    }
  }

  private static func scalar(_ function: ParametricFunction, _ x: Double) -> Double {
    switch function {
    case .leakyRelu(let alpha): x < 0 ? Double(alpha) * x : x
    case .elu(let alpha): x < 0 ? Double(alpha) * Foundation.expm1(x) : x
    case .selu(let alpha, let gamma):
      Double(gamma) * (x > 0 ? x : Double(alpha) * Foundation.expm1(x))
    case .hardSigmoid(let alpha, let beta): max(0, min(1, Double(alpha) * x + Double(beta)))
    case .thresholdedRelu(let alpha): x > Double(alpha) ? x : 0
    case .celu(let alpha):
      max(0, x) + min(0, Double(alpha) * Foundation.expm1(x / Double(alpha)))
    }
  }
}

extension Operands {
  /// Operands that hold one tensor, expanded.
  static func dense(_ tensor: Tensor, _ like: Operands) throws(ExecutionError) -> Operands {
    Operands(
      inputs: [try like.dense(tensor)], outputCount: 1, elementLimit: like.elementLimit)
  }
}

/// The widths of integer element types.
enum IntegerWidth {
  /// A result wrapped to the width of its type, as C does.
  static func wrapped(_ value: Int64, to type: ElementType) -> Int64 {
    switch type {
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .uint16: Int64(UInt16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .boolean: value == 0 ? 0 : 1
    default: value
    }
  }

  /// The least and greatest values of a quantised type, or nil for others.
  static func range(_ type: ElementType) -> ClosedRange<Int64>? {
    switch type {
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint32: 0...Int64(UInt32.max)
    default: nil
    }
  }
}
