import Foundation
import LoomBase
import LoomConversion
import LoomExecution
import LoomImport
import LoomNetwork
import LoomReport
import Testing

/// A bundled network of Examples/shapes with its metric.
struct ShapesExample: Sendable, CustomTestStringConvertible {
  var name: String
  var metric: String
  var targets: String
  /// The metric of the ANN on all test pictures, as train.py's own arithmetic has it.
  var trained: Double
  var references: [String]
  var testDescription: String { name }

  static let segmenter = ShapesExample(
    name: "segmenter", metric: "miou", targets: "test_masks.npy", trained: 0.9242,
    references: ["reference_scores.npy"])
  static let detector = ShapesExample(
    name: "detector", metric: "map50", targets: "test_boxes.npy", trained: 0.9699,
    references: ["reference_fine.npy", "reference_coarse.npy"])
  static let all = [segmenter, detector]

  static func path(_ file: String) -> String { ExampleFiles.path("shapes/\(file)") }

  var model: String { Self.path("\(name).onnx") }

  /// The options of a quick comparison.
  var comparison: [String] {
    [
      model, "--data", Self.path("test_images.npy"), "--labels", Self.path(targets), "--metric",
      metric, "--calibration", Self.path("train_images.npy"), "--calibration-samples", "24",
      "--iterations", "200", "-T", "32",
    ]
  }
}

@Suite("Shapes: segmentation and detection")
struct ShapesTests {
  @Test("the ANN gives torch's numbers, and its metric is train.py's", arguments: ShapesExample.all)
  func trained(_ example: ShapesExample) throws {
    let network = try ONNXImporter.network(path: example.model)
    let images = try SampleFile.read(path: ShapesExample.path("test_images.npy"))
    let raw = try RawAnswers(network, samples: images.sampleShape)
    let input = try SamplePreparation.tensor(
      images, range: 0..<images.count, network: raw.network,
      preprocessing: Preprocessing(scale: 1 / 255))
    let outputs = try FloatExecutor(raw.network).runSamples(input, threads: 2)
    #expect(outputs.count == example.references.count)
    for (output, file) in zip(outputs, example.references) {
      guard case .floats(let wanted) = try SampleFile.read(path: ShapesExample.path(file)).storage
      else {
        Issue.record("reference answers are floats")
        return
      }
      #expect(wanted.count > 500)
      #expect(zip(output.floats, wanted).allSatisfy { abs($0 - $1) <= 1e-3 })
    }
    let answers = AnswerTensors(
      outputs: raw.shapes, samples: images.count,
      values: try raw.maps(outputs, samples: images.count))
    let value = try #require(try targets(example).value(of: answers))
    #expect(abs(value - example.trained) < 1e-4, "\(value)")
  }

  /// The bundled targets, read without the program.
  private func targets(_ example: ShapesExample) throws -> MetricTargets {
    let path = ShapesExample.path(example.targets)
    let array = try SampleFile.array(AtomicFile.read(path: path), name: path, preferring: [])
    switch array.elements {
    case .bytes(let classes):
      return .masks(
        SegmentationMasks(height: 32, width: 32, classes: classes.map { Int32($0) }))
    case .floats(let numbers):
      let rows = stride(from: 0, to: numbers.count, by: 5).map { Array(numbers[$0..<($0 + 5)]) }
      let objects = rows.map { row in
        ObjectBoxes.Object(
          kind: Int(row[0]),
          box: DetectionBox(
            left: Double(row[1]), top: Double(row[2]), right: Double(row[3]),
            bottom: Double(row[4])))
      }
      let most = array.shape[1]
      let pictures = stride(from: 0, to: objects.count, by: most).map { first in
        objects[first..<(first + most)].filter { $0.kind >= 0 }
      }
      return .boxes(
        ObjectBoxes(pictures: pictures),
        DetectionHead(classes: 3, pictureWidth: 32, pictureHeight: 32))
    default:
      throw CocoaError(.fileReadCorruptFile)
    }
  }

  @Test(
    "compare and emulate agree on chip, near the ANN; verify finds no difference",
    arguments: ShapesExample.all, ["loihi1-silicon-fit", "crossbar-256"])
  func onChip(_ example: ShapesExample, profile: String) throws {
    try withEmptyFolder { folder in
      let report = try BuiltProgram.succeed(
        ["compare"] + example.comparison + [
          "--samples", "6", "--profile", profile, "--json", "--save-image", "x.chip",
          "--outputs", "compared.npy",
        ], in: folder
      ).json()
      #expect(report["metric"]?.string == example.metric)
      let ann = try #require(report.value(at: "/accuracy/ann")?.double)
      let chip = try #require(report.value(at: "/accuracy/chip")?.double)
      #expect(ann > 0.75 && chip > ann - 0.2, "ANN \(ann), chip \(chip)")
      #expect(report.value(at: "/accuracy/fixed")?.double == chip)
      #expect(report.value(at: "/neurobench/ClassificationAccuracy")?.double == nil)
      let emulated = try BuiltProgram.succeed(
        [
          "emulate", "x.chip", "--data", ShapesExample.path("test_images.npy"), "--labels",
          ShapesExample.path(example.targets), "--metric", example.metric, "--samples", "6",
          "--json", "--outputs", "emulated.npy",
        ], in: folder
      ).json()
      #expect(emulated.value(at: "/accuracy/chip")?.double == chip)
      #expect(emulated["metric"]?.string == example.metric)
      #expect(try folder.bytes(of: "compared.npy") == folder.bytes(of: "emulated.npy"))
      try expectNearANN(try folder.bytes(of: "emulated.npy"), example)
    }
  }

  /// Written tensors are the ANN's within what 32 steps can say.
  private func expectNearANN(_ bytes: [UInt8], _ example: ShapesExample) throws {
    let written = try SampleFile.read(bytes, name: "emulated.npy")
    let wanted = try SampleFile.read(path: ShapesExample.path(example.references[0]))
    guard case .floats(let values) = written.storage, case .floats(let torch) = wanted.storage
    else {
      Issue.record("tensors are floats")
      return
    }
    #expect(written.count == 6)
    #expect(
      written.sampleShape
        == (example.references.count == 1 ? wanted.sampleShape : [8 * 64 + 8 * 16]))
    let size = wanted.elementsPerSample
    // The factor that fits best is 1 if scale and window are accounted for (t0 left out makes it 3/4); few
    // passes of threshold balancing clip a little.
    let pairs = zip(values.prefix(size), torch.prefix(size))
    let fit = pairs.reduce(0) { $0 + $1.0 * $1.1 } / torch.prefix(size).reduce(0) { $0 + $1 * $1 }
    #expect(abs(fit - 1) < 0.15, "\(fit)")
  }

  @Test("the chip is the reference, bit for bit", arguments: ShapesExample.all)
  func verified(_ example: ShapesExample) throws {
    try withEmptyFolder { folder in
      try BuiltProgram.succeed(
        [
          "convert", example.model, "--calibration", ShapesExample.path("train_images.npy"),
          "--calibration-samples", "24", "--iterations", "20", "-T", "12", "-o", "x.snn",
        ], in: folder)
      for profile in ["loihi1-silicon-fit", "crossbar-256"] {
        try BuiltProgram.succeed(
          ["compile", "x.snn", "--profile", profile, "-o", "x.chip"], in: folder)
        let verified = try BuiltProgram.succeed(
          [
            "verify", "x.chip", "x.snn", "--data", ShapesExample.path("test_images.npy"),
            "--samples", "2", "--json",
          ], in: folder
        ).json()
        #expect(verified["differing"]?.int == 0 && verified["samples"]?.int == 2)
      }
    }
  }
}
