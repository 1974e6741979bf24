import LoomBase
import LoomNetwork

/// A network whose JSON begins with what float and integer networks have in common.
protocol DocumentedNetwork {
  associatedtype Populations: Sequence where Populations.Element: DocumentedPart
  associatedtype Projections: Sequence where Projections.Element: DocumentedPart
  associatedtype FrontEnds: Sequence where FrontEnds.Element: DocumentedPart

  var name: String { get }
  var method: String { get }
  var input: InputSpecification { get }
  var coding: Coding { get }
  var timesteps: Int { get }
  var readoutStart: Int { get }
  var schedule: Schedule { get }
  var code: SpikeCode { get }
  var populations: Populations { get }
  var projections: Projections { get }
  var frontEnd: FrontEnds { get }
  var outputs: [PopulationID] { get }
  var readout: ScoreReading { get }
  var seed: UInt64 { get }
}

/// A population, projection or front end.
protocol DocumentedPart {
  /// Its members in JSON.
  var members: [String: JSONValue] { get }
}

/// A population of either kind of number.
protocol DocumentedPopulation: DocumentedPart {
  associatedtype Number: Hashable & Sendable

  var name: String { get }
  var shape: MapShape { get }
  var role: PopulationRole { get }
  var threshold: ChannelOrNeuron<Number> { get }
  var initialPotential: ChannelOrNeuron<Number> { get }
  var bias: ChannelOrNeuron<Number> { get }
  var reset: ResetMode { get }
  var comparison: ThresholdComparison { get }
  var sites: Int { get }
  var origin: Origin { get }
}

/// A projection with either kind of weight.
protocol DocumentedProjection: DocumentedPart {
  var source: PopulationID { get }
  var target: PopulationID { get }
  var connectivity: Connectivity { get }
  var site: Int { get }
  var alignedDelay: Int { get }
  var origin: Origin { get }
}

extension DocumentedNetwork {
  /// The members every network has.
  func commonMembers(schema: String) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "schema": .text(schema),
      "name": .text(name),
      "method": .text(method),
      "input": input.json,
      "coding": .text(coding.rawValue),
      "timesteps": .integer(timesteps),
      "readoutStart": .integer(readoutStart),
      "schedule": .text(schedule.rawValue),
      "code": .text(code.rawValue),
      "populations": .array(populations.map { .object($0.members) }),
      "projections": .array(projections.map { .object($0.members) }),
      "frontEnd": .array(frontEnd.map { .object($0.members) }),
      "outputs": .array(outputs.map { .integer($0.index) }),
    ]
    // Left out where it says nothing new, so that files are as they were before it existed.
    if readout != .potentials { members["readout"] = .text(readout.rawValue) }
    if coding == .poisson { members["seed"] = .integer(Int(truncatingIfNeeded: seed)) }
    return members
  }
}

extension DocumentedPopulation {
  /// The members every population has.
  var commonMembers: [String: JSONValue] {
    [
      "name": .text(name),
      "shape": shape.json,
      "role": .text(role.rawValue),
      "reset": .text(reset.rawValue),
      "comparison": .text(comparison.rawValue),
      "sites": .integer(sites),
      "origin": .texts(origin),
    ]
  }
}

extension DocumentedProjection {
  /// The members of a projection.
  var members: [String: JSONValue] {
    [
      "source": .integer(source.index),
      "target": .integer(target.index),
      "connectivity": ConnectivityDocument.json(connectivity),
      "site": .integer(site),
      "alignedDelay": .integer(alignedDelay),
      "origin": .texts(origin),
    ]
  }
}

// MARK: - Small pieces

extension InputSpecification {
  fileprivate var json: JSONValue {
    .object([
      "shape": shape.json,
      "samplesAreBytes": .boolean(samplesAreBytes),
      "calibratedPeak": .number(Double(calibratedPeak)),
      "scale": .number(preprocessing.scale),
      "mean": .array(preprocessing.mean.map { .number($0) }),
      "deviation": .array(preprocessing.deviation.map { .number($0) }),
    ])
  }
}

extension MapShape {
  fileprivate var json: JSONValue {
    .array([.integer(channels), .integer(height), .integer(width)])
  }
}

extension JSONValue {
  /// A list of texts.
  static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .text($0) }) }
}
