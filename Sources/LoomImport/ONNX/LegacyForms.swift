import LoomExecution
import LoomNetwork

/// Operators whose form changed between opsets, brought to the newest one.
enum LegacyForms {
  private static func scalar(_ value: Float, like type: ElementType?) -> NodeOperand {
    guard let type, type == .float64 else {
      return .constant(Tensor(shape: [], floats: [value]))
    }
    return .constant(Tensor(shape: [], type: .float64, storage: .doubles([Double(value)])))
  }

  private static func unsupported(_ message: String) -> ImportFault {
    ImportFault(FaultCode.unsupported, message)
  }

  /// Before opset 10 starts, ends and axes were attributes.
  static func slice(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    guard reader.has("starts") else {
      return TypedNode(operation: .slice, inputs: reader.operands)
    }
    var inputs = Array(reader.operands.prefix(1))
    for name in ["starts", "ends", "axes"] where name != "axes" || reader.has("axes") {
      let values = try reader.integers(name).map { Int64($0) }
      inputs.append(.constant(Tensor(shape: [values.count], integers: values)))
    }
    return TypedNode(operation: .slice, inputs: inputs)
  }

  /// Before opset 11 pads and value were attributes.
  static func pad(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    let name = try reader.text("mode", default: "constant")
    guard let mode = PadMode(rawValue: name) else {
      throw unsupported("padding of mode '\(name)' is not executed")
    }
    guard reader.has("pads") || reader.has("paddings") else {
      return TypedNode(operation: .pad(mode), inputs: reader.operands)
    }
    let pads = try reader.integers(reader.has("pads") ? "pads" : "paddings").map { Int64($0) }
    var inputs = Array(reader.operands.prefix(1))
    inputs.append(.constant(Tensor(shape: [pads.count], integers: pads)))
    inputs.append(
      scalar(try reader.float("value", default: 0), like: reader.facts.first??.type))
    return TypedNode(operation: .pad(mode), inputs: inputs)
  }

  /// Before opset 11 the bounds were attributes.
  static func clip(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    guard reader.opset < 11 else { return TypedNode(operation: .clip, inputs: reader.operands) }
    var inputs = Array(reader.operands.prefix(1))
    for (place, name) in ["min", "max"].enumerated() where reader.has(name) {
      while inputs.count <= place + 1 { inputs.append(nil) }
      inputs[place + 1] = scalar(
        try reader.float(name, default: 0), like: reader.facts.first??.type)
    }
    return TypedNode(operation: .clip, inputs: inputs)
  }

  /// Only inference is executed; the ratio plays no part in it.
  static func dropout(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    if reader.facts.count > 2, let mode = reader.facts[2] {
      guard let tensor = mode.constant, tensor.count == 1, tensor.doubles[0] == 0 else {
        throw unsupported("Dropout in training is not executed")
      }
    }
    return TypedNode(operation: .dropout, inputs: Array(reader.operands.prefix(1)))
  }

  static func constant(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    let attributes = reader.node.attributes
    let tensor: Tensor
    if let message = attributes["value"]?.tensor {
      tensor = try TensorDecoding.tensor(message, store: reader.store)
    } else if let value = attributes["value_float"]?.float {
      tensor = Tensor(shape: [], floats: [value])
    } else if let values = attributes["value_floats"]?.floats {
      tensor = Tensor(shape: [values.count], floats: values)
    } else if let value = attributes["value_int"]?.integer {
      tensor = Tensor(shape: [], integers: [value])
    } else if let values = attributes["value_ints"]?.integers {
      tensor = Tensor(shape: [values.count], integers: values)
    } else {
      throw unsupported("a Constant without numbers is not executed")
    }
    return TypedNode(operation: .constant(tensor), inputs: [])
  }

  static func constantOfShape(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    var (value, type) = (0.0, ElementType.float32)
    if let message = reader.node.attributes["value"]?.tensor {
      let tensor = try TensorDecoding.tensor(message, store: reader.store)
      guard tensor.count == 1 else {
        throw reader.fault("needs a value of one element, has \(tensor.shape)")
      }
      (value, type) = (tensor.doubles[0], tensor.type)
    }
    return TypedNode(
      operation: .constantOfShape(value: value, type: type), inputs: reader.operands)
  }

  private static let namedTypes: [String: ElementType] = [
    "FLOAT": .float32, "DOUBLE": .float64, "FLOAT16": .float16, "INT8": .int8, "UINT8": .uint8,
    "INT16": .int16, "UINT16": .uint16, "INT32": .int32, "UINT32": .uint32, "INT64": .int64,
    "UINT64": .uint64, "BOOL": .boolean,
  ]

  /// Before opset 6 the type was named in text.
  static func cast(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    if let name = reader.node.attributes["to"]?.text {
      guard let type = namedTypes[name.uppercased()] else {
        throw reader.fault("needs a known type to cast to, has '\(name)'")
      }
      return TypedNode(operation: .cast(to: type), inputs: reader.operands)
    }
    let type = try reader.elementType(try reader.integer("to"))
    return TypedNode(operation: .cast(to: type), inputs: reader.operands)
  }

  static func resize(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    let mode = try reader.text("mode", default: "nearest")
    guard reader.opset >= 11 else {
      // Resize-10 has inputs X and scales and the rules of Upsample.
      var inputs = Array(reader.operands.prefix(1))
      inputs += [nil] + reader.operands.dropFirst()
      return TypedNode(operation: .resize(oldMode(mode)), inputs: inputs)
    }
    let coordinates = try reader.text("coordinate_transformation_mode", default: "half_pixel")
    let isAntialiased = try reader.flag("antialias")
    let excludesOutside = try reader.flag("exclude_outside")
    let hasExtras = isAntialiased || excludesOutside || reader.has("axes")
    let policy = try reader.text("keep_aspect_ratio_policy", default: "stretch")
    let coefficient = try reader.float("cubic_coeff_a", default: -0.75)
    let plain =
      coordinates != "tf_crop_and_resize" && !hasExtras && policy == "stretch"
      && coefficient == -0.75
    guard plain else { throw unsupported("this form of Resize is not executed") }
    let typed = ResizeMode(
      mode: mode, coordinates: coordinates,
      nearest: try reader.text("nearest_mode", default: "round_prefer_floor"))
    // An empty tensor stands for an input left out.
    let inputs = reader.operands.enumerated().map { index, operand in
      reader.facts[index]?.shape == [0] ? nil : operand
    }
    return TypedNode(operation: .resize(typed), inputs: inputs)
  }

  private static func oldMode(_ mode: String) -> ResizeMode {
    ResizeMode(
      mode: mode == "bilinear" ? "linear" : mode, coordinates: "asymmetric", nearest: "floor")
  }

  /// Before opset 9 the scales were an attribute.
  static func upsample(_ reader: NodeReader) throws(ImportFault) -> TypedNode {
    let mode = oldMode(try reader.text("mode", default: "nearest"))
    var inputs = Array(reader.operands.prefix(1))
    if let scales = reader.node.attributes["scales"]?.floats, !scales.isEmpty {
      inputs += [nil, .constant(Tensor(shape: [scales.count], floats: scales))]
    } else {
      inputs += [nil] + reader.operands.dropFirst()
    }
    return TypedNode(operation: .resize(mode), inputs: inputs)
  }

  /// Before opset 7 the second operand could be lined up with an axis of the first.
  static func axisBroadcast(
    _ function: BinaryFunction, _ reader: NodeReader
  ) throws(ImportFault) -> TypedNode {
    let axis = try reader.integer("axis")
    guard reader.facts.count == 2, let first = reader.facts[0]?.shape,
      let second = reader.facts[1]?.constant
    else { throw unsupported("broadcasting along an axis of values not known is not executed") }
    let place = axis < 0 ? first.count - second.shape.count : axis
    let trailing = first.count - place - second.shape.count
    guard place >= 0, trailing >= 0 else {
      throw reader.fault("needs an axis within \(first), has \(axis)")
    }
    let ones = [Int](repeating: 1, count: trailing)
    return TypedNode(
      operation: .binary(function),
      inputs: [reader.operands[0], .constant(second.reshaped(second.shape + ones))])
  }
}
