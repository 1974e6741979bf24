public import LoomBase
public import LoomNetwork

/// Spiking networks with float parameters as `.snn` files: safetensors with the structure as JSON.
///
/// The article "The .snn file" states the format.
public enum SpikingNetworkFile {
  /// The schema's name and version.
  public static let schema = "spikeloom.snn/1"

  /// The file of a network; equal networks give equal bytes.
  public static func encode(_ network: SpikingNetwork) -> [UInt8] {
    var tensors = TensorSet()
    for (index, population) in network.populations.enumerated() {
      tensors.add(parametersOf: population, named: "population.\(index)", .f32, \.bitPattern)
    }
    for (index, projection) in network.projections.enumerated() {
      let prefix = "projection.\(index)"
      tensors.add("\(prefix).weights", projection.weights)
      ConnectivityDocument.write(projection.connectivity, named: prefix, to: &tensors)
    }
    for (index, frontEnd) in network.frontEnd.enumerated() {
      let prefix = "frontEnd.\(index)"
      tensors.add("\(prefix).weights", frontEnd.weights)
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
  ) throws(DiagnosticsError) -> SpikingNetwork {
    let document = try NetworkDocument(bytes, name: name, schema: schema)
    let root = document.root
    let populations = try populations(document)
    let shapes = populations.map(\.shape)
    let sites = populations.map(\.sites)
    var projections: [Projection] = []
    for (index, place) in try root.items("projections").enumerated() {
      let prefix = "projection.\(index)"
      let weights = try document.tensors.floats("\(prefix).weights")
      let link = try document.link(
        place, named: prefix, isFrontEnd: false, weightCount: weights.count, shapes: shapes,
        sites: sites)
      projections.append(
        Projection(
          source: link.source ?? link.target, target: link.target,
          connectivity: link.connectivity, weights: weights, site: link.site,
          alignedDelay: link.alignedDelay, origin: link.origin))
    }
    var frontEnd: [FrontEndProjection] = []
    for (index, place) in try root.items("frontEnd").enumerated() {
      let prefix = "frontEnd.\(index)"
      let weights = try document.tensors.floats("\(prefix).weights")
      let link = try document.link(
        place, named: prefix, isFrontEnd: true, weightCount: weights.count, shapes: shapes,
        sites: sites)
      frontEnd.append(
        FrontEndProjection(
          target: link.target, connectivity: link.connectivity, weights: weights, site: link.site,
          origin: link.origin))
    }
    var network = SpikingNetwork(
      name: try root.text("name", default: name),
      method: try root.text("method", default: "native"),
      input: document.input, coding: document.coding, timesteps: document.timesteps,
      readoutStart: document.readoutStart, schedule: document.schedule, code: document.code,
      populations: populations, projections: projections, frontEnd: frontEnd,
      outputs: try document.outputs(populations: populations.count),
      isInteger: try root.flag("isInteger", default: false), annLayers: try annLayers(root),
      remarks: try root.texts("remarks"))
    network.readout = document.readout
    network.seed = document.seed
    return network
  }
}

// MARK: - Populations

extension SpikingNetworkFile {
  private static func populations(
    _ document: NetworkDocument
  ) throws(DiagnosticsError) -> [Population] {
    let tensors = document.tensors
    var populations: [Population] = []
    for head in try document.populationHeads(zero: 0, tensors.floats) {
      let place = head.place
      var population = Population(
        name: head.name, shape: head.shape, role: head.role, threshold: head.threshold,
        initialPotential: head.initialPotential, bias: head.bias, reset: head.reset,
        comparison: head.comparison, sites: head.sites,
        spikeWorthThreshold: try place.flag("spikeWorthThreshold", default: false),
        calibratedPeak: Float(try place.number("calibratedPeak", default: 0)),
        expectedRate: Float(try place.number("expectedRate", default: 0)), origin: head.origin)
      population.scoreOffset = head.scoreOffset.map { Float($0) }
      populations.append(population)
    }
    return populations
  }
}

// MARK: - Structure

extension SpikingNetwork: DocumentedNetwork {}

extension Population: DocumentedPopulation {
  var members: [String: JSONValue] {
    var members = commonMembers
    members["spikeWorthThreshold"] = .boolean(spikeWorthThreshold)
    members["calibratedPeak"] = .number(Double(calibratedPeak))
    members["expectedRate"] = .number(Double(expectedRate))
    if !scoreOffset.isEmpty {
      members["scoreOffset"] = .array(scoreOffset.map { .number(Double($0)) })
    }
    return members
  }
}

extension Projection: DocumentedProjection {}

extension FrontEndProjection: DocumentedPart {
  var members: [String: JSONValue] {
    [
      "target": .integer(target.index),
      "connectivity": ConnectivityDocument.json(connectivity),
      "site": .integer(site),
      "origin": .texts(origin),
    ]
  }
}

extension SpikingNetworkFile {
  private static func members(_ network: SpikingNetwork) -> [String: JSONValue] {
    var members = network.commonMembers(schema: schema)
    members["isInteger"] = .boolean(network.isInteger)
    members["annLayers"] = .array(network.annLayers.map { structure($0) })
    members["remarks"] = .texts(network.remarks)
    return members
  }

  private static func structure(_ layer: ANNLayerCost) -> JSONValue {
    .object([
      "name": .text(layer.name),
      "macs": .integer(layer.macs),
      "effectiveMacs": .number(layer.effectiveMacs),
      "inputElements": .integer(layer.inputElements),
      "outputElements": .integer(layer.outputElements),
      "weights": .integer(layer.weights),
      "kernelElements": .integer(layer.kernelElements),
    ])
  }

  private static func annLayers(_ root: DocumentReader) throws(DiagnosticsError) -> [ANNLayerCost] {
    let counts = 0...(1 << 50)
    var layers: [ANNLayerCost] = []
    for place in try root.items("annLayers") {
      layers.append(
        ANNLayerCost(
          name: try place.child("name").text(), macs: try place.child("macs").integer(in: counts),
          effectiveMacs: try place.number("effectiveMacs", default: 0),
          inputElements: try place.integer("inputElements", in: counts, default: 0),
          outputElements: try place.integer("outputElements", in: counts, default: 0),
          weights: try place.integer("weights", in: counts, default: 0),
          kernelElements: try place.integer("kernelElements", in: counts, default: 1)))
    }
    return layers
  }
}
