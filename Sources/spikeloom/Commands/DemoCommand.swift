import Foundation
import LoomBase
import LoomConversion
import LoomHardware
import LoomImport
import LoomReport

/// `demo`: the bundled handwritten digits, from ANN to verdict, with nothing but the program.
enum DemoCommand {
  static let command = Command(
    name: "demo", summary: "the bundled digits, ANN to verdict",
    positionals: "",
    options: [
      .value(
        "--output", "-o", placeholder: "DIR",
        help: "where digits.chip and digits.report.json go (default: the current folder)")
    ] + ProfileFlags.options + ConversionFlags.options + [TimingFlag.option],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let profile = try ProfileFlags.load(arguments, default: "loihi1-silicon-fit")
    let timing = try TimingFlag.mode(arguments, on: profile)
    let folder = arguments.text("--output") ?? "."
    let progress = Progress()
    progress.stage("bundled digits: 500 test images, a small CNN")
    let network = try ONNXImporter.network(
      bytes: try BundledDigits.bytes("digits_cnn.onnx"), name: "digits_cnn.onnx", folder: nil)
    let data = try DataSet.make(
      samples: try SampleFile.read(
        try BundledDigits.bytes("test_images.npy"), name: "test_images.npy"),
      labels: try SampleFile.readLabels(
        try BundledDigits.bytes("test_labels.npy"), name: "test_labels.npy"),
      bundledCalibration: try SampleFile.read(
        try BundledDigits.bytes("train_images.npy"), name: "train_images.npy"),
      arguments)
    let choice = try PreprocessingChoice.make(
      arguments, modelPath: nil, sidecar: try BundledDigits.bytes("digits_cnn.json"),
      samplesAreBytes: true, channels: 1)
    let options = try ConversionFlags.read(
      arguments, preprocessing: choice.preprocessing, samplesAreBytes: true,
      forms: .suited(to: profile), defaultTimesteps: 32)
    let job = ComparisonJob(
      network: network, data: data, profile: profile, options: options,
      threads: options.threads, mapping: try PlacementFlags.read(arguments), timing: timing)
    let outcome = try job.run(progress)
    let report = try outcome.report(
      job: job, modelName: "digits_cnn.onnx", preprocessing: choice, host: [:])
    let base = URL(fileURLWithPath: folder, isDirectory: true)
    try createFolder(base)
    let json = JSONText.encode(report.jsonValue)
    try AtomicFile.write(
      outcome.imageBytes, to: base.appendingPathComponent("digits.chip").path)
    try AtomicFile.write(
      Array(json.utf8), to: base.appendingPathComponent("digits.report.json").path)
    Console.print(arguments.has("--json") ? json : report.text)
    Console.note("· written: digits.chip, digits.report.json")
    return .done
  }

  private static func createFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1813", "the output needs a folder that can be written to",
          at: .file(folder.lastPathComponent)))
    }
  }
}

extension BundledDigits {
  /// A bundled file's bytes.
  static func bytes(_ name: String) throws(DiagnosticsError) -> [UInt8] {
    guard let text = files.first(where: { $0.name == name })?.text,
      let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
    else { preconditionFailure("'\(name)' is bundled with the program as base64") }
    return Array(data)
  }
}
