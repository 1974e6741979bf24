/// When every packet of a run enters if none is held up, in the order of time.
///
/// Most packets of a quiet network enter as planned, so that their order is found once by sorting and no queue has to
/// find it. The memory is kept from run to run.
@safe struct Timetable {
  /// One packet's planned entry.
  struct Entry {
    var tick: Int64
    var packet: Int32
    /// Its source; what `Timetable.isClose` adds says that the source may not be able to keep it.
    var source: Int32
  }

  /// Added to the source of an entry so soon after the one before that the local FIFO may not take it.
  static let isClose = Int32.min
  private static let digitBits: Int64 = 11

  /// The entries by tick.
  private(set) var entries: UnsafeMutablePointer<Entry>
  /// Entries.
  private(set) var count = 0
  /// By packet: the tick in which it enters as planned.
  private(set) var ticks: UnsafeMutablePointer<Int64>
  private var spare: UnsafeMutablePointer<Entry>
  private var capacity = 0
  /// The last tick.
  private var last: Int64 = 0

  init() {
    unsafe entries = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    unsafe spare = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    unsafe ticks = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
  }

  /// Gives the memory back.
  func release() {
    unsafe entries.deallocate()
    unsafe spare.deallocate()
    unsafe ticks.deallocate()
  }

  /// Begins a table of at most so many packets.
  mutating func restart(packets: Int) {
    count = 0
    last = 0
    guard packets > capacity else { return }
    release()
    capacity = max(packets, 2 * capacity)
    unsafe entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    unsafe spare = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    unsafe ticks = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
  }

  /// Adds the packets of a source.
  ///
  /// - Parameter spacing: the ticks between two entries that the local FIFO always takes.
  mutating func add(
    _ source: Int32, _ own: Range<Int>, _ packets: UnsafePointer<NetworkTraffic.Packet>,
    spacing: Int64
  ) {
    precondition(count + own.count <= capacity, "the table has room")
    var previous: Int64 = 0
    for packet in own {
      let tick = unsafe max(packets[packet].notBefore, previous &+ packets[packet].work)
      let isClose = packet > own.lowerBound && tick &- previous < spacing
      unsafe ticks[packet] = tick
      unsafe entries[count] = Entry(
        tick: tick, packet: Int32(truncatingIfNeeded: packet),
        source: isClose ? source | Timetable.isClose : source)
      count &+= 1
      previous = tick
    }
    last = max(last, previous)
  }

  /// Sorts the entries by tick, digit by digit from the lowest; equal ticks stay in the order of sources.
  mutating func sort() {
    var shift: Int64 = 0
    while last >> shift > 0 {
      unsafe Timetable.sort(entries, into: spare, count, shift)
      unsafe swap(&entries, &spare)
      shift += Timetable.digitBits
    }
  }

  private static func sort(
    _ entries: UnsafeMutablePointer<Entry>, into sorted: UnsafeMutablePointer<Entry>,
    _ count: Int, _ shift: Int64
  ) {
    let digits = 1 << Int(digitBits)
    let mask = Int64(digits &- 1)
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: digits) { places in
      unsafe places.initialize(repeating: 0)
      for index in 0..<count {
        unsafe places[Int(entries[index].tick &>> shift & mask)] &+= 1
      }
      var sum: Int32 = 0
      for digit in 0..<digits {
        let own = unsafe places[digit]
        unsafe places[digit] = sum
        sum &+= own
      }
      for index in 0..<count {
        let entry = unsafe entries[index]
        let digit = Int(entry.tick &>> shift & mask)
        unsafe sorted[Int(places[digit])] = entry
        unsafe places[digit] &+= 1
      }
    }
  }

  /// A packet's entry turned out to be at another tick; −1: not known.
  @inline(__always)
  func correct(_ packet: Int, to tick: Int64) { unsafe ticks[packet] = tick }
}
