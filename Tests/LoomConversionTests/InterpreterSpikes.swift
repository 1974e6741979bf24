import LoomBase
import LoomNetwork
import LoomReference

/// Spikes of each population over some samples, counted by the reference interpreter.
func interpreterSpikes(
  _ network: SpikingNetwork, _ samples: Samples, _ range: Range<Int>
) throws -> [Int] {
  let interpreter = try FloatSpikingInterpreter(network)
  var spikes = [Int](repeating: 0, count: network.populations.count)
  for index in range {
    for (place, count) in try interpreter.run(samples, index: index).spikes.enumerated() {
      spikes[place] += count
    }
  }
  return spikes
}
