public import LoomBase

/// A finished run as a file tells of it: `emulate --json`, `compare --json`, `.run.json`.
///
/// Nothing in it is believed: what is missing or of another kind counts as not there.
public struct RunDocument: Sendable, Equatable {
  /// Schemas that are runs.
  public static let schemas = ["spikeloom.run/1", "spikeloom.compare/1"]

  /// Numbers of one layer, means per sample.
  struct Layer: Equatable, Sendable {
    var name: String
    var numbers: [String: Double]
  }

  /// The document.
  public let json: JSONValue

  /// Takes a document; nil if it is not of a run.
  public init?(_ json: JSONValue) {
    guard let schema = json["schema"]?.string, RunDocument.schemas.contains(schema) else {
      return nil
    }
    self.json = json
  }

  /// The schema it states.
  var schema: String { json["schema"]?.string ?? "" }

  /// The number of samples; 1 if the document says nothing sensible.
  var samples: Double {
    guard let count = json["samples"]?.double, count >= 1 else { return 1 }
    return count
  }

  /// The digest of the image that was run, if known.
  public var imageSHA256: String? { json.value(at: "/image/sha256")?.string }

  /// The digest of the profile it was priced with, if known.
  public var profileSHA256: String? { json.value(at: "/profile/sha256")?.string }

  /// The predicted classes, if the document lists them.
  var predictions: [Int]? {
    json["predictions"]?.elements?.compactMap(\.int)
  }

  /// Energy of one sample, pJ.
  var totalPicojoules: Double? { json.value(at: "/energy/totalPicojoules")?.double }

  /// The layers, in order.
  var layers: [Layer] {
    if let layers = json["layers"]?.elements {
      return layers.enumerated().map { index, layer in
        Layer(
          name: layer["name"]?.string ?? "layer \(index)",
          numbers: (layer.members ?? [:]).compactMapValues(\.double))
      }
    }
    let lowering = json["loweringPopulations"]?.elements ?? []
    return (json["populations"]?.elements ?? []).enumerated().map { index, layer in
      var numbers = (layer.members ?? [:]).compactMapValues(\.double).mapValues { $0 / samples }
      if lowering.indices.contains(index) {
        // As in the layers of a comparison: updates with those of lowering, operations apart.
        numbers["loweringOperations"] = lowering[index]["synapticOperations"]?.double
          .map { $0 / samples }
        if let updates = numbers["neuronUpdates"],
          let more = lowering[index]["neuronUpdates"]?.double
        {
          numbers["neuronUpdates"] = updates + more / samples
        }
      }
      return Layer(name: layer["name"]?.string ?? "population \(index)", numbers: numbers)
    }
  }

  /// Parts that are told in another way, or are words.
  private static let apart: Set<String> = [
    "schema", "tool", "estimate", "host", "predictions", "layers", "populations",
    "loweringPopulations", "remarks", "mapping", "quantization",
  ]

  /// Sums over all samples, which grow with their number: the means are in `latency`.
  private static let sums: Set<String> = [
    "latencyNanoseconds", "intervalNanoseconds", "stepNanoseconds", "stepsBoundBy",
    "slowestCoreSteps", "cores", "loweringCores",
  ]

  /// Every plain value of the document by its pointer, lists of named things by their names.
  func leaves() -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for (key, value) in json.members ?? [:]
    where !RunDocument.apart.contains(key) && !RunDocument.sums.contains(key) {
      RunDocument.collect(value, at: key, into: &found)
    }
    for (key, mean) in [
      ("latencyNanoseconds", "perSampleNanoseconds"),
      ("intervalNanoseconds", "intervalNanoseconds"),
    ] where found["latency.\(mean)"] == nil {
      if let sum = json[key]?.double { found["latency.\(mean)"] = .number(sum / samples) }
    }
    return found
  }

  private static func collect(
    _ value: JSONValue, at place: String, into found: inout [String: JSONValue]
  ) {
    switch value {
    case .object(let members):
      for (key, member) in members { collect(member, at: "\(place).\(key)", into: &found) }
    case .array(let elements):
      for element in elements {
        let name = element["id"]?.string ?? element["name"]?.string ?? element["stage"]?.string
        if let name { collect(element, at: "\(place).\(name)", into: &found) }
      }
    default:
      // Verdicts in words only repeat the numbers.
      if !place.hasSuffix(".text") { found[place] = value }
    }
  }

  /// Lists of plain or unnamed things by their pointers.
  func lists() -> [String: [JSONValue]] {
    var found: [String: [JSONValue]] = [:]
    for key in RunDocument.sums { found[key] = json[key]?.elements }
    found["energy.corePicojoules"] = json.value(at: "/energy/corePicojoules")?.elements
    return found
  }
}
