import LoomBase
import LoomNetwork

/// Measures `PopulationError`s of a converted network on its calibration samples.
struct ErrorMeter: Sendable {
  let input: MethodInput
  let outcome: MethodOutcome

  /// The errors of all populations but readouts, on the last `limit` samples (fits use the first ones).
  func errors(samples limit: Int) throws(DiagnosticsError) -> [PopulationError] {
    let count = input.samples.count
    let range = max(0, count - max(1, limit))..<count
    var errors: [PopulationError] = []
    _ = try simulated { () throws(RegionLimit) in
      try RateSimulation(input, samples: range).run(outcome.populations) { observation in
        errors.append(Self.error(of: observation))
      }
    }
    return errors
  }

  /// The errors of a network with a window code, by its dense evaluation.
  func errors(of coded: CodedNetwork, samples limit: Int) -> [PopulationError] {
    let draft = input.draft
    let elements = draft.populations.reduce(input.inputCount) { $0 + $1.shape.count }
    let most = max(1, (64 << 20) / max(1, elements))
    let count = min(input.samples.count, max(1, limit), most)
    let values = Array(input.samples.blocks.blocks.joined().suffix(count * input.inputCount))
    let activations = draft.activations(of: values, samples: count, thresholds: nil)
    let outputs = coded.values(values, samples: count)
    let first = outputs.count - draft.populations.count
    return draft.populations.indices.filter { draft.populations[$0].kind != .readout }.map {
      index in
      let shape = draft.populations[index].shape
      var channels = [ChannelSums](repeating: ChannelSums(), count: shape.channels)
      for element in activations[index].indices {
        let channel = element % shape.count / shape.positions
        channels[channel].add(
          activation: Double(activations[index][element]),
          output: Double(outputs[index + first][element]))
      }
      return PopulationError(
        name: draft.populations[index].name, neurons: shape.count, channels: channels,
        isSplit: false)
    }
  }

  /// One population, its currents run through again beside its spikes.
  static func error(of observation: Observation) -> PopulationError {
    let probe = observation.probe
    let shape = probe.population.shape
    let parameters = ChannelParameters(observation.decided)
    let each = parallelMap(probe.samples, threads: probe.threads) { sample in
      sums(
        probe, parameters, sample: sample,
        spikes: observation.trains[sample].counts(
          neurons: shape.count, steps: 0..<probe.timesteps))
    }
    var channels = [ChannelSums](repeating: ChannelSums(), count: shape.channels)
    for sample in each {
      for channel in channels.indices { channels[channel].add(sample[channel]) }
    }
    return PopulationError(
      name: probe.population.name, neurons: shape.count, channels: channels, isSplit: true)
  }

  private static func sums(
    _ probe: LayerProbe, _ parameters: ChannelParameters, sample: Int, spikes: [Int]
  ) -> [ChannelSums] {
    let shape = probe.population.shape
    var first = [Double](repeating: 0, count: shape.count)
    var second = first
    probe.layer.currents(sample: sample, timesteps: probe.timesteps) { _, currents in
      for neuron in first.indices {
        let current = Double(currents[neuron])
        first[neuron] += current
        second[neuron] += current * current
      }
    }
    let order = ChannelLastOrder(shape: shape)
    let steps = Double(probe.timesteps)
    var result = [ChannelSums](repeating: ChannelSums(), count: shape.channels)
    for neuron in 0..<shape.count {
      let channel = neuron % shape.channels
      let correction =
        parameters.biasCorrections.isEmpty ? 0 : Double(parameters.biasCorrections[channel])
      let mean = first[neuron] / steps
      let terms = Terms(
        current: mean + correction, threshold: Double(parameters.thresholds[channel]),
        initial: Double(parameters.initialPotentials[channel]), spikes: spikes[neuron],
        timesteps: probe.timesteps, reset: probe.population.reset,
        gain: parameters.gains.isEmpty ? 1 : Double(parameters.gains[channel]))
      let activation = Double(probe.activations[sample][order.place(channelLast: neuron)])
      result[channel].add(activation: activation, output: terms.output)
      result[channel].inherited += abs(max(0, terms.current) - activation)
      result[channel].clipping += abs(terms.clipped - max(0, terms.current))
      result[channel].quantization += abs(terms.constant - terms.clipped)
      result[channel].deviation += abs(terms.output - terms.constant)
      result[channel].variance += max(0, second[neuron] / steps - mean * mean)
    }
    return result
  }

  /// One neuron's outputs: as it was, under a constant current, and without levels.
  struct Terms {
    let current: Double
    /// θN/T.
    let output: Double
    /// θN_c/T.
    let constant: Double
    /// clip(Ī, 0, θ).
    let clipped: Double

    init(
      current: Double, threshold: Double, initial: Double, spikes: Int, timesteps: Int,
      reset: ResetMode = .soft, gain: Double = 1
    ) {
      let steps = Double(timesteps)
      let levels =
        reset == .soft
        ? ((steps * gain * current + initial) / threshold).rounded(.down)
        : Self.hardLevels(gain * current, threshold, initial, steps)
      self.current = current
      output = threshold * Double(spikes) / steps
      constant = threshold * min(max(levels, 0), steps) / steps
      clipped = min(max(current, 0), threshold)
    }

    /// Spikes that a constant current gives a neuron whose potential falls to zero at each.
    private static func hardLevels(
      _ current: Double, _ threshold: Double, _ initial: Double, _ steps: Double
    ) -> Double {
      guard current > 0 else { return 0 }
      let first = max(1, ((threshold - initial) / current).rounded(.up))
      let period = max(1, (threshold / current).rounded(.up))
      return steps < first ? 0 : 1 + ((steps - first) / period).rounded(.down)
    }
  }
}
