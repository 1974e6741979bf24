import LoomBase

/// What the host reads of the populations that answer.
public enum ScoreReading: String, Codable, Sendable, CaseIterable {
  /// Potentials of readouts; of networks spiking by birth, whose outputs fire, plain spike counts.
  case potentials
  /// Numbers of spikes since step t0, for chips that give no potentials: a substitution, inexact.
  ///
  /// Every output is an ordinary neuron that gets a constant current more than the trained network asks
  /// for (`Population.scoreOffset`), so that scores below zero can be said too. A channel's score is
  /// θ · count / (T − t0) − offset.
  case spikeCounts
}

extension SpikingNetwork {
  /// The same network read by its potentials: what spike counts are a substitute for.
  ///
  /// Outputs become accumulators again, without the constant current that only counts need.
  public var readByPotentials: SpikingNetwork {
    guard readout == .spikeCounts else { return self }
    var result = self
    result.readout = .potentials
    for id in outputs where populations[id.index].role == .hidden {
      let population = populations[id.index]
      result.populations[id.index].role = .readout
      result.populations[id.index].bias = population.biasWithoutOffset
      result.populations[id.index].threshold = .uniform(1)
      result.populations[id.index].initialPotential = .uniform(0)
      result.populations[id.index].scoreOffset = []
    }
    return result
  }
}

extension Population {
  /// What the bias is in the trained network's units, without the constant that spike counts need.
  public var biasWithoutOffset: ChannelOrNeuron<Float> {
    guard !scoreOffset.isEmpty else { return bias }
    return .perNeuron(
      (0..<shape.count).map {
        bias.value(neuron: $0, in: shape) - scoreOffset(channel: $0 / shape.positions)
      })
  }

  /// The constant of a channel; zero where none is stated.
  public func scoreOffset(channel: Int) -> Float {
    scoreOffset.isEmpty ? 0 : scoreOffset[min(channel, scoreOffset.count - 1)]
  }
}

extension FixedPopulation {
  /// What a spike in every step is worth, in activation units: θ of a channel (of its first neuron).
  public func worth(channel: Int) -> Double {
    let threshold = Double(threshold.value(neuron: channel * shape.positions, in: shape))
    return scale.isEmpty ? threshold : threshold / scale[min(channel, scale.count - 1)]
  }
}
