import LoomNetwork

/// What a layer reads, and how large its results may become.
struct Operands {
  /// The inputs; nil where an optional one is left out.
  let inputs: [Tensor?]
  /// The number of results the layer has.
  let outputCount: Int
  /// The most elements a dense result may have.
  let elementLimit: Int

  /// A required input.
  func required(_ index: Int) throws(ExecutionError) -> Tensor {
    guard index < inputs.count, let tensor = inputs[index] else {
      throw .invalid("needs input \(index), has \(inputs.count) inputs")
    }
    return tensor
  }

  /// An optional input.
  func optional(_ index: Int) -> Tensor? {
    index < inputs.count ? inputs[index] : nil
  }

  /// Checks that a dense tensor of a shape may be made; returns its number of elements.
  @discardableResult
  func allow(_ shape: [Int]) throws(ExecutionError) -> Int {
    let count = try ShapeArithmetic.count(shape)
    guard count <= elementLimit else {
      throw ExecutionError(
        .tooLarge, "needs at most \(elementLimit) elements, has a result of \(shape)")
    }
    return count
  }

  /// A tensor with its elements stored one by one, in the storage of its type.
  func dense(_ tensor: Tensor) throws(ExecutionError) -> Tensor {
    guard case .splat = tensor.storage else { return tensor }
    try allow(tensor.shape)
    switch NumberKind(tensor.type) {
    case .float: return Tensor(tensor.shape, tensor.type, .floats(tensor.floats))
    case .double: return Tensor(tensor.shape, tensor.type, .doubles(tensor.doubles))
    case .integer: return Tensor(tensor.shape, tensor.type, .integers(tensor.integers))
    }
  }

  /// The elements of a required input as 32-bit floats.
  func floats(_ index: Int) throws(ExecutionError) -> [Float] {
    let tensor = try required(index)
    try allow(tensor.shape)
    return tensor.floats
  }

  /// The elements of a tensor as 32-bit floats.
  func floats(of tensor: Tensor) throws(ExecutionError) -> [Float] {
    try allow(tensor.shape)
    return tensor.floats
  }

  /// The elements of an optional input as extents or axes.
  func extents(_ index: Int) throws(ExecutionError) -> [Int]? {
    guard let tensor = optional(index) else { return nil }
    return try extents(of: tensor)
  }

  /// The elements of a tensor as extents or axes.
  func extents(of tensor: Tensor) throws(ExecutionError) -> [Int] {
    try allow(tensor.shape)
    guard !tensor.type.isFloating else { throw .invalid("needs integers, has \(tensor.type)") }
    var result: [Int] = []
    for value in tensor.integers {
      // Slices use the greatest integers for "to the end": clamped, they mean the same.
      let clamped = min(max(value, -0x4000_0000_0000), 0x4000_0000_0000)
      result.append(Int(clamped))
    }
    return result
  }
}

/// The three ways in which elements are computed.
enum NumberKind {
  case float, double, integer

  init(_ type: ElementType) {
    switch type {
    case .float32, .float16, .bfloat16: self = .float
    case .float64: self = .double
    default: self = .integer
    }
  }
}

extension Tensor {
  /// Creates a tensor without labels.
  init(_ shape: [Int], _ type: ElementType, _ storage: Storage) {
    self.init(shape: shape, type: type, storage: storage)
  }

  /// A tensor of a floating type from 32-bit floats.
  init(_ shape: [Int], _ type: ElementType, floats: [Float]) {
    if type == .float64 {
      self.init(shape, type, .doubles(floats.map { Double($0) }))
    } else {
      self.init(shape, type.isFloating ? type : .float32, .floats(floats))
    }
  }

  /// The value of a splat.
  var splatValue: Double? {
    if case .splat(let value) = storage { value } else { nil }
  }
}
