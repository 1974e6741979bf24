import LoomNetwork

/// Conversions between element types, and tensors made from nothing.
enum CastKernel {
  static func cast(_ tensor: Tensor, to type: ElementType) throws(ExecutionError) -> Tensor {
    guard type != .text, tensor.type != .text else {
      throw .unsupported("needs numbers, has a cast from or to text")
    }
    if let value = tensor.splatValue {
      return Tensor(tensor.shape, type, .splat(converted(value, to: type)))
    }
    switch NumberKind(type) {
    case .float:
      var values = tensor.floats
      if type == .float16 { values = values.map { HalfPrecision.roundedToHalf($0) } }
      if type == .bfloat16 { values = values.map { HalfPrecision.roundedToBrain($0) } }
      return Tensor(tensor.shape, type, .floats(values))
    case .double: return Tensor(tensor.shape, type, .doubles(tensor.doubles))
    case .integer:
      if type == .boolean {
        let truth = tensor.doubles.map { Int64($0 == 0 ? 0 : 1) }
        return Tensor(tensor.shape, type, .integers(truth))
      }
      let values = tensor.integers.map { IntegerWidth.wrapped($0, to: type) }
      return Tensor(tensor.shape, type, .integers(values))
    }
  }

  /// The value a number has as an element of a type.
  package static func converted(_ value: Double, to type: ElementType) -> Double {
    let one = Tensor([], .float64, .doubles([value]))
    guard let result = try? cast(one, to: type) else { return value }
    return result.doubles[0]
  }

  static func constantOfShape(
    value: Double, type: ElementType, _ operands: Operands
  ) throws(ExecutionError) -> Tensor {
    guard let shape = try operands.extents(0) else { throw .invalid("needs a shape") }
    _ = try ShapeArithmetic.count(shape)
    return Tensor(shape, type, .splat(value))
  }

  static func range(_ operands: Operands) throws(ExecutionError) -> Tensor {
    let start = try operands.required(0)
    let (first, limit) = (start, try operands.required(1))
    let step = try operands.required(2)
    for tensor in [first, limit, step] {
      guard try ShapeArithmetic.count(tensor.shape) == 1 else {
        throw .invalid("needs scalars, has \(tensor.shape)")
      }
    }
    let (low, high, delta) = (first.doubles[0], limit.doubles[0], step.doubles[0])
    let steps = ((high - low) / delta).rounded(.up)
    guard steps.isFinite, steps <= Double(operands.elementLimit) else {
      throw ExecutionError(.tooLarge, "needs a countable range, has \(low) to \(high) by \(delta)")
    }
    let count = max(0, Int(steps))
    if start.type.isFloating {
      let values = (0..<count).map { low + Double($0) * delta }
      return try cast(Tensor([count], .float64, .doubles(values)), to: start.type)
    }
    let (base, increment) = (first.integers[0], step.integers[0])
    let values = (0..<count).map { base &+ Int64($0) &* increment }
    return Tensor([count], start.type, .integers(values))
  }
}

/// The two 16-bit floating-point formats.
package enum HalfPrecision {
  /// The value of a binary16 bit pattern (IEEE 754).
  package static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1f)
    let fraction = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  /// The value of a bfloat16 bit pattern.
  package static func brain(_ bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// A number rounded to the nearest binary16 value, ties to even.
  package static func roundedToHalf(_ value: Float) -> Float {
    guard value.isFinite, value != 0 else { return value }
    let exponent = max(Int(value.exponent), -14)
    let unit = Float(sign: .plus, exponent: exponent - 10, significand: 1)
    let rounded = (value / unit).rounded(.toNearestOrEven) * unit
    return rounded.magnitude > 65504 ? (value < 0 ? -.infinity : .infinity) : rounded
  }

  /// A number rounded to the nearest bfloat16 value, ties to even.
  package static func roundedToBrain(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    let bits = value.bitPattern
    let rounded = bits &+ 0x7fff &+ (bits >> 16 & 1)
    return Float(bitPattern: rounded & 0xffff_0000)
  }
}
