import LoomBase
import LoomNetwork

/// What float and integer networks have in common: shapes, wiring and time, without any numbers.
///
/// Both interpreters check their network through this one view.
struct NetworkSkeleton {
  struct Node {
    var name: String
    var shape: MapShape
    var role: PopulationRole
    var sites: Int
    /// Whether thresholds, initial potentials and biases are as many as the shape asks for.
    var parametersMatch: Bool
  }

  struct Edge {
    /// nil: the front end, whose source is the sample.
    var source: PopulationID?
    var target: PopulationID
    var connectivity: Connectivity
    var weightCount: Int
    var site: Int
    var alignedDelay: Int
  }

  var code: String
  var input: InputSpecification
  var coding: Coding
  var timesteps: Int
  var readoutStart: Int
  var nodes: [Node]
  var edges: [Edge]
  var frontEnd: [Edge]
  var outputs: [PopulationID]

  init(_ network: FixedPointNetwork) {
    code = "SL3901"
    input = network.input
    coding = network.coding
    timesteps = network.timesteps
    readoutStart = network.readoutStart
    nodes = network.populations.map { population in
      let shape = population.shape
      return Node(
        name: population.name, shape: shape, role: population.role, sites: population.sites,
        parametersMatch: population.threshold.matches(shape)
          && population.initialPotential.matches(shape) && population.bias.matches(shape))
    }
    edges = network.projections.map {
      Edge(
        source: $0.source, target: $0.target, connectivity: $0.connectivity,
        weightCount: $0.weights.count, site: $0.site, alignedDelay: $0.alignedDelay)
    }
    frontEnd = network.frontEnd.map {
      Edge(
        source: nil, target: $0.target, connectivity: $0.connectivity,
        weightCount: $0.weights.count, site: $0.site, alignedDelay: 0)
    }
    outputs = network.outputs
  }

  init(_ network: SpikingNetwork) {
    code = "SL2901"
    input = network.input
    coding = network.coding
    timesteps = network.timesteps
    readoutStart = network.readoutStart
    nodes = network.populations.map { population in
      let shape = population.shape
      return Node(
        name: population.name, shape: shape, role: population.role, sites: population.sites,
        parametersMatch: population.threshold.matches(shape)
          && population.initialPotential.matches(shape) && population.bias.matches(shape))
    }
    edges = network.projections.map {
      Edge(
        source: $0.source, target: $0.target, connectivity: $0.connectivity,
        weightCount: $0.weights.count, site: $0.site, alignedDelay: $0.alignedDelay)
    }
    frontEnd = network.frontEnd.map {
      Edge(
        source: nil, target: $0.target, connectivity: $0.connectivity,
        weightCount: $0.weights.count, site: $0.site, alignedDelay: 0)
    }
    outputs = network.outputs
  }
}
