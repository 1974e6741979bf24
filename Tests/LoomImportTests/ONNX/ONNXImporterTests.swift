import Foundation
import LoomBase
import LoomExecution
import LoomImport
import LoomNetwork
import Testing

@Suite("ONNX importer")
struct ONNXImporterTests {
  static func network(_ bytes: [UInt8], folder: String? = nil) throws(DiagnosticsError) -> Network {
    try ONNXImporter.network(bytes: bytes, name: "fixture", folder: folder)
  }

  static func codes(_ bytes: [UInt8], folder: String? = nil) -> [String] {
    do throws(DiagnosticsError) {
      _ = try network(bytes, folder: folder)
      return []
    } catch {
      return error.diagnostics.map(\.code)
    }
  }

  @Test("an export with a worked-out batch extent folds to plain layers and runs for any batch")
  func foldsAndRuns() throws {
    let network = try Self.network(Fixture.small)
    #expect(
      network.layers.map(\.sourceType)
        == ["Conv", "Relu", "MaxPool", "Reshape", "Gemm", "Slice", "Add"])
    #expect(network.layers[0].name == "Conv_0")
    #expect(network[network.outputs[0]].shape == [-1, 2])
    let batch = Tensor(
      shape: [5, 2, 4, 4], floats: (0..<160).map { Float(($0 * 37) % 11) / 11 })
    let all = try FloatExecutor(network).runSamples(batch, threads: 2)
    #expect(all[0].shape == [5, 2])
    let third = Tensor(shape: [1, 2, 4, 4], floats: Array(batch.floats[64..<96]))
    let alone = try FloatExecutor(network).run([third])
    #expect(Array(all[0].floats[4..<6]) == alone[0].floats)
  }

  @Test("nodes out of order are sorted, names are made of type and position")
  func sortsNodes() throws {
    let bytes = Fixture.model(nodes: [
      Fixture.node("Neg", ["a"], ["y"]), Fixture.node("Relu", ["x"], ["a"]),
    ])
    #expect(try Self.network(bytes).layers.map(\.name) == ["Relu_1", "Neg_0"])
  }

  @Test(
    "missing values, duplicated outputs and cycles are all reported at once, each with its node")
  func reportsGraphFaults() {
    let bytes = Fixture.model(nodes: [
      Fixture.node("Relu", ["nowhere"], ["a"]), Fixture.node("Neg", ["x"], ["a"]),
      Fixture.node("Add", ["x", "d"], ["c"], name: "loop"), Fixture.node("Abs", ["c"], ["d"]),
      Fixture.node("Identity", ["a"], ["y"]),
    ])
    let codes = Self.codes(bytes)
    #expect(Set(codes) == ["SL1105", "SL1106", "SL1107"])
    #expect(throws: DiagnosticsError.self) { try Self.network(bytes) }
  }

  @Test("operators that are not known do not stop the import and are all listed")
  func listsUnsupported() throws {
    let bytes = Fixture.model(nodes: [
      Fixture.node("LSTM", ["x"], ["a"]),
      Fixture.node("Relu", ["a"], ["b"], domain: "com.example"), Fixture.node("Neg", ["b"], ["y"]),
    ])
    let findings = ONNXImporter.unsupported(in: try Self.network(bytes))
    #expect(findings.map(\.anchor.description) == ["node 'LSTM_0' (LSTM)", "node 'Relu_1' (Relu)"])
  }

  @Test("layers that no output depends on are removed")
  func removesDeadLayers() throws {
    let bytes = Fixture.model(nodes: [
      Fixture.node("Neg", ["x"], ["dead"]), Fixture.node("Relu", ["x"], ["y"]),
    ])
    #expect(try Self.network(bytes).layers.map(\.sourceType) == ["Relu"])
  }

  @Test(
    "impossible extents are refused",
    arguments: [
      [-1, 2], [1 << 31, 1 << 31, 1 << 31], [Int64.max, 2], [0, Int64.max, 4], [1 << 40],
    ])
  func refusesExtents(shape: [Int64]) {
    let bytes = Fixture.model(
      nodes: [Fixture.node("Add", ["x", "w"], ["y"])],
      initializers: [Fixture.tensor("w", shape, floats: [1, 2])])
    #expect(Self.codes(bytes) == ["SL1103"])
  }

  @Test("a constant of a huge shape stays unexpanded and running it is refused, not tried")
  func hugeSplat() throws {
    let bytes = Fixture.model(
      nodes: [
        Fixture.node("ConstantOfShape", ["s"], ["k"]), Fixture.node("Abs", ["k"], ["a"]),
        Fixture.node("Add", ["x", "a"], ["y"]),
      ],
      initializers: [Fixture.tensor("s", [2], integers: [1 << 30, 1 << 20])],
      inputs: [Fixture.value("x", [1])])
    let network = try Self.network(bytes)
    let error = #expect(throws: ExecutionError.self) {
      try FloatExecutor(network).run([Tensor(shape: [1], floats: [1])])
    }
    #expect(error?.kind == .tooLarge)
  }

  @Test("external data is read from the model's own folder and from nowhere else")
  func externalData() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("spikeloom-\(UUID().uuidString)")
    let inside = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = Data(Fixture.raw([9, 1, 2, 3]))
    try data.write(to: inside.appendingPathComponent("w.data"))
    try data.write(to: folder.appendingPathComponent("secret"))
    try FileManager.default.createSymbolicLink(
      at: inside.appendingPathComponent("link"),
      withDestinationURL: folder.appendingPathComponent("secret"))
    func model(_ entries: [(String, String)]) -> [UInt8] {
      Fixture.model(
        nodes: [Fixture.node("Identity", ["w"], ["y"])],
        initializers: [Fixture.external("w", [3], entries: entries)], inputs: [])
    }
    let good = model([("location", "w.data"), ("offset", "4"), ("length", "12")])
    let network = try Self.network(good, folder: inside.path)
    #expect(try FloatExecutor(network).run([])[0].floats == [1, 2, 3])
    let bad = [
      [("location", "../secret")], [("location", "/etc/passwd")], [("location", "link")],
      [("location", "none")], [("location", "w.data"), ("offset", "8")],
      [("location", "w.data"), ("offset", "-4")], [("location", ".")],
      [("location", "w.data"), ("offset", "9223372036854775807")], [],
    ]
    for entries in bad {
      #expect(Self.codes(model(entries), folder: inside.path) == ["SL1104"], "\(entries)")
    }
    #expect(Self.codes(good) == ["SL1104"])
  }

  @Test("truncations and random byte changes never trap or hang")
  func survivesMutations() {
    let original = Fixture.small
    var accepted = 0
    func attempt(_ bytes: [UInt8]) {
      guard let network = try? Self.network(bytes) else { return }
      accepted += 1
      let inputs = network.inputs.map { id in
        let shape = (network[id].shape ?? []).map { $0 == -1 ? 1 : min($0, 8) }
        return Tensor(shape: shape, floats: [Float](repeating: 1, count: shape.reduce(1, *)))
      }
      _ = try? FloatExecutor(network).run(inputs)
    }
    for length in original.indices { attempt(Array(original[..<length])) }
    var generator = SeededGenerator(seed: 2026)
    let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
    for round in 0..<6000 {
      var bytes = original
      for _ in 0...(round % 4) {
        let place = Int.random(in: bytes.indices, using: &generator)
        bytes[place] =
          round % 3 == 0
          ? extremes[Int.random(in: 0..<5, using: &generator)]
          : bytes[place] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
      }
      attempt(bytes)
    }
    // Many changes hit weights or names and leave a model that still runs.
    #expect(accepted > 500)
  }
}
