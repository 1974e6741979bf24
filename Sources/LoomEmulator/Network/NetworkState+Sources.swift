extension NetworkState {
  /// Plans the entries of a source's packets.
  mutating func plan(
    _ source: Int, _ own: Range<Int>, _ packets: UnsafePointer<NetworkTraffic.Packet>
  ) {
    precondition(unsafe fifos[channels + source].run != run, "a source begins once")
    unsafe sources[source].begin(own)
    for packet in own {
      let waypoint = unsafe Int(packets[packet].waypoint)
      precondition(
        waypoint >= 0 && waypoint < waypoints
          && (unsafe wayRouter[waypoint] == sources[source].router),
        "a way begins where its source is")
    }
    refresh(fifo: channels + source)
    unsafe table.add(Int32(source), own, packets, spacing: sources[source].spacing)
  }

  /// Puts the next planned entry into the queue, and all of the same tick.
  mutating func feed() {
    fedTick = -1
    while cursor < table.count {
      let entry = unsafe table.entries[cursor]
      if fedTick >= 0, entry.tick != fedTick { return }
      let source = Int(entry.source & .max)
      // Of two packets of a source planned for one tick the second is late as soon as the first enters.
      let follows =
        unsafe fedTick >= 0 && sources[source].ready == fedTick
        && sources[source].next < entry.packet
      if unsafe !sources[source].isLate && !follows {
        if fedTick < 0 { (fed, fedTick) = (cursor, entry.tick) }
        unsafe sources[source].next = entry.packet
        unsafe sources[source].ready = entry.tick
        queue.push(
          Int32(truncatingIfNeeded: fifoCount &+ portCount &+ source), at: entry.tick)
      }
      cursor &+= 1
    }
  }

  /// The first tick at which an entry is planned that is not in the queue.
  var nextPlanned: Int64 {
    @inline(__always)
    get { cursor < table.count ? unsafe table.entries[cursor].tick : .max }
  }

  /// A source's next packet, which is ready, enters if there is a slot; returns it, −1 if there is none.
  @inline(__always)
  private mutating func admit(
    _ source: Int, _ tick: Int64, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    _ outcome: inout NetworkOutcome
  ) -> Int32 {
    let fifo = channels &+ source
    let packet = unsafe sources[source].next
    let part = Int32(truncatingIfNeeded: fifoCount &+ portCount &+ source)
    let from = slotFrom(fifo)
    if from > tick {
      if unsafe !sources[source].isLate { fallBehind(source) }
      if from == .max { unsafe fifos[fifo].isAwaited = true } else { queue.push(part, at: from) }
      return -1
    }
    inside &+= 1
    unsafe sources[source].next &+= 1
    if unsafe sources[source].isLate {
      table.correct(Int(packet), to: tick)
      unsafe sources[source].stall &+= tick &- sources[source].ready
      guard unsafe sources[source].next < sources[source].end else {
        late &-= 1
        return packet
      }
    } else {
      // Where the plan has the next packet too early for the FIFO, it is late from now on.
      guard unsafe sources[source].next < sources[source].end,
        unsafe table.ticks[Int(packet) &+ 1] < tick &+ fifos[fifo].occupancy
      else { return packet }
      fallBehind(source)
    }
    let next = unsafe packets[Int(packet) &+ 1]
    let ready = max(next.notBefore, tick &+ next.work)
    unsafe sources[source].ready = ready
    unsafe queue.push(part, at: max(ready, tick &+ fifos[fifo].occupancy))
    return packet
  }

  /// A source cannot keep the plan: from its next packet on it is in the queue for itself.
  private mutating func fallBehind(_ source: Int) {
    unsafe sources[source].isLate = true
    late &+= 1
    for packet in unsafe sources[source].next..<sources[source].end {
      table.correct(Int(packet), to: -1)
    }
  }

  /// A source's next packet enters among other things.
  @inline(__always)
  mutating func enter(
    _ source: Int, _ tick: Int64, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    _ outcome: inout NetworkOutcome
  ) {
    let packet = unsafe admit(source, tick, packets, &outcome)
    if packet < 0 { return }
    unsafe put(
      packet, packets[Int(packet)].waypoint, into: channels &+ source,
      readyAt: tick &+ sources[source].entry)
  }

  /// A source's next packet enters, and nothing else happens in this tick.
  @inline(__always)
  mutating func enterAlone(
    _ source: Int, _ tick: Int64, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    _ outcome: inout NetworkOutcome
  ) {
    let packet = unsafe admit(source, tick, packets, &outcome)
    if packet < 0 { return }
    unsafe pass(
      packet, packets[Int(packet)].waypoint, into: channels &+ source,
      readyAt: tick &+ sources[source].entry, &outcome)
  }
}
