import Foundation
import LoomBase
import LoomConversion
import LoomExecution
import LoomImport
import LoomNetwork
import Testing

@Suite("Networks of Examples/training")
struct TrainingExampleTests {
  /// What the table in the README says of a shipped file: digits right, and spikes of one inference.
  struct Claim: Sendable {
    var file: String
    var right: Int
    var spikes: Double?
  }

  /// Rows of the README that begin with a shipped file.
  static func claims() throws -> [Claim] {
    let text = try String(
      contentsOfFile: ExampleFiles.path("training/README.md"), encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count >= 3, cells[0].hasSuffix(".onnx`"), let right = Int(cells[1]) else {
        return nil
      }
      let file = cells[0].trimmingCharacters(in: ["`"])
      return Claim(file: file, right: right, spikes: Double(cells[2]))
    }
  }

  private let test: Samples
  private let labels: [UInt8]

  init() throws {
    test = try SampleFile.read(path: ExampleFiles.path("digits/test_images.npy"))
    let stored = try SampleFile.read(path: ExampleFiles.path("digits/test_labels.npy"))
    guard case .bytes(let bytes) = stored.storage else { throw CocoaError(.fileReadCorruptFile) }
    labels = bytes
  }

  private func inputs(_ network: Network) throws -> Tensor {
    try SamplePreparation.tensor(
      test, range: 0..<test.count, network: network, preprocessing: DigitsRoad.preprocessing)
  }

  private func right(_ logits: [Float]) -> Int {
    labels.indices.count { sample in
      let scores = logits[(sample * 10)..<(sample * 10 + 10)]
      let best = scores.indices.max { scores[$0] < scores[$1] }
      return best.map { $0 - sample * 10 } == Int(labels[sample])
    }
  }

  @Test("the README's table names each shipped network once")
  func rows() throws {
    let folder = ExampleFiles.path("training")
    let shipped = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".onnx") }
    #expect(try Self.claims().map(\.file).sorted() == shipped.sorted())
    #expect(shipped.count == 5)
  }

  @Test("each shipped network is right on as many test digits as the README says")
  func accuracy() throws {
    for claim in try Self.claims() {
      let network = try ONNXImporter.network(path: ExampleFiles.path("training/\(claim.file)"))
      let outputs = try FloatExecutor(network).runSamples(try inputs(network), threads: 2)
      #expect(right(outputs[0].floats) == claim.right, "\(claim.file)")
    }
  }

  @Test("the codes have 4 bits and as many ones as the README says; the bit price lowers them")
  func spikes() throws {
    let counted = try Self.claims().filter { $0.spikes != nil }.map { claim in
      let mean = try meanSpikes(claim.file)
      let claimed = try #require(claim.spikes)
      // A sum at a level's edge may round differently here and in torch.
      #expect(abs(mean - claimed) <= 0.001 * claimed, "\(claim.file): \(mean)")
      return (file: claim.file, mean: mean)
    }
    let free = try #require(counted.first { $0.file == "digits_k0.onnx" }).mean
    let priced = try #require(counted.first { $0.file == "digits_sparse.onnx" }).mean
    #expect(priced < free / 2)
  }

  /// Ones in the binary codes that the Clip nodes put out, mean over the test digits.
  private func meanSpikes(_ file: String) throws -> Double {
    let network = try ONNXImporter.network(path: ExampleFiles.path("training/\(file)"))
    let codes = network.layers.filter { $0.sourceType == "Clip" }.flatMap(\.outputs)
    #expect(codes.count == 4)
    let observed = try FloatExecutor(network).run([try inputs(network)], observing: codes).observed
    var ones = 0
    for value in observed.flatMap(\.floats) {
      let code = try #require(Int(exactly: value))
      #expect((0...15).contains(code))
      ones += code.nonzeroBitCount
    }
    return Double(ones) / Double(test.count)
  }
}
