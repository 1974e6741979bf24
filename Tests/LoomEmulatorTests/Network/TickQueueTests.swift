import LoomBase
import LoomEmulator
import Testing

@Suite("The queue of ticks")
struct TickQueueTests {
  /// What a queue holds, in a list that is searched from end to end.
  private struct PlainQueue {
    var parts: [(part: Int32, tick: Int64)] = []

    mutating func takeNext() -> (tick: Int64, parts: Set<Int32>)? {
      guard let tick = parts.map(\.tick).min() else { return nil }
      let taken = Set(parts.filter { $0.tick == tick }.map(\.part))
      parts.removeAll { $0.tick == tick }
      return (tick, taken)
    }
  }

  private static func takeAll(_ queue: inout TickQueue) -> Set<Int32> {
    var taken: Set<Int32> = []
    var part = queue.takeNext()
    while part >= 0 {
      taken.insert(part)
      part = queue.other(than: part)
    }
    return taken
  }

  @Test(
    "gives parts in the order of a list that is searched, for delays of any length",
    arguments: [3, 40, 5000, 20_000_000, 1 << 50])
  func equalsPlainQueue(longest: Int64) {
    for seed in 0..<20 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var plain = PlainQueue()
      var queue = TickQueue(parts: 50)
      defer { queue.release() }
      queue.restart(at: Int64.random(in: 0...longest, using: &random))
      var free = Set((0..<50).map { Int32($0) })
      for _ in 0..<600 {
        // Delays of very different length at once: what is far away stays while much that is near passes.
        for part in free.sorted() where Int.random(in: 0..<4, using: &random) == 0 {
          let most = max(1, longest >> Int64.random(in: 0...20, using: &random))
          let tick = queue.now + Int64.random(in: 1...most, using: &random)
          queue.push(part, at: tick)
          plain.parts.append((part, tick))
          free.remove(part)
        }
        #expect(queue.isEmpty == plain.parts.isEmpty)
        #expect(queue.horizon <= plain.parts.map(\.tick).min() ?? .max && queue.horizon > queue.now)
        let taken = Self.takeAll(&queue)
        guard let expected = plain.takeNext() else {
          #expect(taken.isEmpty)
          continue
        }
        #expect(taken == expected.parts && queue.now == expected.tick, "seed \(seed)")
        free.formUnion(taken)
      }
    }
  }
}
