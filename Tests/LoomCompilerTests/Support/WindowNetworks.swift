import LoomBase
import LoomHardware
import LoomNetwork

extension SpikingNetwork {
  /// The network in a window code: v(0) becomes half a quantum.
  func inWindows(_ code: SpikeCode, timesteps: Int) -> SpikingNetwork {
    var result = self
    result.code = code
    result.timesteps = timesteps
    let quanta = Float(code == .bitSerial ? 2 << timesteps : 2 * timesteps)
    for index in populations.indices where populations[index].role == .hidden {
      result.populations[index].initialPotential = populations[index].threshold.map { $0 / quanta }
    }
    return result
  }
}

/// Random networks of all that window codes meet.
enum WindowNetworks {
  /// Convolutions, shortcuts over one and over four layers, a comparator, an average pool and two outputs
  /// of different depth.
  static func everything(
    seed: UInt64, _ code: SpikeCode, timesteps: Int, comparator: Bool = true
  ) -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: seed, input: MapShape(channels: 2, height: 8, width: 8), timesteps: timesteps)
    builder.spread = 2.5
    builder.network.input.preprocessing.mean = [0.4, 0.3]
    builder.network.input.preprocessing.deviation = [0.3, 0.2]
    let map = MapShape(channels: 4, height: 8, width: 8)
    let stem = builder.hidden("stem", map)
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let first = builder.hidden("first", map)
    builder.connect(stem, first, .convolution(.square(3, pad: 1)))
    let second = builder.hidden("second", map)
    builder.connect(first, second, .convolution(.square(3, pad: 1)))
    builder.connect(
      stem, second, .convolution(.square(1, groups: 4)), weights: [1, 0.5, 1, 1])
    let third = builder.hidden("third", map)
    builder.connect(second, third, .convolution(.square(3, pad: 1)))
    let sum = builder.hidden("sum", map)
    builder.connect(third, sum, .convolution(.square(3, pad: 1)))
    builder.connect(stem, sum, .convolution(.square(1, groups: 4)), weights: [1, 1, 1, 1])
    let half = MapShape(channels: 4, height: 4, width: 4)
    let pooled = builder.hidden("pooled", half, sites: comparator ? 4 : 1)
    if comparator {
      for site in 0..<4 {
        let gains: [Float] = [1, 0.9, 1.1, 1]
        builder.connect(
          sum, pooled, .convolution(.square(2, stride: 2, groups: 4)), site: site,
          weights: gains.flatMap { gain in (0..<4).map { $0 == site ? gain : 0 } })
      }
    } else {
      builder.connect(sum, pooled, .convolution(.square(2, stride: 2)))
    }
    let average = builder.hidden("average", MapShape(channels: 4, height: 2, width: 2), bias: 0)
    builder.connect(
      pooled, average, .convolution(.square(2, stride: 2, groups: 4)),
      weights: [Float](repeating: 0.25, count: 16))
    builder.connect(pooled, builder.readout("early", 3), .dense)
    builder.connect(average, builder.readout("late", 5), .dense)
    return builder.network.inWindows(code, timesteps: timesteps)
  }
}

extension TestProfiles {
  /// `crossbarLike` whose neurons run every code.
  static func windowed(
    potentialBits: Int = 24, longestDelay: Int = 15, neurons: Int = 64
  ) -> Profile {
    var profile = crossbarLike(neurons: neurons)
    profile.neuron.codes = SpikeCode.allCases
    profile.neuron.potentialBits = potentialBits
    profile.neuron.thresholdMantissaBits = potentialBits - 1
    profile.delay.maximum = longestDelay
    return profile
  }
}
