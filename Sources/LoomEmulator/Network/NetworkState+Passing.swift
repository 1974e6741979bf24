/// Flits that meet nobody: until the next part of the network has something to do, a flit whose outputs are free goes
/// from router to router without an event for each.
///
/// Nothing is left out by that. Before the queue's horizon no part but the flit's own acts, so what the flit finds at
/// each router is what it would find at the tick in which it comes there; where it finds anything in its way, or the
/// horizon is reached, it goes into the FIFO and its part into the queue as always.
extension NetworkState {
  /// Does what the only part of a tick has to do.
  @inline(__always)
  mutating func act(
    alone part: Int32, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    _ outcome: inout NetworkOutcome
  ) {
    let firstPort = Int32(truncatingIfNeeded: fifoCount)
    let firstSource = Int32(truncatingIfNeeded: fifoCount &+ portCount)
    if part >= firstSource {
      unsafe enterAlone(Int(part &- firstSource), queue.now, packets, &outcome)
    } else if part < firstPort {
      askAlone(Int(part), queue.now, &outcome)
    } else {
      arbitrate(Int(part &- firstPort), queue.now, &outcome)
    }
  }

  /// The head of a FIFO asks.
  @inline(__always)
  private mutating func askAlone(
    _ fifo: Int, _ tick: Int64, _ outcome: inout NetworkOutcome
  ) {
    let slot = unsafe slots[fifo &* depth &+ Int(fifos[fifo].head)]
    guard isOpen(slot.way.port, tick) else {
      ask(fifo)
      var position = 0
      while position < touchedCount {
        arbitrate(unsafe Int(touched[position]), tick, &outcome)
        position &+= 1
      }
      touchedCount = 0
      return
    }
    let arrival = unsafe grant(slot.way.port, toOnly: fifos[fifo].place, tick)
    leave(fifo, tick)
    let port = Int(slot.way.port)
    if port < channels {
      pass(slot.packet, slot.way.next, into: port, readyAt: arrival, &outcome)
    } else {
      arrive(slot.packet, arrival, &outcome)
    }
  }

  /// Whether a port can be granted at a tick to the first who asks; never if there are several.
  @inline(__always)
  private mutating func isOpen(_ port: Int32, _ tick: Int64) -> Bool {
    guard port >= 0 else { return false }
    let port = Int(port)
    if unsafe ports[port].run != run { refresh(port: Int32(truncatingIfNeeded: port)) }
    return unsafe requests[port] == 0 && ports[port].freeAt <= tick
      && (port >= channels || slotFrom(port) <= tick)
  }

  /// Grants an open port; returns when the flit can be granted behind it.
  @inline(__always)
  private func grant(_ port: Int32, toOnly place: Int32, _ tick: Int64) -> Int64 {
    let port = Int(port)
    unsafe ports[port].freeAt = tick &+ ports[port].occupancy
    unsafe ports[port].flits &+= 1
    unsafe ports[port].pointer = place &+ 1
    return unsafe tick &+ ports[port].latency
  }

  /// A flit goes into a FIFO that has a slot, and on as far as it meets nobody.
  @inline(__always)
  mutating func pass(
    _ packet: Int32, _ waypoint: Int32, into fifo: Int, readyAt tick: Int64,
    _ outcome: inout NetworkOutcome
  ) {
    let horizon = min(queue.horizon, nextPlanned)
    var (waypoint, fifo, tick) = (waypoint, fifo, tick)
    while true {
      if unsafe fifos[fifo].run != run { refresh(fifo: fifo) }
      let asks = unsafe max(tick, fifos[fifo].readFrom)
      let way = unsafe ways[Int(waypoint)]
      guard unsafe asks < horizon && fifos[fifo].count == 0, isOpen(way.port, asks) else {
        put(packet, waypoint, into: fifo, readyAt: tick)
        return
      }
      passThrough(fifo, asks)
      tick = unsafe grant(way.port, toOnly: fifos[fifo].place, asks)
      if way.port >= channels { return arrive(packet, tick, &outcome) }
      (waypoint, fifo) = (way.next, Int(way.port))
    }
  }

  /// A flit comes into an empty FIFO and leaves it at a tick.
  @inline(__always)
  private func passThrough(_ fifo: Int, _ tick: Int64) {
    let tail = unsafe Int(fifos[fifo].tail)
    unsafe slots[fifo &* depth &+ tail].tick = tick &+ fifos[fifo].credit
    unsafe fifos[fifo].readFrom = tick &+ fifos[fifo].occupancy
    let isLast = tail &+ 1 == depth
    let next = isLast ? 0 : Int32(truncatingIfNeeded: tail &+ 1)
    unsafe fifos[fifo].tail = next
    unsafe fifos[fifo].head = next
    if isLast { unsafe fifos[fifo].isWrapped = true }
  }
}
