import Foundation
import LoomBase
import LoomConversion
import LoomImport
import LoomNetwork
import LoomReport

/// `import`: what a model file holds, what cannot be run or converted; or ONNX test cases.
enum ImportCommand {
  static let command = Command(
    name: "import", summary: "what an ONNX file holds; every unsuitable node at once",
    positionals: "MODEL",
    options: [
      .flag("--check", help: "also list what conversion would refuse; exit 1 if anything"),
      .value(
        "--test", placeholder: "DIR", help: "run ONNX test cases instead", repeatable: true),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    if arguments.has("--test") { return try runTests(arguments) }
    let path = try arguments.positionals("MODEL")[0]
    let network = try ONNXImporter.network(path: path)
    var findings = ONNXImporter.unsupported(in: network)
    if arguments.has("--check") {
      let known = Set(findings.map(\.anchor))
      findings += Converter.diagnose(network).filter { !known.contains($0.anchor) }
    }
    if arguments.has("--json") {
      Console.print(json: json(network, findings))
    } else {
      Console.print(text(network, path: path))
    }
    Console.report(findings)
    return findings.contains { $0.severity == .error } ? .badInput : .done
  }

  /// Folders after the first `--test` may also stand as plain words (`--test A B C`).
  private static func runTests(_ arguments: ParsedArguments) throws -> ExitStatus {
    let result = ONNXConformance.run(
      directories: arguments.all("--test") + arguments.positionals)
    if arguments.has("--json") {
      Console.print(
        json: .object([
          "passed": .array(result.passed.map { .text($0) }),
          "refused": .array(result.refused.map(entry)),
          "wrong": .array(result.wrong.map(entry)),
        ]))
    } else {
      for (name, reason) in result.wrong { Console.print("wrong    \(name): \(reason)") }
      for (name, reason) in result.refused { Console.print("refused  \(name): \(reason)") }
      Console.print(
        "\(result.passed.count) passed, \(result.refused.count) refused, \(result.wrong.count) wrong"
      )
    }
    return result.wrong.isEmpty ? .done : .differs
  }

  private static func entry(_ pair: (name: String, reason: String)) -> JSONValue {
    .object(["name": .text(pair.name), "reason": .text(pair.reason)])
  }

  private static func shapeText(_ shape: [Int]?) -> String {
    guard let shape else { return "?" }
    return shape.map { $0 < 0 ? "N" : "\($0)" }.joined(separator: "×")
  }

  private static func text(_ network: Network, path: String) -> String {
    var lines = ["\(Files.name(of: path)): \(network.layers.count) layers"]
    for id in network.inputs {
      lines.append("  input  \(network[id].name) \(shapeText(network[id].shape))")
    }
    for layer in network.layers {
      let shape = layer.outputs.first.map { shapeText(network[$0].shape) } ?? "?"
      lines.append("  \(layer.sourceType)  \(layer.name)  → \(shape)")
    }
    for id in network.outputs {
      lines.append("  output \(network[id].name) \(shapeText(network[id].shape))")
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ network: Network, _ findings: [Diagnostic]) -> JSONValue {
    func value(_ id: ValueID) -> JSONValue {
      .object([
        "name": .text(network[id].name),
        "shape": network[id].shape.map { .array($0.map { .integer($0) }) } ?? .null,
      ])
    }
    let layers = network.layers.map { layer in
      JSONValue.object([
        "name": .text(layer.name), "type": .text(layer.sourceType),
        "outputs": .array(layer.outputs.map(value)),
      ])
    }
    return .object([
      "schema": .text("spikeloom.import/1"),
      "inputs": .array(network.inputs.map(value)), "outputs": .array(network.outputs.map(value)),
      "layers": .array(layers),
      "unsupported": DiagnosticText.jsonValue(findings),
    ])
  }
}
