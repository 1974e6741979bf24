import LoomBase
import LoomNetwork

/// What float and integer networks have in common: shapes, wiring and time, without any weights.
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
    /// Whether it fires at its threshold and subtracts it.
    var firesAtThresholdAndSubtracts: Bool
    /// Whether every threshold is greater than 0.
    var thresholdsArePositive: Bool
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

  /// The code of diagnostics about it.
  var diagnosticCode: String
  var input: InputSpecification
  var coding: Coding
  var timesteps: Int
  var readoutStart: Int
  var schedule: Schedule
  /// What its spikes say.
  var code: SpikeCode
  var nodes: [Node]
  var edges: [Edge]
  var frontEnd: [Edge]
  var outputs: [PopulationID]

  init(_ network: some WiredNetwork) {
    diagnosticCode = network.diagnosticCode
    input = network.input
    coding = network.coding
    timesteps = network.timesteps
    readoutStart = network.readoutStart
    schedule = network.schedule
    code = network.code
    nodes = network.populations.map { Node($0) }
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

extension NetworkSkeleton.Node {
  init(_ population: some WiredPopulation) {
    name = population.name
    shape = population.shape
    role = population.role
    sites = population.sites
    parametersMatch =
      population.threshold.matches(shape) && population.initialPotential.matches(shape)
      && population.bias.matches(shape)
    firesAtThresholdAndSubtracts =
      population.comparison == .greaterOrEqual && population.reset == .soft
    thresholdsArePositive = population.threshold.first { !($0 > 0) } == nil
  }
}

// MARK: - Networks of either kind of number

/// A network as its wiring is checked.
protocol WiredNetwork {
  associatedtype Populations: Sequence where Populations.Element: WiredPopulation
  associatedtype Projections: Sequence where Projections.Element: WiredProjection
  associatedtype FrontEnds: Sequence where FrontEnds.Element: WiredFrontEnd

  var diagnosticCode: String { get }
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
}

/// A population as its wiring is checked.
protocol WiredPopulation {
  associatedtype Number: Comparable & Hashable & Sendable & ExpressibleByIntegerLiteral

  var name: String { get }
  var shape: MapShape { get }
  var role: PopulationRole { get }
  var threshold: ChannelOrNeuron<Number> { get }
  var initialPotential: ChannelOrNeuron<Number> { get }
  var bias: ChannelOrNeuron<Number> { get }
  var reset: ResetMode { get }
  var comparison: ThresholdComparison { get }
  var sites: Int { get }
}

/// A linear map from the sample as its wiring is checked.
protocol WiredFrontEnd {
  associatedtype Weight

  var target: PopulationID { get }
  var connectivity: Connectivity { get }
  var weights: [Weight] { get }
  var site: Int { get }
}

/// Synapses as their wiring is checked.
protocol WiredProjection: WiredFrontEnd {
  var source: PopulationID { get }
  var alignedDelay: Int { get }
}

extension FixedPointNetwork: WiredNetwork {
  var diagnosticCode: String { "SL3901" }
}

extension SpikingNetwork: WiredNetwork {
  var diagnosticCode: String { "SL2901" }
}

extension FixedPopulation: WiredPopulation {}
extension FixedProjection: WiredProjection {}
extension FixedFrontEnd: WiredFrontEnd {}
extension Population: WiredPopulation {}
extension Projection: WiredProjection {}
extension FrontEndProjection: WiredFrontEnd {}
