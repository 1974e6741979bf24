extension NetworkState {
  /// Runs until nothing moves any more.
  mutating func move(
    _ packets: UnsafePointer<NetworkTraffic.Packet>, _ outcome: inout NetworkOutcome
  ) {
    table.sort()
    cursor = 0
    (late, inside, met) = (0, 0, -1)
    while cursor < table.count {
      if canGlide { unsafe glide(packets, &outcome) }
      if cursor < table.count { unsafe work(packets, &outcome) }
    }
  }

  /// Works event by event from the cursor on, until the network is empty or nothing moves any more.
  private mutating func work(
    _ packets: UnsafePointer<NetworkTraffic.Packet>, _ outcome: inout NetworkOutcome
  ) {
    let firstSource = Int32(truncatingIfNeeded: fifoCount &+ portCount)
    queue.restart(at: nextPlanned)
    feed()
    while true {
      let part = queue.takeNext()
      if part < 0 { return }
      let isAlone = queue.other(than: part) < 0
      if isAlone, part >= firstSource, fed > met, isEmpty(outcome.lastDelivery) {
        cursor = fed
        return
      }
      if isAlone, canPass {
        unsafe act(alone: part, packets, &outcome)
      } else {
        unsafe act(first: part, packets, &outcome)
      }
      if queue.now == fedTick { feed() }
    }
  }

  /// Whether, when a planned entry is due, nothing else is to be done and nothing of earlier packets can be told.
  @inline(__always)
  private func isEmpty(_ lastDelivery: Int64) -> Bool {
    inside == 0 && late == 0 && canGlide && queue.isEmpty
      && queue.now >= lastDelivery &+ settling
  }

  /// Does all that is to be done in a tick: what changes first, then the grants.
  private mutating func act(
    first: Int32, _ packets: UnsafePointer<NetworkTraffic.Packet>, _ outcome: inout NetworkOutcome
  ) {
    let firstPort = Int32(truncatingIfNeeded: fifoCount)
    let firstSource = Int32(truncatingIfNeeded: fifoCount &+ portCount)
    let tick = queue.now
    var part = first
    while part >= 0 {
      let other = queue.other(than: part)
      if part < firstPort {
        ask(Int(part))
      } else if part < firstSource {
        touch(part &- firstPort)
      } else {
        unsafe enter(Int(part &- firstSource), tick, packets, &outcome)
      }
      part = other
    }
    var position = 0
    while position < touchedCount {
      arbitrate(unsafe Int(touched[position]), tick, &outcome)
      position &+= 1
    }
    touchedCount = 0
  }

  /// A copy arrives.
  @inline(__always)
  mutating func arrive(_ packet: Int32, _ tick: Int64, _ outcome: inout NetworkOutcome) {
    inside &-= 1
    outcome.deliver(Int(packet), tick)
  }

  /// Plans a look at a port.
  @inline(__always)
  private mutating func wake(_ port: Int, at tick: Int64) {
    guard unsafe ports[port].wakeAt != tick else { return }
    unsafe ports[port].wakeAt = tick
    queue.push(Int32(truncatingIfNeeded: fifoCount &+ port), at: tick)
  }

  /// Puts a port on the list of this tick.
  @inline(__always)
  mutating func touch(_ port: Int32) {
    guard unsafe !ports[Int(port)].isTouched else { return }
    unsafe ports[Int(port)].isTouched = true
    unsafe touched[touchedCount] = port
    touchedCount &+= 1
  }

  /// The head of a FIFO asks for its outputs.
  @inline(__always)
  mutating func ask(_ fifo: Int) {
    let way = unsafe slots[fifo &* depth &+ Int(fifos[fifo].head)].way
    let place = unsafe Int(fifos[fifo].place)
    if way.port >= 0 {
      unsafe fifos[fifo].pending = 1
      ask(way.port, place)
    } else {
      var position = unsafe Int(wayStart[Int(way.next)])
      let end = unsafe Int(wayStart[Int(way.next) &+ 1])
      unsafe fifos[fifo].pending = Int32(truncatingIfNeeded: end &- position)
      while position < end {
        unsafe ask(exits[position].port, place)
        position &+= 1
      }
    }
  }

  /// The head at a place asks for one port.
  @inline(__always)
  private mutating func ask(_ port: Int32, _ place: Int) {
    if unsafe ports[Int(port)].run != run { refresh(port: port) }
    unsafe requests[Int(port) &* words &+ place &>> 6] |= 1 &<< UInt64(place & 63)
    touch(port)
  }

  /// Makes a port as new, for its first use in a run.
  mutating func refresh(port: Int32) {
    let times = unsafe ports[Int(port)]
    unsafe ports[Int(port)] = PortRecord(times, run: run)
    for word in 0..<words { unsafe requests[Int(port) * words + word] = 0 }
    unsafe used[usedCount] = port
    usedCount += 1
  }

  /// Makes a FIFO as new.
  func refresh(fifo: Int) {
    let times = unsafe fifos[fifo]
    unsafe fifos[fifo] = FifoRecord(times, run: run)
  }

  /// Grants a port to one of the inputs that ask for it, if it is free and there is a slot.
  @inline(__always)
  mutating func arbitrate(_ port: Int, _ tick: Int64, _ outcome: inout NetworkOutcome) {
    unsafe ports[port].isTouched = false
    let freeAt = unsafe ports[port].freeAt
    if freeAt > tick {
      // With its register full a port is looked at when that is empty.
      if freeAt < .max { wake(port, at: freeAt) }
      return
    }
    if hasRegisters { unsafe ports[port].pointer = Int32((tick &+ turnFirst) % turnPlaces) }
    var input = unsafe Int(ports[port].chosen)
    if input < 0 {
      input = firstRequest(port)
      if input < 0 { return }
      if choosesEarly { unsafe ports[port].chosen = Int32(truncatingIfNeeded: input) }
    }
    if port < channels, !hasRegisters {
      let from = slotFrom(port)
      if from > tick {
        if unsafe ports[port].heldSince < 0 { unsafe ports[port].heldSince = tick }
        if from == .max { unsafe ports[port].isBlocked = true } else { wake(port, at: from) }
        return
      }
    }
    grant(port, to: input, tick, &outcome)
  }

  /// The first input that asks, from the pointer on and round; −1: none asks.
  @inline(__always)
  private mutating func firstRequest(_ port: Int) -> Int {
    let pointer = unsafe Int(ports[port].pointer)
    guard words == 1 else { return firstOfMany(port, pointer) }
    let asking = unsafe requests[port]
    let later = asking & (~0 << UInt64(pointer))
    return asking == 0 ? -1 : (later == 0 ? asking : later).trailingZeroBitCount
  }

  private mutating func firstOfMany(_ port: Int, _ pointer: Int) -> Int {
    for step in 0...words {
      let word = (pointer / 64 + step) % words
      var asking = unsafe requests[port * words + word]
      if step == 0 { asking &= ~0 << UInt64(pointer % 64) }
      if step == words { asking &= ~(~0 << UInt64(pointer % 64)) }
      if asking != 0 { return word * 64 + asking.trailingZeroBitCount }
    }
    return -1
  }

  @inline(__always)
  private mutating func grant(
    _ port: Int, to input: Int, _ tick: Int64, _ outcome: inout NetworkOutcome
  ) {
    unsafe ports[port].freeAt = tick &+ ports[port].occupancy
    unsafe ports[port].flits &+= 1
    unsafe ports[port].pointer = Int32(truncatingIfNeeded: input &+ 1)
    unsafe ports[port].chosen = -1
    if unsafe ports[port].heldSince >= 0 {
      unsafe ports[port].held &+= tick &- ports[port].heldSince
      unsafe ports[port].heldSince = -1
    }
    unsafe requests[port &* words &+ input &>> 6] &= ~(1 &<< UInt64(input & 63))
    let fifo = unsafe Int(inputs[Int(ports[port].firstInput) &+ input])
    let slot = unsafe slots[fifo &* depth &+ Int(fifos[fifo].head)]
    let arrival = unsafe tick &+ ports[port].latency
    if port < channels {
      let next = next(on: slot.way, at: port)
      if unsafe fifos[port].run != run { refresh(fifo: port) }
      if hasRegisters {
        register(slot.packet, next, at: port, tick)
      } else {
        put(slot.packet, next, into: port, readyAt: arrival)
      }
    } else {
      arrive(slot.packet, arrival, &outcome)
    }
    // Others still ask: the next look is when the port is free again.
    let freeAt = unsafe ports[port].freeAt
    if freeAt < .max, unsafe words > 1 || requests[port] != 0 { wake(port, at: freeAt) }
    unsafe fifos[fifo].pending &-= 1
    if unsafe fifos[fifo].pending == 0 { leave(fifo, tick) }
  }

  /// The waypoint behind a port that a flit takes.
  @inline(__always)
  private mutating func next(on way: WayRecord, at port: Int) -> Int32 {
    if way.port >= 0 { return way.next }
    var position = unsafe Int(wayStart[Int(way.next)])
    while unsafe exits[position].port != port { position &+= 1 }
    return unsafe exits[position].next
  }
}
