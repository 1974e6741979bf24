import LoomBase
import LoomNetwork

/// The tensors of a network file, written and read by type.
struct TensorSet {
  let file: String
  private(set) var tensors: [String: Safetensors.Tensor]

  init(file: String = "", tensors: [String: Safetensors.Tensor] = [:]) {
    self.file = file
    self.tensors = tensors
  }

  func error(_ name: String, _ message: String) -> DiagnosticsError {
    DiagnosticsError(
      Diagnostic(.error, "SL1302", "tensor '\(name)' \(message)", at: .file(file)))
  }

  // MARK: Writing

  mutating func add<Value: FixedWidthInteger>(
    _ name: String, _ kind: Safetensors.NumberKind, _ values: [Value], shape: [Int]? = nil
  ) {
    var writer = ByteWriter()
    writer.write(contentsOf: values)
    tensors[name] = Safetensors.Tensor(
      kind: kind, shape: shape ?? [values.count], bytes: writer.bytes[...])
  }

  mutating func add(_ name: String, _ values: [Float], shape: [Int]? = nil) {
    add(name, .f32, values.map(\.bitPattern), shape: shape)
  }

  /// Adds a parameter: a scalar, one value a channel, or a map of values.
  mutating func add<Value, Stored: FixedWidthInteger>(
    _ name: String, _ kind: Safetensors.NumberKind, _ parameter: ChannelOrNeuron<Value>,
    in shape: MapShape, _ stored: (Value) -> Stored
  ) {
    switch parameter {
    case .uniform(let value): add(name, kind, [stored(value)], shape: [])
    case .perChannel(let values): add(name, kind, values.map(stored))
    case .perNeuron(let values):
      add(
        name, kind, values.map(stored), shape: [shape.channels, shape.height, shape.width])
    }
  }

  // MARK: Reading

  private func elements(_ name: String) throws(DiagnosticsError) -> NumericArray.Elements {
    guard let tensor = tensors[name] else {
      throw error(name, "is needed, has not been given")
    }
    let type = tensor.kind.type
    return type.elements(tensor.bytes, count: tensor.bytes.count / type.width)
  }

  /// A tensor's numbers as floats, whatever their type; all finite.
  func floats(_ name: String) throws(DiagnosticsError) -> [Float] {
    let values: [Float] =
      switch try elements(name) {
      case .bytes(let values): values.map { Float($0) }
      case .integers(let values): values.map { Float($0) }
      case .floats(let values): values
      case .doubles(let values): values.map { Float($0) }
      }
    guard values.allSatisfy(\.isFinite) else {
      throw error(name, "needs finite numbers, has others")
    }
    return values
  }

  /// A tensor's numbers as doubles, whatever their type; all finite.
  func doubles(_ name: String) throws(DiagnosticsError) -> [Double] {
    guard case .doubles(let values) = try elements(name) else {
      return try floats(name).map { Double($0) }
    }
    guard values.allSatisfy(\.isFinite) else {
      throw error(name, "needs finite numbers, has others")
    }
    return values
  }

  /// A tensor's numbers as integers of a narrower type; floats are refused.
  func integers<Value: FixedWidthInteger>(_ name: String) throws(DiagnosticsError) -> [Value] {
    let exact: [Value?]
    switch try elements(name) {
    case .bytes(let values): exact = values.map { Value(exactly: $0) }
    case .integers(let values): exact = values.map { Value(exactly: $0) }
    case .floats, .doubles: throw error(name, "needs integers, has floats")
    }
    let values = exact.compactMap(\.self)
    guard values.count == exact.count else {
      throw error(name, "needs integers of \(Value.bitWidth) bits, has larger ones")
    }
    return values
  }

  /// A parameter: a scalar or one number is uniform, as many as channels per channel, else per neuron;
  /// a missing tensor is the given value, if there is one.
  func parameter<Value>(
    _ name: String, in shape: MapShape, default standard: Value?,
    _ read: (String) throws(DiagnosticsError) -> [Value]
  ) throws(DiagnosticsError) -> ChannelOrNeuron<Value> {
    guard let tensor = tensors[name] else {
      if let standard { return .uniform(standard) }
      throw error(name, "is needed, has not been given")
    }
    let values = try read(name)
    let isMap = tensor.shape == [shape.channels, shape.height, shape.width]
    if isMap { return .perNeuron(values) }
    if values.count == 1, let value = values.first {
      return tensor.shape.isEmpty || shape.channels > 1 ? .uniform(value) : .perChannel(values)
    }
    if tensor.shape == [shape.channels] { return .perChannel(values) }
    guard values.count == shape.count else {
      throw error(
        name, "needs one number, \(shape.channels) or \(shape.count), has \(values.count)")
    }
    return .perNeuron(values)
  }
}
