import LoomBase
package import LoomNetwork

/// A network with a window code, evaluated densely in floats and without spikes.
///
/// Every population's current is Σ maps of its sources' values + front end + bias (the largest site of a
/// comparator); its value is the current's code times the quantum (`SpikeCode`). Weights are the
/// float ones: what a chip adds to the error comes on top.
package struct CodedNetwork: Sendable {
  private let network: SpikingNetwork
  private let grid: CodeGrid
  private let drives: [PreparedSites]

  /// Prepares a network; nil where spikes are a rate.
  package init?(_ network: SpikingNetwork) {
    guard network.code.isWindowed else { return nil }
    self.network = network
    grid = CodeGrid(network.code, timesteps: network.timesteps)
    drives = network.populations.indices.map { PreparedSites(network, PopulationID($0)) }
  }

  /// The values of all populations for samples given as channel-first maps, sample after sample.
  package func values(_ input: [Float], samples: Int) -> [[Float]] {
    var all: [[Float]] = []
    for (index, population) in network.populations.enumerated() {
      var values = drives[index].current(samples: samples) { $0 < 0 ? input : all[$0] }
      let count = population.shape.count
      for element in values.indices {
        let neuron = element % count
        values[element] += population.bias.value(neuron: neuron, in: population.shape)
        guard population.role == .hidden else { continue }
        let step =
          population.threshold.value(neuron: neuron, in: population.shape) * grid.quantum
        let initial = population.initialPotential.value(neuron: neuron, in: population.shape)
        values[element] =
          step * grid.code(values[element], initial: initial, perQuantum: 1 / step)
      }
      all.append(values)
    }
    return all
  }

  /// The answers, output after output, of each sample.
  package func scores(_ input: [Float], samples: Int) -> [[Float]] {
    let all = values(input, samples: samples)
    return (0..<samples).map { sample in
      network.outputs.flatMap { output -> [Float] in
        let count = network.populations[output.index].shape.count
        return Array(all[output.index][sample * count..<(sample + 1) * count])
      }
    }
  }
}

/// The maps into each site of a population.
private struct PreparedSites: Sendable {
  private let sites: [[(source: Int, map: PreparedMap)]]
  private let count: Int

  init(_ network: SpikingNetwork, _ id: PopulationID) {
    let population = network.populations[id.index]
    count = population.shape.count
    var sites = [[(source: Int, map: PreparedMap)]](repeating: [], count: population.sites)
    for projection in network.frontEnd where projection.target == id {
      let map = LinearMap(
        projection.connectivity, projection.weights, from: network.input.shape,
        to: population.shape)
      sites[projection.site].append((-1, PreparedMap(map)))
    }
    for projection in network.projections where projection.target == id {
      let map = LinearMap(
        projection.connectivity, projection.weights,
        from: network.populations[projection.source.index].shape, to: population.shape)
      sites[projection.site].append((projection.source.index, PreparedMap(map)))
    }
    self.sites = sites
  }

  func current(samples: Int, values: (Int) -> [Float]) -> [Float] {
    var result: [Float] = []
    for (index, maps) in sites.enumerated() {
      var sum = [Float](repeating: 0, count: samples * count)
      for (source, map) in maps {
        map.accumulate(
          values(source), samples: samples, into: &sum, firstElement: 0, outputStride: count)
      }
      if index == 0 {
        result = sum
      } else {
        for element in result.indices { result[element] = max(result[element], sum[element]) }
      }
    }
    return result
  }
}

extension LinearMap {
  /// Synapses as a map.
  fileprivate init(
    _ connectivity: Connectivity, _ weights: [Float], from source: MapShape, to target: MapShape
  ) {
    let form: Form =
      switch connectivity {
      case .dense: .dense
      case .sparse(let pattern): .sparse(pattern)
      case .convolution(let geometry): .convolution(geometry)
      }
    self.init(source: source, target: target, form: form, weights: weights)
  }
}
