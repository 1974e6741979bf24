import LoomBase
import LoomNetwork

/// The same random network in integers and in floats that hold those integers.
///
/// Input 2×6×6 → convolution, comparator over two convolutions, sparse pooling with hard reset, a recurrent
/// dense population, readout.
enum RandomNetworks {
  static let input = MapShape(channels: 2, height: 6, width: 6)

  static func samples(seed: UInt64, steps: Int, count: Int = 4) -> Samples {
    var random = SeededGenerator(seed: seed)
    let size = steps * input.count
    // Samples of different density, so that answers differ.
    let values = (0..<(count * size)).map { place in
      UInt8(random.next() % UInt64(2 + 3 * (place / size % 5)) == 0 ? 1 : 0)
    }
    return Samples(storage: .bytes(values), sampleShape: [steps, 2, 6, 6], count: count)
  }

  static func pair(seed: UInt64) -> (fixed: FixedPointNetwork, float: SpikingNetwork) {
    var random = SeededGenerator(seed: seed)
    let populations = populations(&random)
    let projections = projections(populations, &random)
    let fixed = Small.network(
      input: input, steps: 20, populations: populations, projections: projections, outputs: [5])
    return (fixed, floats(of: fixed))
  }

  private static func populations(_ random: inout SeededGenerator) -> [FixedPopulation] {
    let map = MapShape(channels: 3, height: 6, width: 6)
    let small = MapShape(channels: 3, height: 3, width: 3)
    let thresholds = (0..<3).map { _ in Int32(30 + random.next() % 20) }
    return [
      Small.population("in", input, role: .input),
      Small.population(
        "first", map, threshold: .perChannel(thresholds), initial: .uniform(15),
        bias: .perChannel([1, -1, 2]), comparison: .greater),
      Small.population("max", small, threshold: .uniform(25), bias: .uniform(1), sites: 2),
      Small.population("pool", small, threshold: .uniform(5), reset: .hard),
      Small.population("loop", MapShape(channels: 7), threshold: .uniform(40)),
      Small.population("out", MapShape(channels: 4), role: .readout, bias: .uniform(3)),
    ]
  }

  private static func projections(
    _ populations: [FixedPopulation], _ random: inout SeededGenerator
  ) -> [FixedProjection] {
    func weights(_ source: Int, _ target: Int, _ connectivity: Connectivity) -> [Int16] {
      let count = connectivity.weightCount(
        source: populations[source].shape, target: populations[target].shape)
      return (0..<count).map { _ in Int16(random.next() % 41) - 16 }
    }
    let same = Connectivity.convolution(
      ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1))
    let halving = Connectivity.convolution(
      ConvolutionGeometry(kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2, groups: 3))
    let one = SparsePattern(targetOffsets: Array(0...27), sources: (0..<27).map { Int32(26 - $0) })
    return [
      Small.projection(0, 1, same, weights: weights(0, 1, same)),
      Small.projection(1, 2, halving, weights: weights(1, 2, halving), site: 0),
      Small.projection(1, 2, halving, weights: weights(1, 2, halving), site: 1, delay: 1),
      Small.projection(2, 3, .sparse(one), weights: [Int16](repeating: 3, count: 27)),
      Small.projection(3, 4, weights: weights(3, 4, .dense)),
      Small.projection(4, 4, weights: weights(4, 4, .dense), delay: 2),
      Small.projection(4, 5, weights: weights(4, 5, .dense)),
    ]
  }

  private static func floats(of fixed: FixedPointNetwork) -> SpikingNetwork {
    SpikingNetwork(
      name: fixed.name, method: fixed.method, input: fixed.input, coding: fixed.coding,
      timesteps: fixed.timesteps,
      populations: fixed.populations.map {
        Population(
          name: $0.name, shape: $0.shape, role: $0.role, threshold: $0.threshold.map { Float($0) },
          initialPotential: $0.initialPotential.map { Float($0) },
          bias: $0.bias.map { Float($0) }, reset: $0.reset, comparison: $0.comparison,
          sites: $0.sites, spikeWorthThreshold: false)
      },
      projections: fixed.projections.map {
        Projection(
          source: $0.source, target: $0.target, connectivity: $0.connectivity,
          weights: $0.weights.map { Float($0) }, site: $0.site, alignedDelay: $0.alignedDelay)
      }, outputs: fixed.outputs, isInteger: true)
  }
}
