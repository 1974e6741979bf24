import LoomBase
import LoomCompiler
import LoomNetwork

/// Spiking networks whose synapses are lists.
enum GraphNetworks {
  /// Thresholds, biases and start potentials that differ from neuron to neuron, few enough for a core's registers.
  private static func vary(_ population: inout Population) {
    let count = population.shape.count
    let thresholds = (0..<count).map { neuron -> Float in
      let place = Double(neuron * 7 % 9)
      return Float(0.8 + 0.1 * place)
    }
    population.threshold = .perNeuron(thresholds)
    population.initialPotential = .perNeuron(thresholds.map { $0 / 2 })
    population.bias = .perNeuron(
      (0..<count).map { neuron -> Float in
        let place = Double(neuron * 5 % 11)
        return Float(0.02 * place - 0.08)
      })
  }

  /// Convolution-driven stem, then three populations fed by lists (the second a map), then all answers from all.
  ///
  /// A shortcut from the first list to the third needs a longer delay, or relays.
  static func chain(seed: UInt64, skips: Bool = true, timesteps: Int = 10) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 2, height: 6, width: 6), timesteps: timesteps)
    builder.spread = 2.5
    let stem = builder.hidden("stem", MapShape(channels: 4, height: 6, width: 6))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    var layers: [PopulationID] = []
    var previous = stem
    for (name, shape) in [
      ("a", MapShape(channels: 144)), ("b", MapShape(channels: 3, height: 6, width: 8)),
      ("c", MapShape(channels: 144)),
    ] {
      let next = builder.hidden(name, shape)
      vary(&builder.network.populations[next.index])
      let graph = PlantedGraph(
        communities: 12, neurons: 12, sourcesEach: 12, fanIn: 6, strays: 1,
        seed: seed &+ UInt64(layers.count))
      builder.connect(previous, next, .sparse(graph.pattern))
      layers.append(next)
      previous = next
    }
    if skips {
      let graph = PlantedGraph(
        communities: 12, neurons: 12, sourcesEach: 12, fanIn: 2, strays: 0, seed: seed &+ 9)
      builder.connect(layers[0], layers[2], .sparse(graph.pattern))
    }
    builder.connect(previous, builder.readout("logits", 5), .dense)
    return builder.network
  }

  /// Spikes drive a population that feeds itself, both by lists; integers, free-running; its counts are the answer.
  static func recurrent(seed: UInt64, neurons: Int = 144, sources: Int = 96) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: sources), timesteps: 24, coding: .spikes)
    builder.network.schedule = .freeRunning
    builder.network.isInteger = true
    let input = builder.input()
    let pool = builder.hidden("pool", MapShape(channels: neurons))
    builder.network.populations[pool.index].threshold = .perNeuron(
      (0..<neurons).map { neuron -> Float in
        let place: Int = neuron * 5 % 7
        return Float(192 + 64 * place)
      })
    builder.network.populations[pool.index].initialPotential = .perNeuron(
      (0..<neurons).map { Float($0 * 3 % 50) })
    builder.network.populations[pool.index].bias = .perNeuron(
      (0..<neurons).map { Float($0 * 11 % 9) })
    builder.network.populations[pool.index].spikeWorthThreshold = false
    builder.network.populations[pool.index].reset = .hard
    builder.network.populations[pool.index].comparison = .greater
    func integers(_ count: Int) -> [Float] {
      builder.values(count, -70, 110).map { $0.rounded(.down) }
    }
    // Communities of both projections are the same neurons: one draw of the recurrence decides, the input follows.
    let own = PlantedGraph(
      communities: 12, neurons: neurons / 12, sourcesEach: neurons / 12, fanIn: 5, strays: 1,
      seed: seed)
    var driven = own
    var generator = SeededGenerator(seed: seed &+ 1)
    driven.sources = own.communities.map { community in
      (0..<(sources / 12)).map { Int32(community * (sources / 12) + $0) }
        .shuffled(using: &generator).prefix(4).sorted()
    }
    builder.connect(
      input, pool, .sparse(driven.pattern), delay: 1,
      weights: integers(driven.pattern.sources.count))
    builder.connect(
      pool, pool, .sparse(own.pattern), delay: 2, weights: integers(own.pattern.sources.count))
    builder.network.outputs = [pool]
    return builder.network
  }
}
