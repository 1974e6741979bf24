import Foundation
import LoomBase
import LoomExecution
import LoomImport
import LoomNetwork
import Testing

@Suite("Mutated onnx cases", .enabled(if: StagedModels.isThere, StagedModels.message))
struct OperatorMutationTests {
  static let extremes: [Int64] = [0, -1, 1 << 40, .max, .min, 2, -3]

  /// A model with a few bytes changed.
  static func mutated(
    _ bytes: [UInt8], round: Int, _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var result = bytes
    let values: [UInt8] = [0, 1, 2, 0x7f, 0x80, 0xff]
    for _ in 0...(round % 3) {
      let place = Int.random(in: result.indices, using: &generator)
      result[place] =
        round % 2 == 0
        ? values[Int.random(in: values.indices, using: &generator)]
        : result[place] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
    }
    return result
  }

  @Test(
    "no operator traps on changed attributes, shapes or extreme integer inputs",
    arguments: ["node", "pytorch-converted", "pytorch-operator"])
  func survives(group: String) throws {
    var generator = SeededGenerator(seed: 5)
    var executed = 0
    let root = StagedModels.path("onnx_tests/\(group)")
    for name in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
      let folder = root + "/" + name
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/model.onnx")))
      var inputs: [Tensor] = []
      let data = folder + "/test_data_set_0/input_"
      while let tensor = try? ONNXImporter.tensor(path: "\(data)\(inputs.count).pb") {
        inputs.append(tensor)
      }
      for round in 0..<100 {
        let changed = Self.mutated(bytes, round: round, &generator)
        guard
          let network = try? ONNXImporter.network(bytes: changed, name: name, folder: nil)
        else { continue }
        let plain = Array(inputs.prefix(network.inputs.count))
        if (try? FloatExecutor(network).run(plain)) != nil { executed += 1 }
        let wild = plain.map { tensor -> Tensor in
          guard !tensor.type.isFloating else { return tensor }
          let values = (0..<tensor.count).map { _ in
            Self.extremes[Int.random(in: Self.extremes.indices, using: &generator)]
          }
          return Tensor(shape: tensor.shape, type: tensor.type, storage: .integers(values))
        }
        _ = try? FloatExecutor(network).run(wild)
      }
    }
    #expect(executed > 50)
  }
}
