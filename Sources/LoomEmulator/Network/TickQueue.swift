/// The parts of a network that have something to do, by the tick in which: a hierarchical timing wheel
/// (Varghese and Lauck 1987) in which every part has one place of its own.
///
/// Level k has 64 slots for the values of bits 6k to 6k + 5 of a tick; a part lies at the level of the highest bit
/// in which its tick differs from the present one, so it moves at most once for every six bits of its delay, and
/// the short delays of a network mostly not at all. Nothing can be put before the present tick, and no part twice.
@safe struct TickQueue {
  /// A part's place: a link of its slot's list.
  private struct Place {
    var tick: Int64
    var next: Int32
  }

  private static let levels = 11

  /// The tick of the parts taken last.
  private(set) var now: Int64 = 0
  private let places: UnsafeMutablePointer<Place>
  /// First part of each slot, 64 a level, −1: none.
  private let slots: UnsafeMutablePointer<Int32>
  /// Which slots of each level hold something.
  private let filled: UnsafeMutablePointer<UInt64>
  /// Which levels hold something.
  private var filledLevels: UInt32 = 0

  /// A queue for so many parts; `release()` gives the memory back.
  init(parts: Int) {
    unsafe places = UnsafeMutablePointer<Place>.allocate(capacity: max(1, parts))
    unsafe places.initialize(repeating: Place(tick: 0, next: -1), count: parts)
    unsafe slots = UnsafeMutablePointer<Int32>.allocate(capacity: 64 * TickQueue.levels)
    unsafe slots.initialize(repeating: -1, count: 64 * TickQueue.levels)
    unsafe filled = UnsafeMutablePointer<UInt64>.allocate(capacity: TickQueue.levels)
    unsafe filled.initialize(repeating: 0, count: TickQueue.levels)
  }

  /// Gives the memory back.
  func release() {
    unsafe places.deallocate()
    unsafe slots.deallocate()
    unsafe filled.deallocate()
  }

  /// Begins again at tick 0, empty as it ended.
  mutating func restart() {
    now = 0
  }

  /// Puts a part that is not in the queue at a tick that is not past.
  @inline(__always)
  mutating func push(_ part: Int32, at tick: Int64) {
    // A sixth of the highest differing bit, as a product: 43 / 256 is exact up to 63.
    let level = ((63 &- ((tick ^ now) | 1).leadingZeroBitCount) &* 43) &>> 8
    let slot = (tick &>> Int64(level &* 6)) & 63
    let position = level &* 64 &+ Int(slot)
    unsafe places[Int(part)] = Place(tick: tick, next: slots[position])
    unsafe slots[position] = part
    unsafe filled[level] |= 1 &<< UInt64(slot)
    filledLevels |= 1 &<< UInt32(level)
  }

  /// Goes on to the next tick that holds parts; false if there is none.
  @inline(__always)
  mutating func advance() -> Bool {
    guard filledLevels != 0 else { return false }
    if filledLevels & 1 == 0 { descend() }
    now = unsafe now & ~63 | Int64(filled[0].trailingZeroBitCount)
    return true
  }

  /// Moves the first slot of the lowest level that holds something to the levels below.
  private mutating func descend() {
    let level = filledLevels.trailingZeroBitCount
    let slot = unsafe filled[level].trailingZeroBitCount
    unsafe filled[level] &= filled[level] &- 1
    if unsafe filled[level] == 0 { filledLevels &= filledLevels &- 1 }
    var part = unsafe slots[level &* 64 &+ slot]
    unsafe slots[level &* 64 &+ slot] = -1
    now = unsafe places[Int(part)].tick
    var other = unsafe places[Int(part)].next
    while other >= 0 {
      now = unsafe min(now, places[Int(other)].tick)
      other = unsafe places[Int(other)].next
    }
    while part >= 0 {
      let next = unsafe places[Int(part)].next
      unsafe push(part, at: places[Int(part)].tick)
      part = next
    }
  }

  /// Takes one part of the present tick, −1 if all are taken.
  @inline(__always)
  mutating func take() -> Int32 {
    let slot = Int(now & 63)
    let part = unsafe slots[slot]
    if part >= 0 {
      unsafe slots[slot] = places[Int(part)].next
    } else {
      unsafe filled[0] &= ~(1 &<< UInt64(slot))
      if unsafe filled[0] == 0 { filledLevels &= ~1 }
    }
    return part
  }
}
