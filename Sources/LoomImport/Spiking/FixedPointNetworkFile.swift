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
      let prefix = "population.\(index)"
      tensors.add(parametersOf: population, named: prefix, .i32) { $0 }
      tensors.add("\(prefix).scale", .f64, population.scale.map(\.bitPattern))
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
    return NetworkDocument.file(members(network), tensors)
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
    var network = FixedPointNetwork(
      name: try root.text("name", default: name),
      method: try root.text("method", default: "native"),
      profileName: try root.text("profileName", default: ""), input: document.input,
      inputQuantization: try inputQuantization(root), coding: document.coding,
      timesteps: document.timesteps, readoutStart: document.readoutStart,
      schedule: document.schedule, code: document.code, populations: populations,
      projections: try projections(document, populations),
      frontEnd: try frontEnd(document, populations),
      outputs: try document.outputs(populations: populations.count))
    network.readout = document.readout
    network.seed = document.seed
    return network
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
    let tensors = document.tensors
    var populations: [FixedPopulation] = []
    let heads = try document.populationHeads(zero: Int32(0)) {
      (name) throws(DiagnosticsError) -> [Int32] in try tensors.integers(name)
    }
    for (index, head) in heads.enumerated() {
      let prefix = "population.\(index)"
      let scale =
        tensors.tensors["\(prefix).scale"] == nil ? [] : try tensors.doubles("\(prefix).scale")
      guard [0, 1, head.shape.channels].contains(scale.count) else {
        throw tensors.error(
          "\(prefix).scale", "needs no, one or \(head.shape.channels) numbers, has \(scale.count)")
      }
      var population = FixedPopulation(
        name: head.name, shape: head.shape, role: head.role, threshold: head.threshold,
        initialPotential: head.initialPotential, bias: head.bias, reset: head.reset,
        comparison: head.comparison, sites: head.sites,
        potentialBits: try head.place.integer("potentialBits", in: 2...32, default: 32),
        scale: scale, origin: head.origin,
        isOnHost: try head.place.flag("isOnHost", default: false))
      population.scoreOffset = head.scoreOffset
      populations.append(population)
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
  private static func members(_ network: FixedPointNetwork) -> [String: JSONValue] {
    var members = network.commonMembers(schema: schema)
    members["profileName"] = .text(network.profileName)
    if case .floats(let factor) = network.inputQuantization {
      members["inputFactor"] = .number(factor)
    }
    return members
  }
}

extension FixedPointNetwork: DocumentedNetwork {}

extension FixedPopulation: DocumentedPopulation {
  var members: [String: JSONValue] {
    var members = commonMembers
    members["potentialBits"] = .integer(potentialBits)
    if isOnHost { members["isOnHost"] = .boolean(true) }
    if !scoreOffset.isEmpty { members["scoreOffset"] = .array(scoreOffset.map { .number($0) }) }
    return members
  }
}

extension FixedProjection: DocumentedProjection {}

extension FixedFrontEnd: DocumentedPart {
  var members: [String: JSONValue] {
    [
      "target": .integer(target.index),
      "connectivity": ConnectivityDocument.json(connectivity),
      "site": .integer(site),
      "rightShift": .integer(rightShift),
      "biasMantissaBits": .integer(biasMantissaBits),
      "biasMaximumExponent": .integer(biasMaximumExponent),
    ]
  }
}
