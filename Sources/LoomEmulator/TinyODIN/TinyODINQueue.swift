/// The event queue of a tinyODIN core: first in, first out, of fixed depth.
///
/// What is appended in a cycle is there from the next one on; an append to a full queue is lost.
struct TinyODINQueue {
  /// A queued event: a spike of a source if the weight is zero, else a virtual event.
  struct Entry: Hashable {
    var weight: Int8
    var address: UInt8
  }

  private var entries = [Entry](
    repeating: Entry(weight: 0, address: 0), count: TinyODINTiming.queueDepth)
  private var head = 0
  private(set) var count = 0
  private var fullSince = 0
  /// Cycles with every place taken.
  private(set) var fullCycles = 0
  /// Appends lost.
  private(set) var dropped = 0

  var isEmpty: Bool { count == 0 }
  var isFull: Bool { count == entries.count }
  /// The oldest entry; the queue must not be empty.
  var oldest: Entry { entries[head] }

  /// Appends an entry in a cycle.
  mutating func append(_ entry: Entry, in cycle: Int) {
    guard !isFull else {
      dropped += 1
      return
    }
    entries[(head + count) % entries.count] = entry
    count += 1
    if isFull { fullSince = cycle + 1 }
  }

  /// Removes the oldest entry: the cycle given is the first without it.
  mutating func removeOldest(by cycle: Int) {
    precondition(!isEmpty, "an empty queue has no oldest entry")
    if isFull { fullCycles += cycle - fullSince }
    head = (head + 1) % entries.count
    count -= 1
  }
}
