import LoomExecution
import LoomNetwork

/// What a node reads: a value of the graph, or a constant that older opsets kept in an attribute.
enum NodeOperand {
  case value(String)
  case constant(Tensor)
}

/// A node turned into an operation.
struct TypedNode {
  var operation: Operation
  var inputs: [NodeOperand?]
}

/// A node with typed access to its attributes and to what is known of its inputs.
struct NodeReader {
  let node: NodeMessage
  let opset: Int
  let facts: [ValueFacts?]
  let store: ExternalStore

  /// The inputs as the node has them.
  var operands: [NodeOperand?] { node.inputs.map { $0.isEmpty ? nil : .value($0) } }

  /// An attribute, if it is there.
  func has(_ name: String) -> Bool { node.attributes[name] != nil }

  /// A fault in an attribute.
  func fault(_ message: String) -> ImportFault { ImportFault(FaultCode.attribute, message) }

  /// An integer attribute.
  func integer(_ name: String, default value: Int) throws(ImportFault) -> Int {
    guard let attribute = node.attributes[name] else { return value }
    guard let integer = attribute.integer else { throw fault("needs an integer '\(name)'") }
    return try extent(integer, name)
  }

  /// An integer attribute that must be there.
  func integer(_ name: String) throws(ImportFault) -> Int {
    guard has(name) else { throw fault("needs the attribute '\(name)'") }
    return try integer(name, default: 0)
  }

  /// A truth value kept as an integer.
  func flag(_ name: String, default value: Bool = false) throws(ImportFault) -> Bool {
    try integer(name, default: value ? 1 : 0) != 0
  }

  /// A list of integers; empty if the attribute is not there.
  func integers(_ name: String) throws(ImportFault) -> [Int] {
    guard let attribute = node.attributes[name] else { return [] }
    return try attribute.integers.map { (value) throws(ImportFault) in try extent(value, name) }
  }

  /// A float attribute; an integer stands for it too.
  func float(_ name: String, default value: Float) throws(ImportFault) -> Float {
    guard let attribute = node.attributes[name] else { return value }
    if let float = attribute.float { return float }
    guard let integer = attribute.integer else { throw fault("needs a number '\(name)'") }
    return Float(integer)
  }

  /// A text attribute.
  func text(_ name: String, default value: String) throws(ImportFault) -> String {
    guard let attribute = node.attributes[name] else { return value }
    guard let text = attribute.text else { throw fault("needs text '\(name)'") }
    return text
  }

  private func extent(_ value: Int64, _ name: String) throws(ImportFault) -> Int {
    // Older exporters write the greatest integers for "to the end".
    Int(min(max(value, -0x4000_0000_0000), 0x4000_0000_0000))
  }

  /// A window of convolution or pooling.
  func window() throws(ImportFault) -> Window {
    let mode = try text("auto_pad", default: "NOTSET")
    guard let autoPad = AutoPad(rawValue: mode.isEmpty ? "NOTSET" : mode) else {
      throw fault("needs a known auto_pad, has '\(mode)'")
    }
    return Window(
      kernel: try integers("kernel_shape"), strides: try integers("strides"),
      pads: autoPad == .notSet ? try integers("pads") : [],
      dilations: try integers("dilations"), autoPad: autoPad)
  }

  /// The inputs with integers of an attribute as one more, if the attribute is there.
  func operands(adding name: String, at index: Int) throws(ImportFault) -> [NodeOperand?] {
    guard has(name) else { return operands }
    let values = try integers(name).map { Int64($0) }
    return operands(
      setting: index, to: .constant(Tensor(shape: [values.count], integers: values)))
  }

  /// The inputs with one replaced or added.
  func operands(setting index: Int, to operand: NodeOperand?) -> [NodeOperand?] {
    var result = operands
    while result.count <= index { result.append(nil) }
    result[index] = operand
    return result
  }

  /// The element type of a code, if tensors of it can be computed with.
  func elementType(_ code: Int) throws(ImportFault) -> ElementType {
    guard let type = TensorDecoding.elementType(code), type != .text else {
      throw ImportFault(FaultCode.unsupported, "needs a numeric element type, has code \(code)")
    }
    return type
  }
}
