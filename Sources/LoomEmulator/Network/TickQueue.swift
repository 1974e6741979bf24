/// The parts of a network that have something to do, by the tick in which: a hierarchical timing wheel
/// (Varghese and Lauck 1987) in which every part has one place of its own.
///
/// Level k has 4,096 slots for the values of bits 12k to 12k + 11 of a tick; a part lies at the level of the highest
/// bit in which its tick differs from the present one, so it moves at most once for every twelve bits of its delay. A
/// part that is alone in the first slot of its level is taken from there: no part of a sparse network moves at all.
/// Nothing can be put at the present tick or before it, and no part twice.
@safe package struct TickQueue {
  /// A part's place: a link of its slot's list.
  private struct Place {
    var tick: Int64
    var next: Int32
  }

  /// Bits of a tick that a level stands for; six levels hold every tick.
  private static let bits: Int64 = 12
  private static let levels = 6

  /// The tick of the parts taken last.
  package private(set) var now: Int64 = 0
  private let places: UnsafeMutablePointer<Place>
  /// First part of each slot, 4,096 a level; where a slot is empty it means nothing.
  private let slots: UnsafeMutablePointer<Int32>
  /// Which slots hold something, 64 words a level.
  private let filled: UnsafeMutablePointer<UInt64>
  /// Which words of each level are not 0.
  private let filledWords: UnsafeMutablePointer<UInt64>
  /// Which levels hold something.
  private var filledLevels: UInt32 = 0

  /// A queue for so many parts; `release()` gives the memory back.
  package init(parts: Int) {
    let slotCount = TickQueue.levels << Int(TickQueue.bits)
    unsafe places = UnsafeMutablePointer<Place>.allocate(capacity: max(1, parts))
    unsafe places.initialize(repeating: Place(tick: 0, next: -1), count: parts)
    unsafe slots = UnsafeMutablePointer<Int32>.allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: -1, count: slotCount)
    unsafe filled = UnsafeMutablePointer<UInt64>.allocate(capacity: slotCount / 64)
    unsafe filled.initialize(repeating: 0, count: slotCount / 64)
    unsafe filledWords = UnsafeMutablePointer<UInt64>.allocate(capacity: TickQueue.levels)
    unsafe filledWords.initialize(repeating: 0, count: TickQueue.levels)
  }

  /// Gives the memory back.
  package func release() {
    unsafe places.deallocate()
    unsafe slots.deallocate()
    unsafe filled.deallocate()
    unsafe filledWords.deallocate()
  }

  /// Begins again at a tick, empty as it ended.
  package mutating func restart(at tick: Int64) {
    now = tick
  }

  /// Puts a part that is not in the queue at a tick that is not past.
  @inline(__always)
  package mutating func push(_ part: Int32, at tick: Int64) {
    // A twelfth of the highest differing bit, as a product: 43 / 512 is exact up to 63.
    let level = ((63 &- ((tick ^ now) | 1).leadingZeroBitCount) &* 43) &>> 9
    let slot = Int((tick &>> (Int64(level) &* TickQueue.bits)) & 4095)
    let word = level &* 64 &+ slot &>> 6
    let mask: UInt64 = 1 &<< UInt64(slot & 63)
    let position = level &* 4096 &+ slot
    let others = unsafe filled[word]
    unsafe places[Int(part)] = Place(tick: tick, next: others & mask == 0 ? -1 : slots[position])
    unsafe slots[position] = part
    unsafe filled[word] = others | mask
    unsafe filledWords[level] |= 1 &<< UInt64(slot &>> 6)
    filledLevels |= 1 &<< UInt32(truncatingIfNeeded: level)
  }

  /// Whether nothing is to be done any more.
  package var isEmpty: Bool { filledLevels == 0 }

  /// A tick before which nothing is to be done: that of the next part, or when the slot begins that it shares.
  package var horizon: Int64 {
    @inline(__always)
    get {
      guard filledLevels != 0 else { return .max }
      let level = filledLevels.trailingZeroBitCount
      let word = unsafe level &* 64 &+ filledWords[level].trailingZeroBitCount
      let part = unsafe Int(slots[word &* 64 &+ filled[word].trailingZeroBitCount])
      let place = unsafe places[part]
      if place.next < 0 { return place.tick }
      return place.tick & (-1 &<< (Int64(level) &* TickQueue.bits))
    }
  }

  /// Goes on to the next tick that holds parts and takes them: the first one, −1 if there is none.
  @inline(__always)
  package mutating func takeNext() -> Int32 {
    guard filledLevels != 0 else { return -1 }
    let level = filledLevels.trailingZeroBitCount
    let word = unsafe level &* 64 &+ filledWords[level].trailingZeroBitCount
    let inWord = unsafe filled[word]
    let part = unsafe slots[word &* 64 &+ inWord.trailingZeroBitCount]
    unsafe filled[word] = inWord & (inWord &- 1)
    if inWord & (inWord &- 1) == 0 {
      unsafe filledWords[level] &= filledWords[level] &- 1
      if unsafe filledWords[level] == 0 { filledLevels &= filledLevels &- 1 }
    }
    if unsafe level > 0 && places[Int(part)].next >= 0 { return spread(part) }
    now = unsafe places[Int(part)].tick
    return part
  }

  /// The part taken together with another, −1 if there is no more.
  @inline(__always)
  package func other(than part: Int32) -> Int32 { unsafe places[Int(part)].next }

  /// Takes the earliest parts of a list and puts the others into lower levels.
  private mutating func spread(_ first: Int32) -> Int32 {
    now = .max
    var part = first
    while part >= 0 {
      now = unsafe min(now, places[Int(part)].tick)
      part = unsafe places[Int(part)].next
    }
    var taken: Int32 = -1
    part = first
    while part >= 0 {
      let next = unsafe places[Int(part)].next
      if unsafe places[Int(part)].tick == now {
        unsafe places[Int(part)].next = taken
        taken = part
      } else {
        unsafe push(part, at: places[Int(part)].tick)
      }
      part = next
    }
    return taken
  }
}
