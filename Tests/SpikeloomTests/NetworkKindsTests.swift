import Foundation
import LoomBase
import LoomImport
import Testing

/// A kind of network that users bring, with the chips it once was too much for.
struct NetworkKind: Sendable, CustomTestStringConvertible {
  var name: String
  var shape: [Int]
  var chips: [String]
  var build: @Sendable (inout ModelFile) -> String

  var testDescription: String { name }

  static let all: [NetworkKind] = [
    NetworkKind(
      name: "input concatenated with features", shape: [2, 6, 6],
      chips: ["loihi1-silicon-fit", "paicore2", "tianjic", "crossbar-256"]
    ) { file in
      let first = file.node("Conv", ["x", file.weights([3, 2, 3, 3])], [pads])
      let both = file.node("Concat", ["x", file.node("Relu", [first])], [("axis", .integer(1))])
      let deep = file.node("Conv", [both, file.weights([4, 5, 3, 3])], [strides])
      return file.head(file.node("Relu", [deep]), 4 * 2 * 2)
    },
    NetworkKind(
      name: "max pooling of the input", shape: [2, 6, 6],
      chips: ["loihi1-silicon-fit", "tianjic", "paicore2"]
    ) { file in
      let pooled = file.node(
        "MaxPool", ["x"], [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2]))])
      let conv = file.node("Conv", [pooled, file.weights([4, 2, 2, 2])])
      return file.head(file.node("Relu", [conv]), 4 * 2 * 2)
    },
    NetworkKind(
      name: "global pooling of more elements than a core has axons", shape: [2, 6, 6],
      chips: ["tianjic", "reram-spikesim"]
    ) { file in
      let wide = file.node("Conv", ["x", file.weights([20, 2, 3, 3])], [pads])
      let pooled = file.node("GlobalAveragePool", [file.node("Relu", [wide])])
      return file.head(pooled, 20)
    },
    NetworkKind(
      name: "answers straight from the input", shape: [2, 4, 4],
      chips: ["paicore2", "tianjic", "loihi1-silicon-fit"]
    ) { file in file.head("x", 32) },
    NetworkKind(
      name: "depthwise, Clip from −1 to 1, the larger of two, ReduceMax", shape: [4, 7, 5],
      chips: ["crossbar-256", "loihi1-silicon-fit", "spinnaker1"]
    ) { file in
      let depthwise = file.node(
        "Conv", ["x", file.weights([4, 1, 3, 1])], [("group", .integer(4)), strides])
      let clipped = file.node(
        "Clip", [depthwise, file.constant([], [-1]), file.constant([], [1])])
      let left = file.node("Conv", [clipped, file.weights([3, 4, 1, 3])])
      let right = file.node("Conv", [clipped, file.weights([3, 4, 1, 3])])
      let larger = file.node("Max", [left, right])
      let peak = file.node(
        "ReduceMax", [larger], [("axes", .integers([2, 3])), ("keepdims", .integer(0))])
      return file.head(peak, 3)
    },
  ]

  private static let pads = ("pads", ModelFile.Attribute.integers([1, 1, 1, 1]))
  private static let strides = ("strides", ModelFile.Attribute.integers([2, 2]))
}

extension ModelFile {
  /// Flatten and a dense layer of three classes.
  fileprivate mutating func head(_ value: String, _ inputs: Int) -> String {
    node("MatMul", [node("Flatten", [value]), weights([inputs, 3])])
  }
}

@Suite("Kinds of networks on chips")
struct NetworkKindsTests {
  /// Twelve samples, evenly spread over 0 to 1.
  private static func samples(_ shape: [Int]) -> [UInt8] {
    var generator = SeededGenerator(seed: 3)
    let count = 12 * shape.reduce(1, *)
    return NumpyFile.encode(
      shape: [12] + shape, floats: (0..<count).map { _ in Float(generator.unit()) })
  }

  @Test("compiles and is verified bit for bit", arguments: NetworkKind.all)
  func verified(_ kind: NetworkKind) throws {
    var file = ModelFile(kind.shape)
    let output = kind.build(&file)
    try withEmptyFolder { folder in
      try folder.put(file.bytes(output), as: "m.onnx")
      try folder.put(Self.samples(kind.shape), as: "x.npy")
      for chip in kind.chips {
        try BuiltProgram.succeed(
          [
            "compile", "m.onnx", "--profile", chip, "--calibration", "x.npy", "-T", "12",
            "--method", "percentile", "--save-fixed", "m.fixed.snn", "-o", "m.chip",
          ], in: folder)
        let run = try BuiltProgram.succeed(
          ["verify", "m.chip", "m.fixed.snn", "--data", "x.npy", "--samples", "3", "--json"],
          in: folder)
        #expect(try run.json()["differing"]?.int == 0, "\(chip)")
      }
    }
  }

  @Test("a layer named after an output is refused with the nodes it stands for")
  func originNote() throws {
    var file = ModelFile([300])
    let output = file.node("MatMul", ["x", file.weights([300, 2])])
    let named = file.node("Add", [output, file.constant([2], [0, 0])])
    try withEmptyFolder { folder in
      try folder.put(file.bytes(named), as: "m.onnx")
      try folder.put(Self.samples([300]), as: "x.npy")
      let run = try BuiltProgram.run(
        [
          "compile", "m.onnx", "--profile", "tianjic", "--calibration", "x.npy", "-T", "8",
          "--method", "percentile", "-o", "m.chip",
        ], in: folder)
      #expect(run.status == 2)
      #expect(run.errors.contains("error SL4010: layer 'matmul0'") == false)
      #expect(run.errors.contains("error SL4010: layer 'add1'"))
      #expect(run.errors.contains("note: stands for '/matmul0', '/add1'"))
    }
  }

  @Test("of two heads the first says the class, however large the second one's scores are")
  func twoHeads() throws {
    var file = ModelFile([4])
    let hidden = file.node(
      "Relu", [file.node("MatMul", ["x", file.constant([4, 1], [1, 1, 1, 1])])])
    // Samples are above zero, so that class 1 always wins.
    let first = file.node("MatMul", [hidden, file.constant([1, 3], [0, 1, -1])])
    let second = file.node(
      "Add",
      [file.node("MatMul", [hidden, file.weights([1, 2])]), file.constant([2], [90, 100])])
    try withEmptyFolder { folder in
      try folder.put(file.bytes(first, second), as: "m.onnx")
      try folder.put(Self.samples([4]), as: "x.npy")
      try folder.put(
        NumpyFile.encode(shape: [12], int64: [Int64](repeating: 1, count: 12)), as: "y.npy")
      let report = try BuiltProgram.succeed(
        [
          "compare", "m.onnx", "--profile", "loihi1-silicon-fit", "--data", "x.npy", "--labels",
          "y.npy", "--calibration", "x.npy", "-T", "16", "--json",
        ], in: folder
      ).json()
      for stage in ["ann", "spiking", "fixed", "chip"] {
        #expect(report.value(at: "/accuracy/\(stage)")?.double == 1, "\(stage)")
      }
    }
  }

  @Test("an autoencoder that ends in a sigmoid is judged behind it")
  func sigmoid() throws {
    var file = ModelFile([4])
    // Every answer is σ(0) = ½ before any sample: weights of zero.
    let hidden = file.node("Relu", [file.node("MatMul", ["x", file.weights([4, 6])])])
    let zero = file.constant([6, 4], [Float](repeating: 0, count: 24))
    let output = file.node("Sigmoid", [file.node("MatMul", [hidden, zero])])
    try withEmptyFolder { folder in
      try folder.put(file.bytes(output), as: "m.onnx")
      try folder.put(Self.samples([4]), as: "x.npy")
      try folder.put(
        NumpyFile.encode(shape: [12, 4], floats: [Float](repeating: 0.75, count: 48)),
        as: "y.npy")
      let report = try BuiltProgram.succeed(
        [
          "compare", "m.onnx", "--profile", "loihi1-silicon-fit", "--data", "x.npy", "--labels",
          "y.npy", "--metric", "mse", "--calibration", "x.npy", "-T", "8", "--json",
        ], in: folder
      ).json()
      for stage in ["ann", "spiking", "fixed", "chip"] {
        // (¾ − ½)²; without the sigmoid it would be (¾)².
        let error = try #require(report.value(at: "/accuracy/\(stage)")?.double)
        #expect(abs(error - 0.0625) < 1e-6, "\(stage)")
      }
    }
  }
}
