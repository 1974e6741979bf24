/// Whole ways at once, where nobody meets anybody.
///
/// A network's links are mostly idle: nearly all packets enter as planned and are granted every output in the tick in
/// which they ask. So packets are taken in the order of their planned entries, and each is walked along its way to the
/// end, noting at each output when it takes it. As long as the grants of every output stay its `spacing` apart, no
/// packet waits for an output, a slot, or its turn, and what was noted is exactly what event by event would have come
/// out. When two come closer, all is taken back to the last tick at which the network was empty and from there done
/// event by event, until it is empty again.
extension NetworkState {
  /// An output's round robin before a packet took it.
  struct Trace {
    var port: Int32
    var pointer: Int32
  }

  /// Grants that can be taken back.
  static let longestTrace = 1 << 16

  /// Walks packets along their ways from the cursor on, until two meet; the cursor is then where events begin.
  mutating func glide(
    _ packets: UnsafePointer<NetworkTraffic.Packet>, _ outcome: inout NetworkOutcome
  ) {
    var first = cursor
    var emptyFrom: Int64 = -1
    var index = cursor
    traced = 0
    while index < table.count {
      let entry = unsafe table.entries[index]
      if entry.tick >= emptyFrom {
        first = index
        traced = 0
      }
      let taken = unsafe entry.source < 0 ? -1 : glide(entry, packets, &outcome)
      if taken < 0 {
        (cursor, met) = (first, index)
        takeBack(first..<index, &outcome)
        return
      }
      emptyFrom = max(emptyFrom, taken &+ settling)
      index &+= 1
    }
    cursor = index
  }

  /// Walks a packet along its way; returns the tick of its last grant, −1 if it meets another packet.
  @inline(__always)
  private mutating func glide(
    _ entry: Timetable.Entry, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    _ outcome: inout NetworkOutcome
  ) -> Int64 {
    var tick = unsafe entry.tick &+ sources[Int(entry.source)].entry
    var place = unsafe sources[Int(entry.source)].place
    var waypoint = unsafe packets[Int(entry.packet)].waypoint
    while true {
      let way = unsafe ways[Int(waypoint)]
      let port = Int(way.port)
      if unsafe ports[port].run != run { refresh(port: way.port) }
      guard grant(port, toOneAt: place, tick) else { return -1 }
      if port >= channels {
        unsafe outcome.glide(Int(entry.packet), to: tick &+ ports[port].latency)
        return tick
      }
      unsafe tick &+= ports[port].latency
      unsafe place = ports[port].placeBehind
      waypoint = way.next
    }
  }

  /// Notes a grant that is far enough from the others of the port; false: it may not be.
  @inline(__always)
  private mutating func grant(_ port: Int, toOneAt place: Int32, _ tick: Int64) -> Bool {
    guard traced < NetworkState.longestTrace else { return false }
    let (freeAt, spacing) = unsafe (ports[port].freeAt, ports[port].spacing)
    unsafe trace[traced] = Trace(
      port: Int32(truncatingIfNeeded: port), pointer: ports[port].pointer)
    if freeAt <= tick {
      unsafe ports[port].freeBefore = freeAt
      unsafe ports[port].freeAt = tick &+ spacing
      unsafe ports[port].pointer = place &+ 1
    } else {
      // One that entered earlier comes here later: between it and the one before there may be room.
      guard unsafe ports[port].freeBefore <= tick, tick &+ 2 &* spacing <= freeAt else {
        return false
      }
      unsafe ports[port].freeBefore = tick &+ spacing
    }
    unsafe ports[port].flits &+= 1
    traced &+= 1
    return true
  }

  /// Takes back all grants since the network was empty; no port was occupied then.
  private mutating func takeBack(_ entries: Range<Int>, _ outcome: inout NetworkOutcome) {
    while traced > 0 {
      traced &-= 1
      let grant = unsafe trace[traced]
      let port = Int(grant.port)
      unsafe ports[port].pointer = grant.pointer
      unsafe ports[port].flits &-= 1
      unsafe ports[port].freeAt = 0
      unsafe ports[port].freeBefore = 0
    }
    for index in entries { unsafe outcome.takeBack(Int(table.entries[index].packet)) }
  }
}
