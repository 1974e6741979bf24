import LoomBase
import LoomNetwork

/// Random samples of the kind a network expects.
enum EquivalenceSamples {
  static func make(
    _ network: SpikingNetwork, count: Int, _ generator: inout SeededGenerator
  ) -> Samples {
    let shape = network.input.shape
    if network.coding == .spikes {
      let size = network.timesteps * shape.count
      let bytes = (0..<(count * size)).map { _ in UInt8(generator.next() % 3 == 0 ? 1 : 0) }
      return Samples(
        storage: .bytes(bytes),
        sampleShape: [network.timesteps, shape.channels, shape.height, shape.width], count: count)
    }
    let size = count * shape.count
    let dimensions = [shape.channels, shape.height, shape.width]
    guard network.input.samplesAreBytes else {
      return Samples(
        storage: .floats((0..<size).map { _ in Float(generator.unit() * 2 - 1) }),
        sampleShape: dimensions, count: count)
    }
    return Samples(
      storage: .bytes((0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }),
      sampleShape: dimensions, count: count)
  }
}
