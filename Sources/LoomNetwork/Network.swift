public import LoomBase

/// A value (an edge) of a trained network.
public struct ValueID: Hashable, Sendable, Comparable {
  /// The position in `Network.values`.
  public var index: Int

  /// Creates an id.
  public init(_ index: Int) { self.index = index }

  /// Orders ids by position.
  public static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// What is known of a value: its name, element type and shape.
public struct NetworkValue: Sendable, Equatable {
  /// The name in the source file.
  public var name: String
  /// The element type, if known.
  public var type: ElementType?
  /// The shape with the batch axis first, nil where unknown; the free batch axis is -1.
  public var shape: [Int]?

  /// Creates a value.
  public init(name: String, type: ElementType?, shape: [Int]?) {
    self.name = name
    self.type = type
    self.shape = shape
  }
}

/// One layer of a trained network: a typed operation with its values.
public struct Layer: Sendable {
  /// The name of the node in the source file, or one made of type and position where it has none.
  public var name: String
  /// What it computes.
  public var operation: Operation
  /// What it reads; nil where an optional input is left out.
  public var inputs: [ValueID?]
  /// What it writes; unused optional outputs are left out at the end.
  public var outputs: [ValueID]
  /// The operator's name in the source (such as `Conv`), for messages.
  public var sourceType: String

  /// Creates a layer.
  public init(
    name: String, operation: Operation, inputs: [ValueID?], outputs: [ValueID], sourceType: String
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.sourceType = sourceType
  }

  /// The anchor of diagnostics about this layer.
  public var anchor: Anchor { .onnxNode(name: name, operation: sourceType) }
}

/// A trained network: layers in execution order over named values, constants beside them.
///
/// The network is in single-assignment form: every value is an input, a constant, or the output of
/// exactly one layer that comes before its readers.
public struct Network: Sendable {
  /// The name of the graph or file.
  public var name: String
  /// All values.
  public var values: [NetworkValue]
  /// The inputs a user must supply (initializers excluded).
  public var inputs: [ValueID]
  /// The outputs.
  public var outputs: [ValueID]
  /// The constants, by value.
  public var constants: [ValueID: Tensor]
  /// The layers in an order in which they can be executed.
  public var layers: [Layer]

  /// Creates a network.
  public init(
    name: String, values: [NetworkValue], inputs: [ValueID], outputs: [ValueID],
    constants: [ValueID: Tensor], layers: [Layer]
  ) {
    self.name = name
    self.values = values
    self.inputs = inputs
    self.outputs = outputs
    self.constants = constants
    self.layers = layers
  }

  /// The facts about a value.
  public subscript(id: ValueID) -> NetworkValue {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }
}
