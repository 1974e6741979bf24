/// The way of spikes into the queues of the blocks they go to.
enum SendKernel {
  /// Queues the messages of the neurons that fired, each in the slot of its block's delay.
  ///
  /// Kernels stay functions of their own, so that their instructions can be counted (`Scripts/kernel_counts.py`).
  /// Unchecked access is safe because the machine's builder gave every neuron its offsets, every entry a block of the machine,
  /// every block a slot for its delay and in each slot a place for every entry that leads to it; a neuron fires once a step.
  @inline(never)
  static func queue(
    _ firing: [UInt32], count: Int, firstNeuron: Int, _ routes: FlatRoutes,
    _ blocks: [BlockInfo], slots: ArraySlice<Int>, _ queue: inout [Event],
    _ fill: inout [Int32]
  ) {
    precondition(count <= firing.count && firstNeuron + 1 < routes.offsets.count, "neurons fire")
    unsafe firing.withUnsafeBufferPointer { firing in
      unsafe routes.offsets.withUnsafeBufferPointer { offsets in
        unsafe routes.entries.withUnsafeBufferPointer { entries in
          guard let offsets = offsets.baseAddress, let entries = entries.baseAddress else { return }
          let first = unsafe offsets + firstNeuron
          var start = 0
          while start < count {
            // Entries of so many spikes stay in the nearest cache until they are queued.
            let end = min(count, start &+ 128)
            let part = unsafe UnsafeBufferPointer(rebasing: firing[start..<end])
            unsafe readAhead(part, first, entries)
            unsafe send(part, first, entries, blocks, slots, &queue, &fill)
            start = end
          }
        }
      }
    }
  }

  /// Reads the entries once without doing anything, so that the memory fetches many at a time.
  @inline(__always)
  private static func readAhead(
    _ firing: UnsafeBufferPointer<UInt32>, _ offsets: UnsafePointer<UInt32>,
    _ entries: UnsafePointer<RouteEntry>
  ) {
    var greatest: UInt32 = 0
    for index in 0..<firing.count {
      let place = unsafe firing[index]
      let entry = unsafe Int(offsets[Int(place)])
      let end = unsafe Int(offsets[Int(place) &+ 1])
      // A neuron without entries reads its neighbour's; the last one's is its own or none.
      if end > 0 { greatest = unsafe max(greatest, entries[min(entry, end &- 1)].block) }
    }
    precondition(greatest < .max, "blocks are numbered")
  }

  @inline(__always)
  private static func send(
    _ firing: UnsafeBufferPointer<UInt32>, _ offsets: UnsafePointer<UInt32>,
    _ entries: UnsafePointer<RouteEntry>, _ blocks: [BlockInfo], _ slots: ArraySlice<Int>,
    _ queue: inout [Event], _ fill: inout [Int32]
  ) {
    unsafe blocks.withUnsafeBufferPointer { blocks in
      unsafe slots.withUnsafeBufferPointer { slots in
        unsafe queue.withUnsafeMutableBufferPointer { queue in
          unsafe fill.withUnsafeMutableBufferPointer { fill in
            for index in 0..<firing.count {
              let place = unsafe firing[index]
              var entry = unsafe Int(offsets[Int(place)])
              let end = unsafe Int(offsets[Int(place) &+ 1])
              while entry < end {
                let block = unsafe Int(entries[entry].block)
                let slot = unsafe slots[blocks[block].delay]
                let filled = unsafe blocks[block].fillStart &+ slot
                let used = unsafe Int(fill[filled])
                let position = unsafe blocks[block].queueStart &+ slot &* blocks[block].capacity
                unsafe queue[position &+ used] = entries[entry].event
                unsafe fill[filled] = Int32(truncatingIfNeeded: used &+ 1)
                entry &+= 1
              }
            }
          }
        }
      }
    }
  }
}
