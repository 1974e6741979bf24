/// A heap of neurons by score, the greatest first, of equal ones the lowest neuron.
///
/// Entries are never changed: who raises a score pushes again, and who pops looks whether the score still stands.
struct ScoreHeap {
  private var keys: [UInt64] = []

  /// Whether nothing is left.
  var isEmpty: Bool { keys.isEmpty }

  /// The entry that `pop` takes.
  @inline(__always)
  var top: (score: Int32, vertex: Int)? { keys.first.map(Self.entry) }

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  @inline(__always)
  private static func entry(_ key: UInt64) -> (score: Int32, vertex: Int) {
    (
      Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32) ^ 0x8000_0000),
      Int(UInt32.max - UInt32(truncatingIfNeeded: key))
    )
  }

  mutating func push(_ vertex: Int, score: Int32) {
    let high = UInt64(UInt32(bitPattern: score) ^ 0x8000_0000)
    let key = high << 32 | UInt64(UInt32.max - UInt32(truncatingIfNeeded: vertex))
    keys.append(key)
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard keys[parent] < key else { break }
      keys[child] = keys[parent]
      child = parent
    }
    keys[child] = key
  }

  mutating func pop() {
    guard let last = keys.popLast(), !keys.isEmpty else { return }
    let count = keys.count
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      if child + 1 < count, keys[child + 1] > keys[child] { child += 1 }
      guard keys[child] > last else { break }
      keys[parent] = keys[child]
      parent = child
    }
    keys[parent] = last
  }
}
