import Foundation
import LoomBase
import LoomConversion
import LoomImport
import LoomNetwork

/// The options about a model's input, shared by commands that read raw samples.
enum ModelOptions {
  static let scale = OptionSpecification.value(
    "--scale", placeholder: "S", help: "multiplies the stored value (bytes: default 1/255)")
  static let mean = OptionSpecification.value(
    "--mean", placeholder: "A,B,C", help: "mean of each channel, subtracted after scaling")
  static let deviation = OptionSpecification.value(
    "--std", placeholder: "A,B,C", help: "deviation of each channel, divided by at last")

  static let all = [scale, mean, deviation]
}

/// The choice of preprocessing and where it comes from.
struct PreprocessingChoice {
  /// The choice.
  var preprocessing: Preprocessing
  /// Where it comes from, for people.
  var source: String

  /// Flags win over `MODEL.json` beside the model, which wins over the default.
  static func make(
    _ arguments: ParsedArguments, modelPath: String?, sidecar bundled: [UInt8]? = nil,
    samplesAreBytes: Bool, channels: Int
  ) throws -> PreprocessingChoice {
    var source = samplesAreBytes ? "default for bytes: value / 255" : "default: floats as they are"
    var choice = Preprocessing(scale: samplesAreBytes ? 1.0 / 255 : 1)
    if let (sidecar, name) = try readSidecar(modelPath, bundled) {
      source = "from \(name)"
      choice.scale = sidecar["scale"]?.double ?? choice.scale
      choice.mean = sidecar["mean"]?.elements?.compactMap(\.double) ?? []
      choice.deviation = sidecar["std"]?.elements?.compactMap(\.double) ?? []
    }
    if let scale = try arguments.numbers("--scale") {
      guard scale.count == 1 else { throw UsageError("'--scale' needs one number") }
      choice.scale = scale[0]
      source = "from the command line"
    }
    if let mean = try arguments.numbers("--mean") {
      choice.mean = mean
      source = "from the command line"
    }
    if let deviation = try arguments.numbers("--std") {
      choice.deviation = deviation
      source = "from the command line"
    }
    try check(choice, channels: channels)
    return PreprocessingChoice(preprocessing: choice, source: source)
  }

  /// The choice as a line of a report.
  var description: String {
    let mean = preprocessing.mean.isEmpty ? "0" : list(preprocessing.mean)
    let deviation = preprocessing.deviation.isEmpty ? "1" : list(preprocessing.deviation)
    return "(stored × \(preprocessing.scale) − \(mean)) / \(deviation), \(source)"
  }

  private func list(_ values: [Double]) -> String {
    "(" + values.map { "\($0)" }.joined(separator: ", ") + ")"
  }

  private static func readSidecar(
    _ modelPath: String?, _ bundled: [UInt8]?
  ) throws -> (JSONValue, String)? {
    var bytes = bundled
    var name = "the bundled sidecar"
    if let modelPath {
      let path = URL(fileURLWithPath: modelPath).deletingPathExtension().path + ".json"
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      bytes = try AtomicFile.read(path: path)
      name = URL(fileURLWithPath: path).lastPathComponent
    }
    guard let bytes else { return nil }
    guard let document = try? JSONText.decode(bytes),
      let input = document["input"], input.members != nil
    else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1801", "the sidecar needs an object 'input', has none",
          at: .file(name), remedy: "write {\"input\":{\"scale\":…,\"mean\":[…],\"std\":[…]}}"))
    }
    let unknown = (input.members ?? [:]).keys.filter { !["scale", "mean", "std"].contains($0) }
    if let key = unknown.min() {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1802", "the sidecar needs keys scale, mean, std, has '\(key)'",
          at: .jsonPointer(file: name, pointer: "/input/\(key)")))
    }
    return (input, name)
  }

  private static func check(_ choice: Preprocessing, channels: Int) throws {
    for (name, values) in [("mean", choice.mean), ("std", choice.deviation)]
    where ![0, 1, channels].contains(values.count) {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1803",
          "--\(name) needs 1 or \(channels) numbers (the input's channels), has \(values.count)"))
    }
    guard choice.scale.isFinite, choice.scale != 0, choice.deviation.allSatisfy({ $0 > 0 }) else {
      throw DiagnosticsError(
        Diagnostic(.error, "SL1804", "scale needs to be other than 0 and every std above 0"))
    }
  }
}
