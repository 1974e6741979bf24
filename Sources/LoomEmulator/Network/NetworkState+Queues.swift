extension NetworkState {
  /// When the next slot of a FIFO is usable upstream, `Int64.max` while nobody has left it.
  @inline(__always)
  func slotFrom(_ fifo: Int) -> Int64 {
    if unsafe fifos[fifo].run != run { return 0 }
    if unsafe fifos[fifo].count == depth { return .max }
    guard unsafe fifos[fifo].isWrapped else { return 0 }
    return unsafe slots[fifo &* depth &+ Int(fifos[fifo].tail)].tick
  }

  /// Puts a flit into a FIFO that has a slot.
  @inline(__always)
  mutating func put(_ packet: Int32, _ waypoint: Int32, into fifo: Int, readyAt tick: Int64) {
    let tail = unsafe Int(fifos[fifo].tail)
    unsafe slots[fifo &* depth &+ tail] = SlotRecord(
      tick: tick, packet: packet, way: ways[Int(waypoint)])
    unsafe fifos[fifo].count &+= 1
    if tail &+ 1 == depth {
      unsafe fifos[fifo].tail = 0
      unsafe fifos[fifo].isWrapped = true
    } else {
      unsafe fifos[fifo].tail = Int32(truncatingIfNeeded: tail &+ 1)
    }
    if unsafe fifos[fifo].count == 1 {
      unsafe queue.push(Int32(truncatingIfNeeded: fifo), at: max(tick, fifos[fifo].readFrom))
    }
  }

  /// The head's last copy has gone: its slot goes back, the next flit asks.
  @inline(__always)
  mutating func leave(_ fifo: Int, _ tick: Int64) {
    let base = fifo &* depth
    var head = unsafe Int(fifos[fifo].head)
    let creditAt = unsafe tick &+ fifos[fifo].credit
    let readFrom = unsafe tick &+ fifos[fifo].occupancy
    unsafe slots[base &+ head].tick = creditAt
    head = head &+ 1 == depth ? 0 : head &+ 1
    unsafe fifos[fifo].head = Int32(truncatingIfNeeded: head)
    unsafe fifos[fifo].count &-= 1
    unsafe fifos[fifo].readFrom = readFrom
    if unsafe fifos[fifo].count > 0 {
      unsafe queue.push(
        Int32(truncatingIfNeeded: fifo), at: max(slots[base &+ head].tick, readFrom))
    }
    if fifo < channels {
      if unsafe ports[fifo].isBlocked { unblock(fifo, creditAt) }
    } else if unsafe fifos[fifo].isAwaited {
      unsafe fifos[fifo].isAwaited = false
      let source = fifo &- channels
      queue.push(Int32(truncatingIfNeeded: fifoCount &+ portCount &+ source), at: creditAt)
    }
  }

  /// A port that waited for a slot has one from a tick on.
  @inline(__always)
  private mutating func unblock(_ port: Int, _ creditAt: Int64) {
    unsafe ports[port].isBlocked = false
    var tick = creditAt
    if hasRegisters {
      unsafe pass(ports[port].packet, ports[port].waypoint, on: port, slotFrom: creditAt)
      tick = unsafe ports[port].freeAt
    }
    unsafe ports[port].wakeAt = tick
    queue.push(Int32(truncatingIfNeeded: fifoCount &+ port), at: tick)
  }

  /// Puts a granted flit into its port's register, from which it goes into the FIFO behind when there is a slot.
  mutating func register(_ packet: Int32, _ waypoint: Int32, at port: Int, _ tick: Int64) {
    unsafe ports[port].heldSince = tick &+ max(1, ports[port].latency &- 1)
    let from = slotFrom(port)
    if from < .max {
      pass(packet, waypoint, on: port, slotFrom: from)
    } else {
      unsafe ports[port].packet = packet
      unsafe ports[port].waypoint = waypoint
      unsafe ports[port].freeAt = .max
      unsafe ports[port].isBlocked = true
    }
  }

  /// The register's flit goes into the FIFO behind as soon as it can, which empties the register.
  private mutating func pass(
    _ packet: Int32, _ waypoint: Int32, on port: Int, slotFrom from: Int64
  ) {
    let due = unsafe ports[port].heldSince
    let tick = max(due, from)
    unsafe ports[port].held &+= tick &- due
    unsafe ports[port].heldSince = -1
    let granted = unsafe due &- max(1, ports[port].latency &- 1)
    unsafe ports[port].freeAt = max(granted &+ ports[port].occupancy, tick &+ 1)
    put(packet, waypoint, into: port, readyAt: tick &+ 1)
  }
}
