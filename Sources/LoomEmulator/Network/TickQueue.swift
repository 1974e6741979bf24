/// The parts of a network that have something to do, by the tick in which: a monotone radix heap
/// (Ahuja et al. 1990) in which every part has one place of its own.
///
/// A part lies in the bucket of the highest bit in which its tick differs from the present one, so it moves at most
/// once for each bit of its delay; short delays, which a network has, cost next to nothing. Nothing can be put
/// before the present tick, and no part twice.
@safe struct TickQueue {
  /// A part's place: a link of its bucket's list.
  private struct Place {
    var tick: Int64
    var next: Int32
  }

  /// The tick of the parts taken last.
  private(set) var now: Int64 = 0
  private let places: UnsafeMutablePointer<Place>
  /// First part of each bucket, −1: none; bucket 0 holds the present tick.
  private let buckets: UnsafeMutablePointer<Int32>
  /// Which of the buckets 1 to 64 hold something.
  private var filled: UInt64 = 0

  /// A queue for so many parts; `release()` gives the memory back.
  init(parts: Int) {
    unsafe places = UnsafeMutablePointer<Place>.allocate(capacity: parts)
    unsafe places.initialize(repeating: Place(tick: 0, next: -1), count: parts)
    unsafe buckets = UnsafeMutablePointer<Int32>.allocate(capacity: 65)
    unsafe buckets.initialize(repeating: -1, count: 65)
  }

  /// Gives the memory back.
  func release() {
    unsafe places.deallocate()
    unsafe buckets.deallocate()
  }

  /// Begins again at tick 0, empty as it ended.
  mutating func restart() {
    now = 0
  }

  /// Puts a part that is not in the queue at a tick that is not past.
  @inline(__always)
  mutating func push(_ part: Int32, at tick: Int64) {
    let bucket = 64 &- (tick ^ now).leadingZeroBitCount
    unsafe places[Int(part)] = Place(tick: tick, next: buckets[bucket])
    unsafe buckets[bucket] = part
    filled |= (1 &<< UInt64(truncatingIfNeeded: bucket)) >> 1
  }

  /// Goes on to the next tick that holds parts; false if there is none.
  @inline(__always)
  mutating func advance() -> Bool {
    guard unsafe buckets[0] < 0 else { return true }
    guard filled != 0 else { return false }
    let bucket = filled.trailingZeroBitCount &+ 1
    filled &= filled &- 1
    var part = unsafe buckets[bucket]
    unsafe buckets[bucket] = -1
    // Bucket 1 differs in the last bit alone: all of it is due at once.
    var soonest = unsafe places[Int(part)].tick
    if bucket > 1 {
      var other = unsafe places[Int(part)].next
      while other >= 0 {
        soonest = unsafe min(soonest, places[Int(other)].tick)
        other = unsafe places[Int(other)].next
      }
      now = soonest
      while part >= 0 {
        let next = unsafe places[Int(part)].next
        unsafe push(part, at: places[Int(part)].tick)
        part = next
      }
    } else {
      now = soonest
      unsafe buckets[0] = part
    }
    return true
  }

  /// Takes one part of the present tick, −1 if all are taken.
  @inline(__always)
  mutating func take() -> Int32 {
    let part = unsafe buckets[0]
    if part >= 0 { unsafe buckets[0] = places[Int(part)].next }
    return part
  }
}
