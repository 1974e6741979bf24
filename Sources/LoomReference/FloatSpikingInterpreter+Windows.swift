import LoomBase
import LoomNetwork

extension FloatSpikingInterpreter {
  /// Runs a window code: every population hears the whole window of its sources before it emits its own.
  ///
  /// The spikes of a neuron arrive as one event of their common worth, λ·Σ s_j·2^−(j+1) or λ·(T − j)/T:
  /// currents add up, so that is what listening to them one by one comes to.
  func runWindows(_ progress: FloatProgress) -> FloatRun {
    var potentials = [[Float]](repeating: [], count: parameters.count)
    var emissions: [FloatEmission] = parameters.map { _ in FloatEmission(codes: []) }
    var events = [[WeightedEvent]](repeating: [], count: parameters.count)
    for population in order {
      let own = parameters[population]
      if own.role == .input {
        emissions[population] = FloatWindow.emission(
          ofRaster: progress.injected, neurons: own.shape.count, code: network.code)
      } else {
        potentials[population] = heard(
          by: population, events, constants: progress.states[population].constant)
      }
      if own.role == .hidden {
        emissions[population] = FloatWindow.emission(
          of: potentials[population], own, code: network.code, timesteps: network.timesteps)
      }
      events[population] = worth(of: emissions[population].codes, from: own)
    }
    return FloatRun(
      scores: network.outputs.flatMap {
        parameters[$0.index].role == .readout
          ? gained(potentials[$0.index], by: $0.index)
          : emissions[$0.index].codes.map { Float($0) / fullScale }
      }, spikes: emissions.map(\.spikes))
  }

  /// The code that would be worth a whole threshold: 2^T or T.
  private var fullScale: Float {
    network.code == .bitSerial
      ? Float(sign: .plus, exponent: network.timesteps, significand: 1) : Float(network.timesteps)
  }

  /// u at the start: v(0) and the largest site's sum of bias, front end and all spikes of the window.
  private func heard(
    by population: Int, _ events: [[WeightedEvent]], constants: [[Float]]
  ) -> [Float] {
    var sums = constants
    for synapses in incoming[population] {
      synapses.deliver(events[synapses.source], to: &sums[synapses.site])
    }
    var potential = sums[0]
    for site in sums.dropFirst() {
      for neuron in potential.indices { potential[neuron] = max(potential[neuron], site[neuron]) }
    }
    let initial = parameters[population].initialPotential
    for neuron in potential.indices { potential[neuron] += initial[neuron] }
    return potential
  }

  private func worth(of codes: [Int64], from own: FloatParameters) -> [WeightedEvent] {
    codes.indices.filter { codes[$0] != 0 }.map {
      WeightedEvent(
        neuron: Int32($0), amplitude: own.amplitude[$0] * (Float(codes[$0]) / fullScale))
    }
  }

  /// u − v(0) of a readout, channel-first.
  private func gained(_ potential: [Float], by population: Int) -> [Float] {
    let own = parameters[population]
    return ChannelLast(own.shape).restored(zip(potential, own.initialPotential).map { $0 - $1 })
  }
}
