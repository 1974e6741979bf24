import LoomBase
import LoomNetwork

/// A fixed-point network of plain integrate-and-fire neurons, every synapse in a list, neuron by neuron.
///
/// It shares nothing with the emulator or the reference: indices are channel-first throughout, and a step is read off the
/// doc comment of `FixedPopulation`.
struct GeneratedTwin {
  /// By projection and target the synapses onto it.
  private var synapses: [[[(source: Int, weight: Int)]]] = []
  private let network: FixedPointNetwork

  init(_ network: FixedPointNetwork) {
    self.network = network
    for projection in network.projections {
      let source = network.populations[projection.source.index].shape
      let target = network.populations[projection.target.index].shape
      synapses.append(
        (0..<target.count).map { Self.inputs(projection, source: source, target: target, of: $0) })
    }
  }

  var synapseCount: Int { synapses.reduce(0) { $1.reduce($0) { $0 + $1.count } } }

  private static func inputs(
    _ projection: FixedProjection, source: MapShape, target: MapShape, of neuron: Int
  ) -> [(source: Int, weight: Int)] {
    var result: [(source: Int, weight: Int)] = []
    switch projection.connectivity {
    case .dense:
      for index in 0..<source.count {
        result.append((index, Int(projection.weights[neuron * source.count + index])))
      }
    case .sparse(let pattern):
      for entry in pattern.targetOffsets[neuron]..<pattern.targetOffsets[neuron + 1] {
        result.append((Int(pattern.sources[entry]), Int(projection.weights[entry])))
      }
    case .convolution:
      let place = neuron % (target.height * target.width)
      let channel = neuron / (target.height * target.width)
      let (row, column) = (place / target.width, place % target.width)
      for input in 0..<source.channels {
        for (tap, offset) in [-1, 0, 1].flatMap({ y in [-1, 0, 1].map { (y, $0) } }).enumerated() {
          let (y, x) = (row + offset.0, column + offset.1)
          guard y >= 0, x >= 0, y < source.height, x < source.width else { continue }
          let weight = projection.weights[(channel * source.channels + input) * 9 + tap]
          result.append(((input * source.height + y) * source.width + x, Int(weight)))
        }
      }
    }
    return result
  }

  /// Spikes by population and step, and how often a spike met a synapse; `raster` is step after step, channel-last.
  func run(_ raster: [UInt8]) -> (spikes: [[[Bool]]], operations: Int) {
    let shapes = network.populations.map(\.shape)
    var potentials = network.populations.map { population in
      (0..<population.shape.count).map {
        Int(population.initialPotential.value(neuron: $0, in: population.shape))
      }
    }
    var spikes = shapes.map { _ in [[Bool]]() }
    var operations = 0
    for step in 0..<network.timesteps {
      let positions = shapes[0].height * shapes[0].width
      spikes[0].append(
        (0..<shapes[0].count).map { index in
          let place = index % positions * shapes[0].channels + index / positions
          return raster[step * shapes[0].count + place] != 0
        })
      for index in 1..<shapes.count {
        var fired = [Bool](repeating: false, count: shapes[index].count)
        let population = network.populations[index]
        for neuron in fired.indices {
          var potential = potentials[index][neuron]
          for (number, projection) in network.projections.enumerated()
          where projection.target.index == index {
            for synapse in synapses[number][neuron]
            where spikes[projection.source.index][step][synapse.source] {
              potential += synapse.weight
              operations += 1
            }
          }
          let threshold = Int(population.threshold.value(neuron: neuron, in: shapes[index]))
          fired[neuron] =
            population.comparison == .greater ? potential > threshold : potential >= threshold
          potentials[index][neuron] = fired[neuron] ? 0 : potential
        }
        spikes[index].append(fired)
      }
    }
    return (spikes, operations)
  }
}
