import LoomBase

// The messages of onnx.proto3 that Spikeloom reads, with their field numbers. Sub-graphs and functions
// are noted but not opened, so that nesting cannot recurse.

/// A whole model file.
struct ModelMessage {
  var opsets: [(domain: String, version: Int)] = []
  var graph: GraphMessage?

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 7: graph = try GraphMessage(try field.message())
      case 8: opsets.append(try ModelMessage.opset(try field.message()))
      default: break
      }
    }
  }

  private static func opset(
    _ bytes: ArraySlice<UInt8>
  ) throws(ByteError) -> (domain: String, version: Int) {
    var reader = WireReader(bytes)
    var result = (domain: "", version: 1)
    while let field = try reader.next() {
      switch field.number {
      case 1: result.domain = try field.text()
      case 2: result.version = Int(min(max(try field.integer(), 1), 1 << 30))
      default: break
      }
    }
    return result
  }

  /// The version of the standard operators.
  var standardOpset: Int {
    opsets.last { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 1
  }
}

/// The graph of a model.
struct GraphMessage {
  var name = ""
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  var inputs: [ValueMessage] = []
  var outputs: [ValueMessage] = []
  var values: [ValueMessage] = []
  var sparseInitializers = 0

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: nodes.append(try NodeMessage(try field.message()))
      case 2: name = try field.text()
      case 5: initializers.append(try TensorMessage(try field.message()))
      case 11: inputs.append(try ValueMessage(try field.message()))
      case 12: outputs.append(try ValueMessage(try field.message()))
      case 13: values.append(try ValueMessage(try field.message()))
      case 15: sparseInitializers += 1
      default: break
      }
    }
  }
}

/// A node of a graph.
struct NodeMessage {
  var name = ""
  var type = ""
  var domain = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: AttributeMessage] = [:]

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try field.text())
      case 2: outputs.append(try field.text())
      case 3: name = try field.text()
      case 4: type = try field.text()
      case 5:
        let attribute = try AttributeMessage(try field.message())
        attributes[attribute.name] = attribute
      case 7: domain = try field.text()
      default: break
      }
    }
  }
}

/// An attribute of a node.
struct AttributeMessage {
  var name = ""
  var float: Float?
  var integer: Int64?
  var text: String?
  var tensor: TensorMessage?
  var floats: [Float] = []
  var integers: [Int64] = []
  var hasSubgraph = false
  var isList = false

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2:
        guard case .fixed32(let bits) = field.value else {
          throw .invalid(offset: 0, reason: "attribute '\(name)' needs a float")
        }
        float = Float(bitPattern: bits)
      case 3: integer = try field.integer()
      case 4: text = try field.text()
      case 5: tensor = try TensorMessage(try field.message())
      case 6, 11: hasSubgraph = true
      case 7: try field.append(to: &floats)
      case 8: try field.append(to: &integers)
      case 20: isList = try field.integer() == 7
      default: break
      }
    }
  }
}

/// A declared value: name, element type code and shape.
struct ValueMessage {
  var name = ""
  var elementType: Int?
  /// The declared shape; unknown extents are -1; nil if none is declared.
  var shape: [Int]?

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text()
      case 2: try readType(try field.message())
      default: break
      }
    }
  }

  private mutating func readType(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var tensor = WireReader(try field.message())
      while let part = try tensor.next() {
        switch part.number {
        case 1: elementType = Int(truncatingIfNeeded: try part.integer())
        case 2: shape = try ValueMessage.extents(try part.message())
        default: break
        }
      }
    }
  }

  private static func extents(_ bytes: ArraySlice<UInt8>) throws(ByteError) -> [Int] {
    var reader = WireReader(bytes)
    var result: [Int] = []
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var dimension = WireReader(try field.message())
      var extent: Int64 = -1
      while let part = try dimension.next() {
        if part.number == 1 { extent = try part.integer() }
      }
      result.append(extent > 0 && extent < 1 << 46 ? Int(extent) : -1)
    }
    return result
  }
}

/// A stored tensor.
struct TensorMessage {
  var name = ""
  var shape: [Int64] = []
  var type = 0
  var raw: ArraySlice<UInt8>?
  var floats: [Float] = []
  var doubles: [Double] = []
  var integers: [Int64] = []
  var strings = 0
  var external: [String: String] = [:]
  var isExternal = false
  var isSegmented = false

  init(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append(to: &shape)
      case 2: type = Int(truncatingIfNeeded: try field.integer())
      case 3: isSegmented = true
      case 4: try field.append(to: &floats)
      case 5, 7, 11: try field.append(to: &integers)
      case 6: strings += 1
      case 8: name = try field.text()
      case 9: raw = try field.message()
      case 10: try field.append(to: &doubles)
      case 13: try readEntry(try field.message())
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
  }

  private mutating func readEntry(_ bytes: ArraySlice<UInt8>) throws(ByteError) {
    var reader = WireReader(bytes)
    var (key, value) = ("", "")
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try field.text()
      case 2: value = try field.text()
      default: break
      }
    }
    external[key] = value
  }
}
