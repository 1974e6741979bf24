/// An output of a router: its times and its state in one record, because a flit that takes it needs all of them.
struct PortRecord {
  let latency: Int64
  let occupancy: Int64
  /// Ticks between two grants after which nobody waits: the port is free, the FIFO behind has a slot and is read.
  let spacing: Int64
  /// The tick from which it may be granted again.
  var freeAt: Int64 = 0
  /// That of the grant before the last one, as far as packets glide.
  var freeBefore: Int64 = 0
  var flits: Int32 = 0
  /// Where round robin begins.
  var pointer: Int32 = 0
  /// The run it was last used in.
  var run: Int32 = 0
  /// The place of the FIFO behind it in the round robin there.
  let placeBehind: Int32
  /// Where the inputs of its router begin.
  let firstInput: Int32
  /// The input picked early; −1: none.
  var chosen: Int32 = -1
  /// Since when a flit waits for a slot; −1: none does.
  var heldSince: Int64 = -1
  /// When it is looked at next, as planned last.
  var wakeAt: Int64 = -1
  /// Ticks it was held.
  var held: Int64 = 0
  /// The flit in its register, while that waits for a slot.
  var packet: Int32 = 0
  var waypoint: Int32 = 0
  /// Whether it waits for a slot nobody has left yet.
  var isBlocked = false
  /// Whether it is on the list of this tick.
  var isTouched = false

  init(_ port: NetworkPlan.Port, spacing: Int64, placeBehind: Int32) {
    latency = port.latency
    occupancy = port.occupancy
    self.spacing = spacing
    self.placeBehind = placeBehind
    firstInput = port.firstInput
  }

  /// The same port at the start of a run.
  init(_ port: PortRecord, run: Int32) {
    latency = port.latency
    occupancy = port.occupancy
    spacing = port.spacing
    placeBehind = port.placeBehind
    firstInput = port.firstInput
    self.run = run
  }
}

/// An input of a router: times and state.
struct FifoRecord {
  let credit: Int64
  let occupancy: Int64
  /// The tick from which its head may leave.
  var readFrom: Int64 = 0
  /// The slots of its oldest flit and of the next one to come.
  var head: Int32 = 0
  var tail: Int32 = 0
  var count: Int32 = 0
  /// Copies of the head that have not gone.
  var pending: Int32 = 0
  var run: Int32 = 0
  let place: Int32
  /// Whether every slot has been used.
  var isWrapped = false
  /// A source's FIFO: whether the source waits for a slot nobody has left yet.
  var isAwaited = false

  init(_ fifo: NetworkPlan.Fifo) {
    credit = fifo.credit
    occupancy = fifo.occupancy
    place = fifo.place
  }

  /// The same FIFO at the start of a run.
  init(_ fifo: FifoRecord, run: Int32) {
    credit = fifo.credit
    occupancy = fifo.occupancy
    place = fifo.place
    self.run = run
  }
}

/// A place for a flit; an empty one keeps the tick from which its credit is usable.
struct SlotRecord {
  var tick: Int64 = 0
  var packet: Int32 = 0
  /// Where the flit goes on, looked up when it comes: by the time it is needed memory has answered.
  var way = WayRecord(port: 0, next: 0)
}

/// What a source has to send.
struct SourceRecord {
  /// Ticks from entry to the first possible grant.
  let entry: Int64
  /// Ticks between two entries that its local FIFO always takes.
  let spacing: Int64
  /// When its next packet is ready.
  var ready: Int64 = -1
  /// Ticks its packets were ready and could not enter.
  var stall: Int64 = 0
  /// The packets: the first, the next, and where they end.
  var first: Int32 = 0
  var next: Int32 = 0
  var end: Int32 = 0
  /// The place of its FIFO among the inputs of its router.
  let place: Int32
  let router: Int32
  /// Whether it could not keep the plan.
  var isLate = false

  init(entry: Int64, spacing: Int64, place: Int32, router: Int32) {
    self.entry = entry
    self.spacing = spacing
    self.place = place
    self.router = router
  }

  /// Has so many packets to send.
  mutating func begin(_ packets: Range<Int>) {
    stall = 0
    ready = -1
    first = Int32(packets.lowerBound)
    next = first
    end = Int32(packets.upperBound)
    isLate = false
  }
}

/// An output that a flit at a waypoint asks for, and the waypoint behind it.
struct WayRecord {
  /// −1: several outputs, of the waypoint `next` itself.
  var port: Int32
  var next: Int32
}
