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
      write(population, named: "population.\(index)", to: &tensors)
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
    return NetworkDocument.file(structure(network), tensors)
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
    return SpikingNetwork(
      name: try root.text("name", default: name),
      method: try root.text("method", default: "native"),
      input: document.input, coding: document.coding, timesteps: document.timesteps,
      readoutStart: document.readoutStart, schedule: document.schedule, code: document.code,
      populations: populations,
      projections: projections, frontEnd: frontEnd,
      outputs: try document.outputs(populations: populations.count),
      isInteger: try root.flag("isInteger", default: false), annLayers: try annLayers(root),
      remarks: try root.texts("remarks"))
  }
}

// MARK: - Populations

extension SpikingNetworkFile {
  private static func write(
    _ population: Population, named prefix: String, to tensors: inout TensorSet
  ) {
    let shape = population.shape
    tensors.add("\(prefix).threshold", .f32, population.threshold, in: shape, \.bitPattern)
    tensors.add(
      "\(prefix).initialPotential", .f32, population.initialPotential, in: shape, \.bitPattern)
    tensors.add("\(prefix).bias", .f32, population.bias, in: shape, \.bitPattern)
  }

  private static func populations(
    _ document: NetworkDocument
  ) throws(DiagnosticsError) -> [Population] {
    var populations: [Population] = []
    var names: Set<String> = []
    for (index, place) in try document.root.child("populations").items().enumerated() {
      let head = try document.populationHead(place, index: index, names: &names)
      let prefix = "population.\(index)"
      let tensors = document.tensors
      func parameter(
        _ name: String, default standard: Float?
      ) throws(DiagnosticsError) -> ChannelOrNeuron<Float> {
        try tensors.parameter(
          "\(prefix).\(name)", in: head.shape, default: standard, tensors.floats)
      }
      populations.append(
        Population(
          name: head.name, shape: head.shape, role: head.role,
          threshold: try parameter("threshold", default: head.role == .hidden ? nil : 0),
          initialPotential: try parameter("initialPotential", default: 0),
          bias: try parameter("bias", default: 0), reset: head.reset,
          comparison: head.comparison, sites: head.sites,
          spikeWorthThreshold: try place.flag("spikeWorthThreshold", default: false),
          calibratedPeak: Float(try place.number("calibratedPeak", default: 0)),
          expectedRate: Float(try place.number("expectedRate", default: 0)), origin: head.origin))
    }
    return populations
  }
}

// MARK: - Structure

extension SpikingNetworkFile {
  private static func structure(_ network: SpikingNetwork) -> JSONValue {
    .object([
      "schema": .text(schema),
      "name": .text(network.name),
      "method": .text(network.method),
      "input": NetworkDocument.encode(network.input),
      "coding": .text(network.coding.rawValue),
      "timesteps": .integer(network.timesteps),
      "readoutStart": .integer(network.readoutStart),
      "schedule": .text(network.schedule.rawValue),
      "code": .text(network.code.rawValue),
      "isInteger": .boolean(network.isInteger),
      "populations": .array(network.populations.map { structure($0) }),
      "projections": .array(network.projections.map { structure($0) }),
      "frontEnd": .array(network.frontEnd.map { structure($0) }),
      "outputs": NetworkDocument.json(network.outputs),
      "annLayers": .array(network.annLayers.map { structure($0) }),
      "remarks": NetworkDocument.json(network.remarks),
    ])
  }

  private static func structure(_ population: Population) -> JSONValue {
    .object([
      "name": .text(population.name),
      "shape": NetworkDocument.json(population.shape),
      "role": .text(population.role.rawValue),
      "reset": .text(population.reset.rawValue),
      "comparison": .text(population.comparison.rawValue),
      "sites": .integer(population.sites),
      "spikeWorthThreshold": .boolean(population.spikeWorthThreshold),
      "calibratedPeak": .number(Double(population.calibratedPeak)),
      "expectedRate": .number(Double(population.expectedRate)),
      "origin": NetworkDocument.json(population.origin),
    ])
  }

  private static func structure(_ projection: Projection) -> JSONValue {
    .object([
      "source": .integer(projection.source.index),
      "target": .integer(projection.target.index),
      "connectivity": ConnectivityDocument.json(projection.connectivity),
      "site": .integer(projection.site),
      "alignedDelay": .integer(projection.alignedDelay),
      "origin": NetworkDocument.json(projection.origin),
    ])
  }

  private static func structure(_ frontEnd: FrontEndProjection) -> JSONValue {
    .object([
      "target": .integer(frontEnd.target.index),
      "connectivity": ConnectivityDocument.json(frontEnd.connectivity),
      "site": .integer(frontEnd.site),
      "origin": NetworkDocument.json(frontEnd.origin),
    ])
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
