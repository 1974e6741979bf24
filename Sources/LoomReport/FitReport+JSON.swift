public import LoomBase

extension FitReport {
  /// The schema of `fit --json`.
  public static let schema: String = "spikeloom.fit/1"

  /// Everything as one JSON document.
  public var jsonValue: JSONValue {
    .object([
      "schema": .text(Self.schema),
      "model": .text(model),
      "method": .text(method),
      "macs": macs.map { .integer($0) } ?? .null,
      "refused": .array(refused.map(Self.json)),
      "remarks": .array(remarks.map { .text($0) }),
      "fits": .boolean(chips.contains(where: \.fits)),
      "profiles": .array(chips.map(\.json)),
      "remedies": .array(remedies.map(\.json)),
    ])
  }

  static func json(_ diagnostic: Diagnostic) -> JSONValue {
    .object([
      "code": .text(diagnostic.code),
      "severity": .text(diagnostic.severity.rawValue),
      "message": .text(diagnostic.message),
      "anchor": .text(diagnostic.anchor.description),
      "remedy": diagnostic.remedy.map { .text($0) } ?? .null,
    ])
  }
}

extension FitChip {
  var json: JSONValue {
    .object([
      "name": .text(profile),
      "overrides": .array(overrides.map { .text($0) }),
      "fits": .boolean(fits),
      "cores": .integer(cores),
      "coresAvailable": .integer(availableCores),
      "coresUnshared": .integer(unsharedCores),
      "chips": .integer(chips),
      "chipsAvailable": .integer(availableChips),
      "isEstimate": .boolean(isEstimate),
      "bottleneck": .text(bottleneck),
      "neurons": .integer(neurons),
      "compartments": .integer(compartments),
      "synapses": .integer(synapses),
      "depth": .integer(depth),
      "resources": .array(resources.map(\.json)),
      "violations": .array(violations.map(\.json)),
      "layers": .array(layers.map(\.json)),
    ])
  }
}

extension FitResource {
  fileprivate var json: JSONValue {
    .object([
      "name": .text(name), "used": .integer(used), "perCore": .integer(perCore),
      "leastCores": .integer(leastCores), "utilisation": .number(utilisation),
    ])
  }
}

extension FitViolation {
  fileprivate var json: JSONValue {
    .object([
      "resource": .text(resource),
      "layer": layer.map { .text($0) } ?? .null,
      "needs": needs.map { .integer($0) } ?? .null,
      "has": has.map { .integer($0) } ?? .null,
      "diagnostic": FitReport.json(diagnostic),
    ])
  }
}

extension FitLayer {
  fileprivate var json: JSONValue {
    .object([
      "name": .text(name), "shape": .text(shape), "neurons": .integer(neurons),
      "compartments": .integer(compartments), "cores": .integer(cores),
      "synapses": .integer(synapses), "words": .integer(words), "axonsIn": .integer(axonsIn),
      "axonsOut": .integer(axonsOut), "fitsCore": .boolean(fitsCore),
      "lowering": .boolean(isLowering),
      "expectedSpikes": expectedSpikes.map { .number($0) } ?? .null,
      "expectedPackets": expectedPackets.map { .number($0) } ?? .null,
    ])
  }
}

extension FitRemedy {
  fileprivate var json: JSONValue {
    .object([
      "name": .text(name), "flags": .text(flags), "fits": .boolean(fits),
      "cores": .integer(cores), "chips": .integer(chips), "price": .text(price),
      "measured": measurement.map(\.json) ?? .null,
    ])
  }
}

extension FitMeasurement {
  fileprivate var json: JSONValue {
    .object([
      "samples": .integer(samples),
      "annAccuracy": annAccuracy.map { .number($0) } ?? .null,
      "chipAccuracy": chipAccuracy.map { .number($0) } ?? .null,
      "latencyNanoseconds": .number(latencyNanoseconds),
      "energyPicojoules": energyPicojoules.map { .number($0) } ?? .null,
    ])
  }
}
