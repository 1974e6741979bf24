import LoomBase
import LoomNetwork

/// One population on the spikes it really receives, to try parameters on.
struct LayerProbe: Sendable {
  /// The population's place.
  let index: Int
  /// The population.
  let population: DraftPopulation
  /// What drives it.
  let layer: DrivenLayer
  /// The ANN's activations, by sample, channel-first.
  let activations: [[Float]]
  /// The number of samples.
  let samples: Int
  /// The number of threads.
  let threads: Int
  /// T.
  let timesteps: Int

  /// What a set of parameters does to one channel, against the ANN's activation a, over neurons and samples;
  /// r = θ · spikes / steps counted.
  struct ChannelError: Sendable {
    /// Σ (r − a)².
    var squared = 0.0
    /// Σ (r − a).
    var signed = 0.0
    /// Σ r.
    var output = 0.0
  }

  /// The largest activation of each channel.
  var peaks: [Float] {
    let positions = population.shape.positions
    var result = [Float](repeating: 0, count: population.shape.channels)
    for values in activations {
      for (element, value) in values.enumerated() {
        result[element / positions] = max(result[element / positions], value)
      }
    }
    return result
  }

  /// The errors of several sets of parameters at once, by set and channel; spikes are counted from a step on.
  func errors(of variants: [ChannelParameters], from start: Int) -> [[ChannelError]] {
    let shape = population.shape
    let atRest = variants.map { RateNeurons($0, shape: shape, reset: population.reset) }
    let each = parallelMap(samples, threads: threads) { sample in
      var neurons = atRest
      layer.currents(sample: sample, timesteps: timesteps) { step, currents in
        for variant in neurons.indices {
          neurons[variant].step(currents, counting: step >= start)
        }
      }
      return zip(neurons, variants).map { neurons, parameters in
        errors(neurons.counts, parameters, activations[sample], steps: timesteps - start)
      }
    }
    var total = variants.map { _ in [ChannelError](repeating: ChannelError(), count: shape.channels)
    }
    for sample in each {
      for variant in variants.indices {
        for channel in 0..<shape.channels {
          total[variant][channel].squared += sample[variant][channel].squared
          total[variant][channel].signed += sample[variant][channel].signed
          total[variant][channel].output += sample[variant][channel].output
        }
      }
    }
    return total
  }

  private func errors(
    _ counts: [Float], _ parameters: ChannelParameters, _ activations: [Float], steps: Int
  ) -> [ChannelError] {
    let (channels, positions) = (population.shape.channels, population.shape.positions)
    return (0..<channels).map { channel in
      var error = ChannelError()
      let worth = parameters.thresholds[channel] / Float(steps)
      for position in 0..<positions {
        let output = Double(counts[position &* channels &+ channel] * worth)
        let difference = output - Double(activations[channel &* positions &+ position])
        error.squared += difference * difference
        error.signed += difference
        error.output += output
      }
      return error
    }
  }

  /// The variance of a neuron's current over the window, mean over neurons and some samples.
  func currentVariance(samples limit: Int) -> Double {
    let shape = population.shape
    let count = min(samples, limit)
    let sums = parallelMap(count, threads: threads) { sample in
      var first = [Double](repeating: 0, count: shape.count)
      var second = first
      layer.currents(sample: sample, timesteps: timesteps) { _, currents in
        for neuron in first.indices {
          let current = Double(currents[neuron])
          first[neuron] += current
          second[neuron] += current * current
        }
      }
      let steps = Double(timesteps)
      return first.indices.reduce(0.0) {
        let mean = first[$1] / steps
        return $0 + max(0, second[$1] / steps - mean * mean)
      }
    }
    return sums.reduce(0, +) / Double(max(1, count * shape.count))
  }
}
