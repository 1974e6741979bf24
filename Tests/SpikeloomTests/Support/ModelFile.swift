import LoomBase

/// An ONNX file of a small network with random weights, written layer by layer.
struct ModelFile {
  private let shape: [Int]
  private var nodes: [[UInt8]] = []
  private var constants: [[UInt8]] = []
  private var generator = SeededGenerator(seed: 11)

  /// Starts a network that reads samples of a shape under the name `x`.
  init(_ shape: [Int]) { self.shape = shape }

  /// Adds a node (named `/` and its output) and names its output.
  mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)] = []
  ) -> String {
    let output = "\(type.lowercased())\(nodes.count)"
    var message: [UInt8] = []
    for input in inputs { message += Self.field(1, Array(input.utf8)) }
    message += Self.field(2, Array(output.utf8)) + Self.field(3, Array("/\(output)".utf8))
    message += Self.field(4, Array(type.utf8))
    for (name, attribute) in attributes { message += Self.field(5, attribute.message(name)) }
    nodes.append(message)
    return output
  }

  /// Adds random weights, evenly spread between −scale and scale.
  mutating func weights(_ shape: [Int], scale: Float = 0.5) -> String {
    constant(
      shape,
      (0..<shape.reduce(1, *)).map { _ in scale * Float(generator.unit() * 2 - 1) })
  }

  /// Adds given numbers.
  mutating func constant(_ shape: [Int], _ values: [Float]) -> String {
    let raw = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return initializer(shape, type: 1, Self.field(9, raw))
  }

  /// Adds whole numbers: axes, shapes.
  mutating func integers(_ values: [Int]) -> String {
    initializer([values.count], type: 7, values.flatMap { Self.number(7, $0) })
  }

  private mutating func initializer(_ shape: [Int], type: Int, _ data: [UInt8]) -> String {
    let name = "constant\(constants.count)"
    constants.append(
      shape.flatMap { Self.number(1, $0) } + Self.number(2, type)
        + Self.field(8, Array(name.utf8)) + data)
    return name
  }

  /// The file, for a network that answers with some outputs.
  func bytes(_ outputs: String...) -> [UInt8] {
    var graph = nodes.flatMap { Self.field(1, $0) } + Self.field(2, Array("kinds".utf8))
    graph += constants.flatMap { Self.field(5, $0) }
    let axes = [-1] + shape
    let dimensions = axes.flatMap { extent in
      Self.field(1, extent < 0 ? Self.field(2, Array("N".utf8)) : Self.number(1, extent))
    }
    let type = Self.field(1, Self.number(1, 1) + Self.field(2, dimensions))
    graph += Self.field(11, Self.field(1, [UInt8(ascii: "x")]) + Self.field(2, type))
    for output in outputs { graph += Self.field(12, Self.field(1, Array(output.utf8))) }
    let opset = Self.field(1, []) + Self.number(2, 13)
    return Self.number(1, 8) + Self.field(7, graph) + Self.field(8, opset)
  }

  /// What a node is told.
  enum Attribute {
    case integer(Int)
    case integers([Int])

    fileprivate func message(_ name: String) -> [UInt8] {
      let start = ModelFile.field(1, Array(name.utf8))
      switch self {
      case .integer(let value):
        return start + ModelFile.number(3, value) + ModelFile.number(20, 2)
      case .integers(let values):
        return start + values.flatMap { ModelFile.number(8, $0) } + ModelFile.number(20, 7)
      }
    }
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (UInt64(bitPattern: Int64(value)), [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  fileprivate static func number(_ field: Int, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  fileprivate static func field(_ field: Int, _ value: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(value.count) + value
  }
}
