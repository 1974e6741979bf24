/// When the spikes of a slice are sent, message by message.
enum MessageKernel {
  /// What the messages of a slice are written from.
  @unsafe struct Spikes {
    /// Places of the neurons that fired, in order.
    var firing: UnsafeBufferPointer<UInt32>
    /// By place, where the neuron's messages begin among the ways, and behind the last one their end.
    var offsets: UnsafePointer<UInt32>
    /// By message, where its packet's way begins.
    var ways: UnsafePointer<Int32>
  }

  /// Messages of the spikes.
  @inline(__always)
  static func count(_ spikes: Spikes) -> Int {
    var count = 0
    for position in unsafe 0..<spikes.firing.count {
      let place = unsafe Int(spikes.firing[position])
      unsafe count &+= Int(spikes.offsets[place &+ 1] &- spikes.offsets[place])
    }
    return count
  }

  /// Writes the packets of the spikes, as many as `count` says.
  ///
  /// - Parameters:
  ///   - start: The core's work before the slice, ns.
  ///   - clock: When the core's packet before was made, had nothing stalled; returns that of the last one.
  @inline(__always)
  static func write(
    _ spikes: Spikes, start: Double, _ work: SliceWork, clock: Int64,
    to packets: UnsafeMutablePointer<NetworkTraffic.Packet>
  ) -> Int64 {
    var (clock, sending, count) = (clock, start, 0)
    for position in unsafe 0..<spikes.firing.count {
      let place = unsafe Int(spikes.firing[position])
      var entry = unsafe Int(spikes.offsets[place])
      let end = unsafe Int(spikes.offsets[place &+ 1])
      let updated = Double(place &+ 1) * work.update
      sending += work.spike
      while entry < end {
        sending += work.message
        let tick = EventStep.ticks(updated + sending)
        unsafe packets[count] = NetworkTraffic.Packet(
          notBefore: 0, work: max(0, tick &- clock), waypoint: spikes.ways[entry])
        clock = max(clock, tick)
        count &+= 1
        entry &+= 1
      }
    }
    return clock
  }
}
