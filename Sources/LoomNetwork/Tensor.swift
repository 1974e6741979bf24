/// The element type of a tensor, as ONNX names it.
public enum ElementType: String, Sendable, Codable {
  case float32, float64, float16, bfloat16
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64
  case boolean
  case text

  /// Whether elements are held as floating-point numbers.
  public var isFloating: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }
}

/// A dense tensor in row-major order, or a constant one that stays unexpanded.
public struct Tensor: Sendable, Equatable {
  /// The elements of a tensor.
  public enum Storage: Sendable, Equatable {
    /// 32-bit floats (also holds float16 and bfloat16 values).
    case floats([Float])
    /// 64-bit floats.
    case doubles([Double])
    /// Integers and truth values of any width.
    case integers([Int64])
    /// Every element has the same value; nothing is stored.
    case splat(Double)
  }

  /// The extent of every axis; empty for a scalar.
  public var shape: [Int]
  /// The declared element type.
  public var type: ElementType
  /// The elements.
  public var storage: Storage

  /// Creates a tensor; the storage must hold exactly the product of the shape (or be a splat).
  public init(shape: [Int], type: ElementType, storage: Storage) {
    let count = shape.reduce(1, *)
    switch storage {
    case .floats(let values): precondition(values.count == count, "tensor count matches its shape")
    case .doubles(let values): precondition(values.count == count, "tensor count matches its shape")
    case .integers(let values): precondition(values.count == count, "tensor count matches shape")
    case .splat: break
    }
    self.shape = shape
    self.type = type
    self.storage = storage
  }

  /// Creates a float32 tensor.
  public init(shape: [Int], floats: [Float]) {
    self.init(shape: shape, type: .float32, storage: .floats(floats))
  }

  /// Creates an int64 tensor.
  public init(shape: [Int], integers: [Int64]) {
    self.init(shape: shape, type: .int64, storage: .integers(integers))
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The elements as 32-bit floats, converted and expanded where needed.
  public var floats: [Float] {
    switch storage {
    case .floats(let values): values
    case .doubles(let values): values.map { Float($0) }
    case .integers(let values): values.map { Float($0) }
    case .splat(let value): [Float](repeating: Float(value), count: count)
    }
  }

  /// The elements as 64-bit floats, converted and expanded where needed.
  public var doubles: [Double] {
    switch storage {
    case .floats(let values): values.map { Double($0) }
    case .doubles(let values): values
    case .integers(let values): values.map { Double($0) }
    case .splat(let value): [Double](repeating: value, count: count)
    }
  }

  /// The elements as integers; floats are truncated toward zero, out-of-range ones clamped.
  public var integers: [Int64] {
    switch storage {
    case .floats(let values): values.map { Tensor.clampedInteger(Double($0)) }
    case .doubles(let values): values.map { Tensor.clampedInteger($0) }
    case .integers(let values): values
    case .splat(let value): [Int64](repeating: Tensor.clampedInteger(value), count: count)
    }
  }

  private static func clampedInteger(_ value: Double) -> Int64 {
    if value.isNaN { return 0 }
    if value >= 0x1p63 { return .max }
    if value <= -0x1p63 { return .min }
    return Int64(value)
  }

  /// The same elements under another shape of the same count.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    Tensor(shape: newShape, type: type, storage: storage)
  }
}
