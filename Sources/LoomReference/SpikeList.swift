import LoomBase

/// Spikes of one step, as channel-first neuron numbers in ascending order.
typealias SpikeList = [Int32]

/// The spikes a population still has to deliver: those of the current step and of its longest delay.
struct SpikeHistory {
  private var ring: [SpikeList]

  init(longestDelay: Int) {
    ring = [SpikeList](repeating: [], count: longestDelay + 1)
  }

  /// The spikes of a step no older than the longest delay; none before step 0.
  func spikes(ofStep step: Int) -> SpikeList {
    step < 0 ? [] : ring[step % ring.count]
  }

  mutating func record(_ spikes: SpikeList, ofStep step: Int) {
    ring[step % ring.count] = spikes
  }
}

/// Lists the neurons whose flag (channel-last order) is set, channel by channel so that the weights of a
/// channel stay in the cache while they are used.
func listSpikes(flags: [UInt8], shape: MapShape) -> SpikeList {
  let channels = shape.channels
  let positions = shape.positions
  precondition(flags.count == channels * positions, "a flag for each neuron")
  var starts = [Int32](repeating: 0, count: channels + 1)
  for position in 0..<positions {
    for channel in 0..<channels {
      starts[channel &+ 1] &+= Int32(flags[position &* channels &+ channel])
    }
  }
  for channel in 0..<channels { starts[channel + 1] += starts[channel] }
  let total = Int(starts[channels])
  if total == 0 { return [] }
  var list = SpikeList(repeating: 0, count: total)
  for position in 0..<positions {
    for channel in 0..<channels where flags[position &* channels &+ channel] != 0 {
      list[Int(starts[channel])] = Int32(channel &* positions &+ position)
      starts[channel] &+= 1
    }
  }
  return list
}
