/// Writes Protocol Buffers messages, for fixtures.
struct WireWriter {
  var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ field: Int, _ value: Int64) {
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: value))
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

  mutating func float(_ field: Int, _ value: Float) {
    varint(UInt64(field) << 3 | 5)
    for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * place))) }
  }

  static func message(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    body(&writer)
    return writer.bytes
  }
}

/// Builds ONNX messages, for fixtures.
enum Fixture {
  static func raw(_ floats: [Float]) -> [UInt8] {
    floats.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  static func tensor(_ name: String, _ shape: [Int64], floats: [Float]) -> [UInt8] {
    WireWriter.message {
      for extent in shape { $0.integer(1, extent) }
      $0.integer(2, 1)
      $0.text(8, name)
      $0.bytes(9, raw(floats))
    }
  }

  static func tensor(_ name: String, _ shape: [Int64], integers: [Int64]) -> [UInt8] {
    WireWriter.message {
      for extent in shape { $0.integer(1, extent) }
      $0.integer(2, 7)
      $0.text(8, name)
      for value in integers { $0.integer(7, value) }
    }
  }

  static func external(_ name: String, _ shape: [Int64], entries: [(String, String)]) -> [UInt8] {
    WireWriter.message {
      for extent in shape { $0.integer(1, extent) }
      $0.integer(2, 1)
      $0.text(8, name)
      for (key, value) in entries {
        $0.bytes(
          13,
          WireWriter.message {
            $0.text(1, key)
            $0.text(2, value)
          })
      }
      $0.integer(14, 1)
    }
  }

  static func value(_ name: String, _ shape: [Int64]) -> [UInt8] {
    WireWriter.message {
      $0.text(1, name)
      $0.bytes(
        2,
        WireWriter.message {
          $0.bytes(
            1,
            WireWriter.message {
              $0.integer(1, 1)
              $0.bytes(
                2,
                WireWriter.message {
                  for extent in shape {
                    $0.bytes(
                      1,
                      WireWriter.message {
                        if extent < 0 { $0.text(2, "N") } else { $0.integer(1, extent) }
                      })
                  }
                })
            })
        })
    }
  }

  static func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "",
    domain: String = "", integers: [(String, [Int64])] = []
  ) -> [UInt8] {
    WireWriter.message {
      for input in inputs { $0.text(1, input) }
      for output in outputs { $0.text(2, output) }
      $0.text(3, name)
      $0.text(4, type)
      $0.text(7, domain)
      for (key, values) in integers {
        $0.bytes(
          5,
          WireWriter.message {
            $0.text(1, key)
            if values.count == 1 { $0.integer(3, values[0]) }
            for value in values { $0.integer(8, value) }
          })
      }
    }
  }

  static func model(
    opset: Int64 = 13, nodes: [[UInt8]], initializers: [[UInt8]] = [],
    inputs: [[UInt8]] = [value("x", [-1, 2, 4, 4])], outputs: [[UInt8]] = [value("y", [-1])]
  ) -> [UInt8] {
    let graph = WireWriter.message {
      for node in nodes { $0.bytes(1, node) }
      $0.text(2, "fixture")
      for tensor in initializers { $0.bytes(5, tensor) }
      for value in inputs { $0.bytes(11, value) }
      for value in outputs { $0.bytes(12, value) }
    }
    return WireWriter.message {
      $0.integer(1, 8)
      $0.bytes(7, graph)
      $0.bytes(8, WireWriter.message { $0.integer(2, opset) })
    }
  }

  /// A small convolutional network with worked-out shapes, as exporters write it.
  static let small = model(
    nodes: [
      node(
        "Conv", ["x", "w", "b"], ["c"], integers: [("pads", [1, 1, 1, 1]), ("strides", [2, 2])]),
      node("Relu", ["c"], ["r"]),
      node("MaxPool", ["r"], ["p"], integers: [("kernel_shape", [2, 2])]),
      node("Shape", ["p"], ["s"]), node("Gather", ["s", "zero"], ["n"]),
      node("Unsqueeze", ["n", "zeros"], ["u"]),
      node("Concat", ["u", "rest"], ["t"], integers: [("axis", [0])]),
      node("Reshape", ["p", "t"], ["f"]), node("Gemm", ["f", "m"], ["g"]),
      node("Slice", ["g", "zeros", "two", "one"], ["h"]),
      node("ConstantOfShape", ["two"], ["k"]), node("Add", ["h", "k"], ["y"]),
    ],
    initializers: [
      tensor("w", [3, 2, 3, 3], floats: (0..<54).map { Float($0) / 54 - 0.5 }),
      tensor("b", [3], floats: [0.5, 0, -0.5]), tensor("zero", [], integers: [0]),
      tensor("zeros", [1], integers: [0]), tensor("rest", [1], integers: [-1]),
      tensor("two", [1], integers: [2]), tensor("one", [1], integers: [1]),
      tensor("m", [3, 2], floats: [1, 2, 3, 4, 5, 6]),
    ])
}
