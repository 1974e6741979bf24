import LoomBase
import LoomNetwork

/// What one population of a float window code emitted.
struct FloatEmission {
  /// Σ s_j·2^(T−1−j) or T − j of each neuron, channel-first.
  var codes: [Int64]
  /// All spikes of all neurons.
  var spikes = 0
}

/// How a float neuron that has heard its whole window emits its potential.
///
/// `SpikeCode` in real units: the threshold is the full scale λ, so that δ = λ/T.
enum FloatWindow {
  /// The emission of all neurons from their potentials (channel-last) at the start.
  static func emission(
    of potentials: [Float], _ parameters: FloatParameters, code: SpikeCode, timesteps: Int
  ) -> FloatEmission {
    var codes = [Int64](repeating: 0, count: potentials.count)
    var spikes = 0
    for neuron in potentials.indices where potentials[neuron] > 0 {
      let scale = parameters.threshold[neuron]
      codes[neuron] =
        code == .bitSerial
        ? bits(of: potentials[neuron], scale: scale, timesteps: timesteps)
        : count(of: potentials[neuron], scale: scale, timesteps: timesteps)
      spikes += code == .bitSerial ? codes[neuron].nonzeroBitCount : min(Int(codes[neuron]), 1)
    }
    return FloatEmission(codes: ChannelLast(parameters.shape).restored(codes), spikes: spikes)
  }

  /// The emission of injected spikes.
  static func emission(
    ofRaster steps: [SpikeList], neurons: Int, code: SpikeCode
  ) -> FloatEmission {
    var emission = FloatEmission(codes: [Int64](repeating: 0, count: neurons))
    for (step, spikes) in steps.enumerated() {
      let worth = code.worth(ofStep: step, of: steps.count)
      for spike in spikes { emission.codes[Int(spike)] += worth }
      emission.spikes += spikes.count
    }
    return emission
  }

  /// The bits of T steps of y = 2·u; s = y ≥ λ; u ← s ? y − λ : y.
  private static func bits(of potential: Float, scale: Float, timesteps: Int) -> Int64 {
    var rest = potential
    var bits: Int64 = 0
    for _ in 0..<timesteps {
      rest *= 2
      let fires = rest >= scale
      bits = bits << 1 | (fires ? 1 : 0)
      if fires { rest -= scale }
    }
    return bits
  }

  /// T − j of the first step j in which u ≥ λ·(T − j)/T; 0 if there is none.
  private static func count(of potential: Float, scale: Float, timesteps: Int) -> Int64 {
    for step in 0..<timesteps {
      let remaining = Float(timesteps - step)
      if potential >= scale * remaining / Float(timesteps) { return Int64(timesteps - step) }
    }
    return 0
  }
}
