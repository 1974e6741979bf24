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
    tensors[name] = Safetensors.Tensor(
      kind: kind, shape: shape ?? [values.count], bytes: littleEndianBytes(values)[...])
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

  /// Adds the parameters every population has.
  mutating func add<Source: DocumentedPopulation, Stored: FixedWidthInteger>(
    parametersOf population: Source, named prefix: String, _ kind: Safetensors.NumberKind,
    _ stored: (Source.Number) -> Stored
  ) {
    for (name, parameter) in [
      ("threshold", population.threshold), ("initialPotential", population.initialPotential),
      ("bias", population.bias),
    ] {
      add("\(prefix).\(name)", kind, parameter, in: population.shape, stored)
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

  /// A tensor's numbers as integers of one type, whatever theirs; floats are refused.
  func integers<Value: FixedWidthInteger>(_ name: String) throws(DiagnosticsError) -> [Value] {
    guard let tensor = tensors[name] else {
      throw error(name, "is needed, has not been given")
    }
    let type = tensor.kind.type
    let bytes = tensor.bytes
    let values: [Value]? =
      switch tensor.kind {
      case .bool, .u8: TensorSet.exact(Array(bytes))
      case .i8: TensorSet.exact(type.words(bytes, Int8.self))
      case .u16: TensorSet.exact(type.words(bytes, UInt16.self))
      case .i16: TensorSet.exact(type.words(bytes, Int16.self))
      case .u32: TensorSet.exact(type.words(bytes, UInt32.self))
      case .i32: TensorSet.exact(type.words(bytes, Int32.self))
      case .u64: TensorSet.exact(type.words(bytes, UInt64.self))
      case .i64: TensorSet.exact(type.words(bytes, Int64.self))
      case .f16, .f32, .f64: throw error(name, "needs integers, has floats")
      }
    guard let values else {
      throw error(name, "needs integers of \(Value.bitWidth) bits, has larger ones")
    }
    return values
  }

  /// The same numbers in another type; nil if one does not fit.
  private static func exact<Stored: FixedWidthInteger, Value: FixedWidthInteger>(
    _ stored: [Stored]
  ) -> [Value]? {
    guard stored.allSatisfy({ Value(exactly: $0) != nil }) else { return nil }
    return stored.map { Value(truncatingIfNeeded: $0) }
  }

  /// A parameter: one number is uniform, as many as channels per channel, else per neuron.
  ///
  /// A missing tensor is the given value, if there is one.
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
