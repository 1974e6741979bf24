import Foundation
import LoomBase
import LoomExecution
import LoomNetwork

/// How the cases of a conformance run came out, each list sorted by name.
public struct ConformanceResult: Sendable {
  /// The cases whose outputs all agree.
  public var passed: [String] = []
  /// The cases that were not run, with the reason.
  public var refused: [(name: String, reason: String)] = []
  /// The cases whose outputs differ, with the first difference.
  public var wrong: [(name: String, reason: String)] = []
}

/// Runs ONNX test cases in the layout of onnx's own backend tests.
///
/// A case is a folder with `model.onnx` and `test_data_set_*/input_*.pb`, `output_*.pb`; or a light model
/// `NAME.onnx` beside `NAME_output_0.pb`, whose input is k / n for its k-th of n elements, as onnx's test
/// runner makes it. Floats agree within 1e-5 + 1e-3 · |expected|, integers exactly.
public enum ONNXConformance {
  /// Runs the cases in the given folders; each may be a case or hold many.
  public static func run(directories: [String]) -> ConformanceResult {
    var result = ConformanceResult()
    for directory in directories { visit(directory, depth: 0, &result) }
    result.passed.sort()
    result.refused.sort { $0.name < $1.name }
    result.wrong.sort { $0.name < $1.name }
    return result
  }

  private enum Verdict: Error {
    case refused(String)
    case wrong(String)
  }

  private static func visit(_ directory: String, depth: Int, _ result: inout ConformanceResult) {
    let entries = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    if entries.contains("model.onnx") {
      record(URL(fileURLWithPath: directory).lastPathComponent, &result) { () throws(Verdict) in
        try runCase(directory, entries)
      }
      return
    }
    for entry in entries where entry.hasSuffix(".onnx") {
      let stem = String(entry.dropLast(5))
      guard entries.contains(stem + "_output_0.pb") else { continue }
      record(stem, &result) { () throws(Verdict) in try runLight(directory, stem) }
    }
    guard depth < 3 else { return }
    for entry in entries where !entry.contains(".") {
      visit(directory + "/" + entry, depth: depth + 1, &result)
    }
  }

  private static func record(
    _ name: String, _ result: inout ConformanceResult, _ body: () throws(Verdict) -> Void
  ) {
    do throws(Verdict) {
      try body()
      result.passed.append(name)
    } catch {
      switch error {
      case .refused(let reason): result.refused.append((name, reason))
      case .wrong(let reason): result.wrong.append((name, reason))
      }
    }
  }

  private static func load(_ path: String) throws(Verdict) -> Network {
    do throws(DiagnosticsError) {
      let network = try ONNXImporter.network(path: path)
      if let first = ONNXImporter.unsupported(in: network).first {
        throw DiagnosticsError(first)
      }
      return network
    } catch {
      throw .refused(error.description)
    }
  }

  private static func tensor(_ path: String) throws(Verdict) -> (name: String, tensor: Tensor) {
    do throws(DiagnosticsError) {
      return try ONNXImporter.namedTensor(path: path)
    } catch {
      throw .refused(error.description)
    }
  }

  private static func runCase(_ directory: String, _ entries: [String]) throws(Verdict) {
    let network = try load(directory + "/model.onnx")
    let sets = entries.filter { $0.hasPrefix("test_data_set_") }
    guard !sets.isEmpty else { throw .refused("needs a test data set, has none") }
    for set in sets {
      let folder = directory + "/" + set
      let stored = try numbered(folder, "input")
      var inputs: [Tensor] = []
      for (place, id) in network.inputs.enumerated() {
        let named = stored.first { !$0.name.isEmpty && $0.name == network[id].name }
        guard let input = named ?? (place < stored.count ? stored[place] : nil) else {
          throw .refused("needs \(network.inputs.count) inputs, has \(stored.count)")
        }
        inputs.append(input.tensor)
      }
      try compare(network, inputs, try numbered(folder, "output").map(\.tensor))
    }
  }

  private static func numbered(
    _ folder: String, _ kind: String
  ) throws(Verdict) -> [(name: String, tensor: Tensor)] {
    var result: [(name: String, tensor: Tensor)] = []
    while FileManager.default.fileExists(atPath: "\(folder)/\(kind)_\(result.count).pb") {
      result.append(try tensor("\(folder)/\(kind)_\(result.count).pb"))
    }
    return result
  }

  private static func runLight(_ directory: String, _ stem: String) throws(Verdict) {
    let network = try load("\(directory)/\(stem).onnx")
    var inputs: [Tensor] = []
    for id in network.inputs {
      let shape = (network[id].shape ?? []).map { $0 == -1 ? 1 : $0 }
      let count = shape.reduce(1, *)
      guard count <= LayerEvaluator.defaultElementLimit else {
        throw .refused("needs a smaller input")
      }
      inputs.append(
        Tensor(shape: shape, floats: (0..<count).map { Float(Double($0) / Double(count)) }))
    }
    try compare(network, inputs, [try tensor("\(directory)/\(stem)_output_0.pb").tensor])
  }

  private static func compare(
    _ network: Network, _ inputs: [Tensor], _ expected: [Tensor]
  ) throws(Verdict) {
    let outputs: [Tensor]
    do throws(ExecutionError) {
      outputs = try FloatExecutor(network).run(inputs)
    } catch {
      throw .refused(error.description)
    }
    guard !expected.isEmpty, outputs.count >= expected.count else {
      throw .wrong("needs \(expected.count) outputs, has \(outputs.count)")
    }
    for (place, (output, wanted)) in zip(outputs, expected).enumerated() {
      if let difference = difference(output, wanted) {
        throw .wrong("output \(place): \(difference)")
      }
    }
  }

  /// The first difference between an output and what it should be.
  static func difference(_ output: Tensor, _ expected: Tensor) -> String? {
    guard output.shape == expected.shape else {
      return "needs shape \(expected.shape), has \(output.shape)"
    }
    guard output.type == expected.type else {
      return "needs type \(expected.type), has \(output.type)"
    }
    if !expected.type.isFloating {
      let (a, b) = (output.integers, expected.integers)
      return a.indices.first { a[$0] != b[$0] }.map { "needs \(b[$0]) at \($0), has \(a[$0])" }
    }
    let (a, b) = (output.doubles, expected.doubles)
    let place = a.indices.first { index in
      let (x, y) = (a[index], b[index])
      if x == y || (x.isNaN && y.isNaN) { return false }
      return !(abs(x - y) <= 1e-5 + 1e-3 * abs(y))
    }
    return place.map { "needs \(b[$0]) at \($0), has \(a[$0])" }
  }
}
