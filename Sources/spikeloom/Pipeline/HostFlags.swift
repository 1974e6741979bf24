import LoomBase
import LoomConversion
import LoomImport
import LoomNetwork

/// The options that keep layers on the host.
enum HostFlags {
  static let host = OptionSpecification.value(
    "--host", placeholder: "NAMES",
    help: "layers the host runs before and behind the chip: nodes, outputs or modules, by commas; "
      + "head:NODE up to it, tail:NODE from it on")
  static let saveBoundary = OptionSpecification.value(
    "--save-boundary", placeholder: "FILE",
    help: "write what the head on the host gives the chip (.npy): data for emulate and verify")
  static let boundaryData = OptionSpecification.value(
    "--data", placeholder: "FILE",
    help: "samples for --save-boundary (default: those of --calibration)")

  /// The division of a network that `--host` asks for; nil without the option.
  static func split(_ arguments: ParsedArguments, _ network: Network) throws -> HybridSplit? {
    guard let text = arguments.text("--host") else {
      if arguments.has("--save-boundary") {
        throw UsageError("'--save-boundary' goes with '--host'")
      }
      return nil
    }
    let split = try HybridSplit(network, host: try HostSelection(parsing: text))
    if split.head == nil, arguments.has("--save-boundary") {
      throw UsageError("'--save-boundary' needs a head on the host, '--host \(text)' gives none")
    }
    for remark in split.remarks { Console.note("    \(remark)") }
    return split
  }

  /// Writes what enters the chip part: N × channels × height × width floats.
  static func write(boundary samples: Samples, to path: String) throws {
    guard case .floats(let values) = samples.storage else {
      preconditionFailure("a head on the host gives floats")
    }
    try AtomicFile.write(
      NumpyFile.encode(shape: [samples.count] + samples.sampleShape, floats: values), to: path)
  }
}

extension HybridSplit {
  /// The division as JSON.
  var jsonValue: JSONValue {
    func side(_ names: [String], _ values: [NetworkValue]) -> JSONValue {
      names.isEmpty
        ? .null
        : .object([
          "nodes": .array(names.map { .text($0) }),
          "tensors": .array(values.map { .text($0.name) }),
        ])
    }
    return .object([
      "head": side(headLayers, head == nil ? [] : [entering]), "tail": side(tailLayers, leaving),
    ])
  }
}
