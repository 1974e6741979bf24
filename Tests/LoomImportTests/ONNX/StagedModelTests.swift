import LoomExecution
import LoomImport
import LoomNetwork
import Testing

@Suite("Staged ONNX models", .enabled(if: StagedModels.isThere, StagedModels.message))
struct StagedModelTests {
  static let models = [
    ("cifar_vgg", "input_cifar_first32"), ("cifar_vgg_bn", "input_cifar_first32"),
    ("fashion_lenet", "input_fashion_first32"), ("fashion_mlp", "input_fashion_first32"),
    ("mlperf_resnet8", "input_cifarraw_first32"), ("mlperf_vww96", "mlperf_vww96_input"),
    ("mnist8_cntk", "input_mnist_first32"), ("mnist_lenet", "input_mnist_first32"),
    ("mnist_mlp", "input_mnist_first32"), ("resnet20", "input_cifar_first32"),
    ("resnet20_bn", "input_cifar_first32"), ("resnet32", "input_cifar_first32"),
    ("resnet44", "input_cifar_first32"),
  ]

  @Test("float execution matches the reference outputs to 1e-3", arguments: models)
  func matchesReference(model: String, input: String) throws {
    let network = try ONNXImporter.network(path: StagedModels.path("models/\(model).onnx"))
    #expect(ONNXImporter.unsupported(in: network).isEmpty)
    let expected = try StagedModels.array("models/ref/\(model)_output.npy")
    let outputs = try FloatExecutor(network).runSamples(
      try StagedModels.array("models/ref/\(input).npy"), threads: 2)
    #expect(outputs.count == 1 && outputs[0].shape == expected.shape)
    let greatest = zip(outputs[0].floats, expected.floats).map { abs($0 - $1) }.max() ?? .infinity
    #expect(greatest <= 1e-3, "\(model) differs by \(greatest)")
  }

  @Test("every shape of an export with worked-out paddings is known, the batch axis free")
  func foldsExporterChains() throws {
    let network = try ONNXImporter.network(path: StagedModels.path("models/resnet20_bn.onnx"))
    let types = Set(network.layers.map(\.sourceType))
    #expect(
      types.isDisjoint(with: ["Shape", "Gather", "Cast", "Concat", "ConstantOfShape", "Mul"]))
    for layer in network.layers {
      let shape = try #require(network[layer.outputs[0]].shape)
      #expect(shape.first == -1 && !shape.dropFirst().contains(-1), "\(layer.name): \(shape)")
    }
  }

  @Test("one and two threads give the same bytes")
  func threadsDoNotMatter() throws {
    let network = try ONNXImporter.network(path: StagedModels.path("models/resnet20.onnx"))
    let batch = try StagedModels.array("models/ref/input_cifar_first32.npy")
    let part = Tensor(shape: [7, 3, 32, 32], floats: Array(batch.floats.prefix(7 * 3072)))
    let executor = FloatExecutor(network)
    #expect(try executor.runSamples(part, threads: 1) == executor.runSamples(part, threads: 2))
    #expect(try executor.runSamples(part, threads: 2) == executor.run([part]))
  }

  @Test(
    "onnx's own test cases all pass",
    arguments: [
      ("node", 145), ("pytorch-converted", 30), ("pytorch-operator", 10), ("light", 6),
    ])
  func conformance(group: String, count: Int) {
    let result = ONNXConformance.run(directories: [StagedModels.path("onnx_tests/\(group)")])
    #expect(result.wrong.map { "\($0.name): \($0.reason)" } == [])
    #expect(result.refused.map { "\($0.name): \($0.reason)" } == [])
    #expect(result.passed.count == count)
  }
}
