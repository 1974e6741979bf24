public import LoomBase
public import LoomNetwork

/// Integer networks as `.fixed.snn` files: the same container as `.snn`, with integer tensors.
///
/// The article "The .snn file" states the format.
public enum FixedPointNetworkFile {
  /// The schema's name and version.
  public static let schema = "spikeloom.fixed.snn/1"

  /// The file of a network; equal networks give equal bytes.
  public static func encode(_ network: FixedPointNetwork) -> [UInt8] {
    var tensors = TensorSet()
    for (index, population) in network.populations.enumerated() {
      write(population, named: "population.\(index)", to: &tensors)
    }
    for (index, projection) in network.projections.enumerated() {
      let prefix = "projection.\(index)"
      tensors.add("\(prefix).weights", .i16, projection.weights)
      tensors.add("\(prefix).shifts", .u8, projection.shifts)
      ConnectivityDocument.write(projection.connectivity, named: prefix, to: &tensors)
    }
    for (index, frontEnd) in network.frontEnd.enumerated() {
      let prefix = "frontEnd.\(index)"
      tensors.add("\(prefix).weights", .i32, frontEnd.weights)
      if network.populations.indices.contains(frontEnd.target.index) {
        let shape = network.populations[frontEnd.target.index].shape
        tensors.add("\(prefix).offset", .i64, frontEnd.offset, in: shape) { $0 }
      }
      ConnectivityDocument.write(frontEnd.connectivity, named: prefix, to: &tensors)
    }
    return NetworkDocument.file(structure(network), tensors)
  }

  /// The network of a file; every id, count and word is checked.
  ///
  /// - Throws: SL1201 if the container is malformed, SL1301 for the structure with a JSON pointer, SL1302 for
  ///   a tensor by name.
  public static func decode(
    _ bytes: [UInt8], name: String
  ) throws(DiagnosticsError) -> FixedPointNetwork {
    let document = try NetworkDocument(bytes, name: name, schema: schema)
    let root = document.root
    let populations = try populations(document)
    return FixedPointNetwork(
      name: try root.text("name", default: name),
      method: try root.text("method", default: "native"),
      profileName: try root.text("profileName", default: ""), input: document.input,
      inputQuantization: try inputQuantization(root), coding: document.coding,
      timesteps: document.timesteps, readoutStart: document.readoutStart,
      schedule: document.schedule, code: document.code,
      populations: populations,
      projections: try projections(document, populations),
      frontEnd: try frontEnd(document, populations),
      outputs: try document.outputs(populations: populations.count))
  }
}

// MARK: - Reading

extension FixedPointNetworkFile {
  private static func inputQuantization(
    _ root: DocumentReader
  ) throws(DiagnosticsError) -> InputQuantization {
    guard let factor = root.optional("inputFactor") else { return .bytes }
    return .floats(factor: try factor.number())
  }

  private static func populations(
    _ document: NetworkDocument
  ) throws(DiagnosticsError) -> [FixedPopulation] {
    var populations: [FixedPopulation] = []
    var names: Set<String> = []
    for (index, place) in try document.root.child("populations").items().enumerated() {
      let head = try document.populationHead(place, index: index, names: &names)
      let prefix = "population.\(index)"
      let tensors = document.tensors
      func parameter(
        _ name: String, default standard: Int32?
      ) throws(DiagnosticsError) -> ChannelOrNeuron<Int32> {
        try tensors.parameter(
          "\(prefix).\(name)", in: head.shape, default: standard, tensors.integers)
      }
      let scale =
        tensors.tensors["\(prefix).scale"] == nil ? [] : try tensors.doubles("\(prefix).scale")
      guard [0, 1, head.shape.channels].contains(scale.count) else {
        throw tensors.error(
          "\(prefix).scale", "needs no, one or \(head.shape.channels) numbers, has \(scale.count)")
      }
      populations.append(
        FixedPopulation(
          name: head.name, shape: head.shape, role: head.role,
          threshold: try parameter("threshold", default: head.role == .hidden ? nil : 0),
          initialPotential: try parameter("initialPotential", default: 0),
          bias: try parameter("bias", default: 0), reset: head.reset,
          comparison: head.comparison, sites: head.sites,
          potentialBits: try place.integer("potentialBits", in: 2...32, default: 32), scale: scale,
          origin: head.origin))
    }
    return populations
  }

  private static func projections(
    _ document: NetworkDocument, _ populations: [FixedPopulation]
  ) throws(DiagnosticsError) -> [FixedProjection] {
    var projections: [FixedProjection] = []
    for (index, place) in try document.root.items("projections").enumerated() {
      let prefix = "projection.\(index)"
      let weights: [Int16] = try document.tensors.integers("\(prefix).weights")
      let link = try document.link(
        place, named: prefix, isFrontEnd: false, weightCount: weights.count,
        shapes: populations.map(\.shape), sites: populations.map(\.sites))
      let shifts: [UInt8] =
        document.tensors.tensors["\(prefix).shifts"] == nil
        ? [0] : try document.tensors.integers("\(prefix).shifts")
      let channels = populations[link.target.index].shape.channels
      guard [1, channels].contains(shifts.count), shifts.allSatisfy({ $0 <= 31 }) else {
        throw document.tensors.error(
          "\(prefix).shifts", "needs one or \(channels) shifts of at most 31, has others")
      }
      projections.append(
        FixedProjection(
          source: link.source ?? link.target, target: link.target,
          connectivity: link.connectivity, weights: weights, shifts: shifts, site: link.site,
          alignedDelay: link.alignedDelay, origin: link.origin))
    }
    return projections
  }

  private static func frontEnd(
    _ document: NetworkDocument, _ populations: [FixedPopulation]
  ) throws(DiagnosticsError) -> [FixedFrontEnd] {
    var frontEnd: [FixedFrontEnd] = []
    let tensors = document.tensors
    for (index, place) in try document.root.items("frontEnd").enumerated() {
      let prefix = "frontEnd.\(index)"
      let weights: [Int32] = try tensors.integers("\(prefix).weights")
      let link = try document.link(
        place, named: prefix, isFrontEnd: true, weightCount: weights.count,
        shapes: populations.map(\.shape), sites: populations.map(\.sites))
      let shape = populations[link.target.index].shape
      frontEnd.append(
        FixedFrontEnd(
          target: link.target, connectivity: link.connectivity, weights: weights,
          offset: try tensors.parameter(
            "\(prefix).offset", in: shape, default: 0, tensors.integers),
          rightShift: try place.integer("rightShift", in: 0...61, default: 0),
          biasMantissaBits: try place.integer("biasMantissaBits", in: 0...31, default: 0),
          biasMaximumExponent: try place.integer("biasMaximumExponent", in: 0...30, default: 0),
          site: link.site))
    }
    return frontEnd
  }
}

// MARK: - Writing

extension FixedPointNetworkFile {
  private static func write(
    _ population: FixedPopulation, named prefix: String, to tensors: inout TensorSet
  ) {
    let shape = population.shape
    tensors.add("\(prefix).threshold", .i32, population.threshold, in: shape) { $0 }
    tensors.add("\(prefix).initialPotential", .i32, population.initialPotential, in: shape) { $0 }
    tensors.add("\(prefix).bias", .i32, population.bias, in: shape) { $0 }
    tensors.add("\(prefix).scale", .f64, population.scale.map(\.bitPattern))
  }

  private static func structure(_ network: FixedPointNetwork) -> JSONValue {
    var members: [String: JSONValue] = [
      "schema": .text(schema),
      "name": .text(network.name),
      "method": .text(network.method),
      "profileName": .text(network.profileName),
      "input": NetworkDocument.encode(network.input),
      "coding": .text(network.coding.rawValue),
      "timesteps": .integer(network.timesteps),
      "readoutStart": .integer(network.readoutStart),
      "schedule": .text(network.schedule.rawValue),
      "code": .text(network.code.rawValue),
      "populations": .array(network.populations.map { structure($0) }),
      "projections": .array(network.projections.map { structure($0) }),
      "frontEnd": .array(network.frontEnd.map { structure($0) }),
      "outputs": NetworkDocument.json(network.outputs),
    ]
    if case .floats(let factor) = network.inputQuantization {
      members["inputFactor"] = .number(factor)
    }
    return .object(members)
  }

  private static func structure(_ population: FixedPopulation) -> JSONValue {
    .object([
      "name": .text(population.name),
      "shape": NetworkDocument.json(population.shape),
      "role": .text(population.role.rawValue),
      "reset": .text(population.reset.rawValue),
      "comparison": .text(population.comparison.rawValue),
      "sites": .integer(population.sites),
      "potentialBits": .integer(population.potentialBits),
      "origin": NetworkDocument.json(population.origin),
    ])
  }

  private static func structure(_ projection: FixedProjection) -> JSONValue {
    .object([
      "source": .integer(projection.source.index),
      "target": .integer(projection.target.index),
      "connectivity": ConnectivityDocument.json(projection.connectivity),
      "site": .integer(projection.site),
      "alignedDelay": .integer(projection.alignedDelay),
      "origin": NetworkDocument.json(projection.origin),
    ])
  }

  private static func structure(_ frontEnd: FixedFrontEnd) -> JSONValue {
    .object([
      "target": .integer(frontEnd.target.index),
      "connectivity": ConnectivityDocument.json(frontEnd.connectivity),
      "site": .integer(frontEnd.site),
      "rightShift": .integer(frontEnd.rightShift),
      "biasMantissaBits": .integer(frontEnd.biasMantissaBits),
      "biasMaximumExponent": .integer(frontEnd.biasMaximumExponent),
    ])
  }
}
