import LoomBase
import LoomNetwork

/// Writes a calibrated draft as a spiking network.
struct Emission {
  let draft: DraftNetwork
  let outcome: MethodOutcome
  /// The input's map.
  let inputShape: MapShape
  /// The largest |input| and whether some input is negative.
  let inputPeak: Float
  let hasNegativeInput: Bool
  /// The means of the input's positive and negative parts.
  let inputMeans: (positive: Double, negative: Double)
  /// The input's name.
  let inputName: String
  let coding: Coding
  /// What firing does to the potential of input neurons.
  var inputReset = ResetMode.soft

  /// Populations of input neurons in front of the draft's own.
  private var inputPopulations: Int { coding.hasInputNeurons ? (hasNegativeInput ? 2 : 1) : 0 }

  /// The populations: input neurons, if any, then the draft's.
  func populations() -> [Population] {
    var result: [Population] = []
    for index in 0..<inputPopulations {
      let peak = inputPeak > 0 ? inputPeak : 1
      result.append(
        Population(
          name: index == 0 ? "input+" : "input-", shape: inputShape, role: .hidden,
          threshold: .uniform(peak),
          initialPotential: .uniform(coding == .poisson ? 0 : peak * outcome.halfStep),
          reset: inputReset, calibratedPeak: peak,
          expectedRate: Float(index == 0 ? inputMeans.positive : inputMeans.negative) / peak,
          origin: [inputName]))
    }
    for (population, facts) in zip(draft.populations, outcome.populations) {
      result.append(self.population(population, facts))
    }
    return result
  }

  private func population(_ draft: DraftPopulation, _ facts: CalibratedPopulation) -> Population {
    if let counted = facts.counted { return answer(draft, facts, counted) }
    let isReadout = draft.kind == .readout
    let halves = facts.thresholds.map { $0 * outcome.halfStep }
    let potentials: ChannelOrNeuron<Float> =
      facts.initialPotentials.map { .perChannel($0) } ?? .perChannel(halves)
    return Population(
      name: draft.name, shape: draft.shape, role: isReadout ? .readout : .hidden,
      threshold: isReadout ? .uniform(1) : .perChannel(facts.thresholds),
      initialPotential: isReadout ? .uniform(0) : potentials, bias: bias(draft, facts),
      reset: isReadout ? .soft : draft.reset, sites: draft.sites.count, calibratedPeak: facts.peak,
      expectedRate: facts.rate,
      origin: draft.origin)
  }

  /// An output whose spikes are counted.
  private func answer(
    _ draft: DraftPopulation, _ facts: CalibratedPopulation, _ counted: CountedScores
  ) -> Population {
    var constants = facts
    constants.biasCorrections = counted.offsets.indices.map {
      counted.offsets[$0] + (facts.biasCorrections?[$0] ?? 0)
    }
    var population = Population(
      name: draft.name, shape: draft.shape, role: .hidden,
      threshold: .perChannel(counted.thresholds),
      initialPotential: .perChannel(counted.thresholds.map { $0 / 2 }),
      bias: bias(draft, constants), reset: draft.reset, sites: draft.sites.count,
      calibratedPeak: counted.thresholds.max() ?? 0, expectedRate: counted.rate,
      origin: draft.origin)
    population.scoreOffset = counted.offsets
    return population
  }

  /// The layer's constant and the method's correction of it.
  private func bias(_ draft: DraftPopulation, _ facts: CalibratedPopulation)
    -> ChannelOrNeuron<Float>
  {
    var values = draft.sites[0].bias
    if let corrections = facts.biasCorrections, corrections.contains(where: { $0 != 0 }) {
      let shape = draft.shape
      if values.isEmpty { values = [Float](repeating: 0, count: shape.count) }
      for neuron in values.indices { values[neuron] += corrections[neuron / shape.positions] }
    }
    if let gains = facts.gains {
      for neuron in values.indices { values[neuron] *= gains[neuron / draft.shape.positions] }
    }
    return Self.compact(values, draft.shape)
  }

  /// A full map of values in the smallest form that holds them.
  private static func compact(_ values: [Float], _ shape: MapShape) -> ChannelOrNeuron<Float> {
    guard let first = values.first else { return .uniform(0) }
    if values.allSatisfy({ $0 == first }) { return .uniform(first) }
    let channels = LinearMap.diagonal(shape, factors: values).channelFactors(shape)
    return channels.map { .perChannel($0) } ?? .perNeuron(values)
  }

  /// The synapses and the analog first layer.
  func projections() throws(RegionLimit) -> (
    projections: [Projection], frontEnd: [FrontEndProjection]
  ) {
    var projections: [Projection] = []
    var frontEnd: [FrontEndProjection] = []
    let offset = inputPopulations
    for index in 0..<offset {
      let map = LinearMap.identity(inputShape).scaled(by: index == 0 ? 1 : -1)
      let written = try WrittenMap(map, in: inputShape, firstChannel: 0)
      frontEnd.append(
        FrontEndProjection(
          target: PopulationID(index), connectivity: written.connectivity,
          weights: written.weights, origin: [inputName]))
    }
    for (index, population) in draft.populations.enumerated() {
      let target = PopulationID(index + offset)
      for (site, value) in population.sites.enumerated() {
        for term in value.terms {
          let written = try WrittenMap(
            term.map, in: population.shape, firstChannel: term.firstChannel
          ).multiplied(by: outcome.populations[index].gains, in: population.shape)
          if term.source >= 0 {
            projections.append(
              Projection(
                source: PopulationID(term.source + offset), target: target,
                connectivity: written.connectivity, weights: written.weights, site: site,
                origin: population.origin))
          } else if offset == 0 {
            frontEnd.append(
              FrontEndProjection(
                target: target, connectivity: written.connectivity, weights: written.weights,
                site: site, origin: population.origin))
          }
          for input in 0..<offset where term.source < 0 {
            projections.append(
              Projection(
                source: PopulationID(input), target: target, connectivity: written.connectivity,
                weights: input == 0 ? written.weights : written.weights.map { -$0 }, site: site,
                origin: population.origin))
          }
        }
      }
    }
    return (projections, frontEnd)
  }

  /// The populations that answer.
  func outputs() -> [PopulationID] { draft.outputs.map { PopulationID($0 + inputPopulations) } }
}

/// A linear map in the forms a projection has.
struct WrittenMap {
  private(set) var connectivity: Connectivity
  private(set) var weights: [Float]

  /// Kernels that begin inside the map (negative padding) are listed entry by entry up to this size.
  private static let listedEntries = 16 << 20

  /// Writes a map whose target is a block of a population's channels.
  ///
  /// - Parameter lists: whether kernels that begin inside the map are listed entry by entry.
  init(
    _ map: LinearMap, in shape: MapShape, firstChannel: Int, lists: Bool = true
  ) throws(RegionLimit) {
    let whole = try map.embedded(in: shape, firstChannel: firstChannel)
    let isTemplate = Self.isTemplate(whole, lists: lists)
    let listed = try isTemplate ? whole : whole.sparse()
    weights = listed.weights
    switch listed.form {
    case .dense: connectivity = .dense
    case .sparse(let pattern):
      let isFull = pattern.sources.count == whole.source.count * whole.target.count
      connectivity = isFull ? .dense : .sparse(pattern)
    case .diagonal:
      let geometry = ConvolutionGeometry(kernelHeight: 1, kernelWidth: 1, groups: shape.channels)
      connectivity = .convolution(geometry)
      weights = whole.channelFactors(shape) ?? []
    case .convolution(let geometry):
      connectivity = Self.coversMap(whole, geometry) ? .dense : .convolution(geometry)
    }
  }

  /// The map with the rows of every target channel times a factor; nil: as it is.
  func multiplied(by factors: [Float]?, in shape: MapShape) -> WrittenMap {
    guard let factors, !weights.isEmpty else { return self }
    var result = self
    switch connectivity {
    // Rows of a channel's targets stand together in both.
    case .convolution, .dense:
      let size = weights.count / shape.channels
      for index in weights.indices { result.weights[index] *= factors[index / size] }
    case .sparse(let pattern):
      for target in 0..<shape.count {
        let factor = factors[target / shape.positions]
        for entry in pattern.targetOffsets[target]..<pattern.targetOffsets[target + 1] {
          result.weights[entry] *= factor
        }
      }
    }
    return result
  }

  /// Whether a map has a form of its own, not entry by entry.
  private static func isTemplate(_ map: LinearMap, lists: Bool) -> Bool {
    switch map.form {
    case .dense, .sparse: true
    case .diagonal: map.source == map.target && map.channelFactors(map.target) != nil
    case .convolution(let geometry):
      min(geometry.padTop, geometry.padLeft) >= 0 || !lists || map.entryBound > listedEntries
    }
  }

  /// Whether a kernel is as large as the map it reads: a matrix in all but name.
  private static func coversMap(_ map: LinearMap, _ geometry: ConvolutionGeometry) -> Bool {
    geometry.groups == 1 && map.target.positions == 1 && geometry.padTop == 0
      && geometry.padLeft == 0 && geometry.kernelHeight == map.source.height
      && geometry.kernelWidth == map.source.width
      && (geometry.dilationY == 1 || geometry.kernelHeight == 1)
      && (geometry.dilationX == 1 || geometry.kernelWidth == 1)
  }
}
