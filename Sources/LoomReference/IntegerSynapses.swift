import LoomBase
import LoomNetwork

/// The integer synapses of one projection, laid out by source.
struct IntegerSynapses: Sendable {
  let source: Int
  let target: Int
  let site: Int
  let delay: Int
  private let layout: SynapseLayout<Int16>
  /// The left shift of every target channel.
  private let shifts: [Int64]
  /// How many spikes may be added up in 32 bits before the sums are folded into 64.
  private let spikesPerFold: Int

  init(_ projection: FixedProjection, source: MapShape, target: MapShape) {
    self.source = projection.source.index
    self.target = projection.target.index
    site = projection.site
    delay = projection.alignedDelay
    layout = SynapseLayout(
      projection.connectivity, weights: projection.weights, source: source, target: target)
    shifts = (0..<target.channels).map { Int64(projection.shift(channel: $0)) }
    let largest = projection.weights.reduce(1) { max($0, abs(Int($1))) }
    let safeAdditions = Int(Int32.max) / largest
    // A spike meets a target once in a dense or convolutional projection; entries may repeat.
    spikesPerFold =
      if layout.fanIn <= safeAdditions { Int.max } else if case .entries = layout.form { 1 } else {
        safeAdditions
      }
  }

  /// Adds the currents of spikes to the 64-bit sums of the target neurons (channel-last).
  func deliver(_ spikes: SpikeList, to drive: inout [Int64], scratch: inout [Int32]) {
    var start = 0
    while start < spikes.count {
      let end = spikes.count - start > spikesPerFold ? start + spikesPerFold : spikes.count
      add(spikes[start..<end], to: &scratch)
      IntegerSynapses.fold(&scratch, into: &drive, shifts: shifts)
      start = end
    }
  }

  private func add(_ spikes: ArraySlice<Int32>, to sums: inout [Int32]) {
    switch layout.form {
    case .rows(let targets):
      for spike in spikes {
        IntegerSynapses.addRow(
          layout.weights, from: Int(spike) * targets, to: &sums, at: 0, count: targets)
      }
    case .windows(let windows):
      for spike in spikes {
        let channel = Int(spike) / windows.positions
        let position = Int(spike) - channel * windows.positions
        let weight = channel * windows.weightsPerChannel
        let target =
          channel / windows.sourceChannelsPerGroup * windows.targetChannelsPerGroup
        for index in windows.offsets[position]..<windows.offsets[position + 1] {
          let run = windows.runs[index]
          IntegerSynapses.addRow(
            layout.weights, from: weight + Int(run.weight), to: &sums,
            at: target + Int(run.target), count: Int(run.count))
        }
      }
    case .entries(let offsets, let targets):
      for spike in spikes {
        for entry in offsets[Int(spike)]..<offsets[Int(spike) + 1] {
          sums[Int(targets[entry])] &+= Int32(layout.weights[entry])
        }
      }
    }
  }

  /// Adds a row of weights; the checks stand before the loop so that it needs none inside.
  @inline(__always)
  private static func addRow(
    _ weights: [Int16], from first: Int, to sums: inout [Int32], at target: Int, count: Int
  ) {
    precondition(first >= 0 && count >= 0 && first + count <= weights.count, "a row of the weights")
    precondition(target >= 0 && target + count <= sums.count, "a row of the sums")
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let sum = sums.baseAddress, let weight = weights.baseAddress else { return }
        for index in 0..<count {
          unsafe sum[target &+ index] &+= Int32(weight[first &+ index])
        }
      }
    }
  }

  /// Moves 32-bit sums, shifted, into the 64-bit ones and leaves zeros.
  private static func fold(_ sums: inout [Int32], into drive: inout [Int64], shifts: [Int64]) {
    precondition(sums.count == drive.count && sums.count % shifts.count == 0)
    for position in 0..<(sums.count / shifts.count) {
      for channel in 0..<shifts.count {
        let neuron = position &* shifts.count &+ channel
        drive[neuron] &+= Int64(sums[neuron]) &<< shifts[channel]
        sums[neuron] = 0
      }
    }
  }
}
