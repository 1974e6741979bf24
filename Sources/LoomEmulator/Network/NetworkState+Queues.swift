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
      tick: tick, packet: packet, waypoint: waypoint)
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
      if unsafe ports[fifo].isBlocked {
        unsafe ports[fifo].isBlocked = false
        unsafe ports[fifo].wakeAt = creditAt
        queue.push(Int32(truncatingIfNeeded: fifoCount &+ fifo), at: creditAt)
      }
    } else if unsafe fifos[fifo].isAwaited {
      unsafe fifos[fifo].isAwaited = false
      let source = fifo &- channels
      queue.push(Int32(truncatingIfNeeded: fifoCount &+ portCount &+ source), at: creditAt)
    }
  }

  /// A source's next packet, which is ready, enters if there is a slot.
  @inline(__always)
  mutating func enter(
    _ source: Int, _ tick: Int64, _ traffic: NetworkTraffic, _ outcome: inout NetworkOutcome
  ) {
    let fifo = channels &+ source
    let part = Int32(truncatingIfNeeded: fifoCount &+ portCount &+ source)
    let from = slotFrom(fifo)
    if from > tick {
      if from == .max { unsafe fifos[fifo].isAwaited = true } else { queue.push(part, at: from) }
      return
    }
    let packet = unsafe Int(sources[source].next)
    unsafe put(
      Int32(truncatingIfNeeded: packet), traffic.waypoints[packet], into: fifo,
      readyAt: tick &+ sourceEntry[source])
    unsafe outcome.enter(
      packet, tick, group: Int(sources[source].group), stall: tick &- sources[source].ready)
    unsafe sources[source].next &+= 1
    guard unsafe sources[source].next < sources[source].end else { return }
    let ready = max(traffic.notBefore[packet &+ 1], tick &+ traffic.work[packet &+ 1])
    unsafe sources[source].ready = ready
    unsafe queue.push(part, at: max(ready, tick &+ fifos[fifo].occupancy))
  }
}
