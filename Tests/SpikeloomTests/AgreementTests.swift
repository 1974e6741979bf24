import Foundation
import LoomBase
import LoomImport
import Testing

@Suite("Agreement with the trained network")
struct AgreementTests {
  @Test("compare counts the chip's answers that onnxruntime gives too; it needs no labels")
  func unlabelled() throws {
    let expected = try expectedAnswers()
    try withEmptyFolder { folder in
      let report = try BuiltProgram.succeed(
        [
          "compare", DigitsFixture.model, "--data", DigitsFixture.images, "--profile",
          "crossbar-256", "--samples", "\(expected.count)", "--json", "--predictions", "p.npy",
          "--calibration", DigitsFixture.training, "--calibration-samples", "50",
          "--iterations", "5", "-T", "1",
        ], in: folder
      ).json()
      let given = try SampleFile.readLabels(path: folder.appendingPathComponent("p.npy").path)
      let same = zip(expected, given).count { $0 == $1 }
      #expect(same > 0 && same < expected.count, "the test must be able to fail")
      #expect(report["agreement"]?.double == Double(same) / Double(expected.count))
      #expect(report["discordant"] == .null)
    }
  }

  @Test("maps are no classes: without labels nothing is said of their answers")
  func maps() throws {
    try withEmptyFolder { folder in
      let report = try BuiltProgram.succeed(
        [
          "compare", ExampleFiles.path("shapes/segmenter.onnx"), "--profile", "crossbar-256",
          "--data", ExampleFiles.path("shapes/test_images.npy"), "--samples", "2", "--json",
          "--calibration", ExampleFiles.path("shapes/train_images.npy"),
          "--calibration-samples", "20", "--method", "percentile", "-T", "2",
        ], in: folder
      ).json()
      #expect(report["agreement"] == .null)
      #expect(report["accuracy"]?["chip"] == .null)
    }
  }

  /// The first largest logit of each of onnxruntime's rows.
  private func expectedAnswers() throws -> [Int] {
    let file = try SampleFile.read(path: ExampleFiles.path("digits/reference_logits_cnn.npy"))
    guard case .floats(let logits) = file.storage else { return [] }
    let classes = logits.count / file.count
    return try (0..<file.count).map { sample in
      let row = logits[(sample * classes)..<((sample + 1) * classes)]
      let largest = try #require(row.max())
      return try #require(row.firstIndex(of: largest)) - row.startIndex
    }
  }
}
