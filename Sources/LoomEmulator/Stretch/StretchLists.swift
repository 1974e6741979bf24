/// Who fired in which step of a stretch, list after list.
package struct StretchLists: Sendable {
  /// Where a list is.
  package struct Head: Sendable {
    /// The stretch it was written in.
    var stamp: UInt32 = 0
    package var firstPair: UInt32 = 0
    package var pairs: UInt32 = 0
    package var firstSingle: UInt32 = 0
    package var singles: UInt32 = 0
  }

  /// The stretch in the works.
  private(set) var stamp: UInt32 = 0
  package var heads: [Head]
  /// By list and step how many of its neurons fired.
  package var counts: [UInt8]
  /// Two neurons of one step: in the lower six bits one's place in its word, from bit 16 on the other's, from bit 6 on the step.
  package var pairs: [UInt32] = []
  /// The same of neurons by themselves.
  package var singles: [UInt16] = []
  /// How many of each there are.
  private(set) var pairCount = 0
  private(set) var singleCount = 0
  /// Entries that there is room for from the beginning, if there are lists for so many: mostly enough.
  private static let usual = 1 << 15

  package init(lists: Int) {
    heads = Array(repeating: Head(), count: lists)
    counts = Array(repeating: 0, count: lists * StretchKernel.mostSteps)
    reserve(
      pairs: min(counts.count, StretchLists.usual), singles: min(counts.count, StretchLists.usual))
  }

  /// Opens a stretch: no list is written yet.
  package mutating func open() {
    stamp &+= 1
    pairCount = 0
    singleCount = 0
  }

  /// Whether a list is written.
  func has(_ list: Int) -> Bool { heads[list].stamp == stamp }

  /// Makes room for so many more.
  mutating func reserve(pairs more: Int, singles others: Int) {
    if pairs.count < pairCount + more {
      pairs += Array(repeating: 0, count: pairCount + more)
    }
    if singles.count < singleCount + others {
      singles += Array(repeating: 0, count: singleCount + others)
    }
  }

  /// Notes a list whose entries follow the last ones.
  mutating func take(_ list: Int, pairs: Int, singles: Int) {
    heads[list] = Head(
      stamp: stamp, firstPair: UInt32(pairCount), pairs: UInt32(pairs),
      firstSingle: UInt32(singleCount), singles: UInt32(singles))
    pairCount += pairs
    singleCount += singles
  }

  /// Gives an empty list room for so many neurons by themselves.
  mutating func open(_ list: Int, singles room: Int) {
    reserve(pairs: 0, singles: room)
    heads[list] = Head(stamp: stamp, firstSingle: UInt32(singleCount))
    singleCount += room
  }
}
