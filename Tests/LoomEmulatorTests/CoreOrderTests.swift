import LoomBase
import LoomEmulator
import Testing

@Suite("Order of cores")
struct CoreOrderTests {
  @Test("a chain is one core after the other, whatever their numbers")
  func chain() {
    #expect(CoreOrder.groups([[], [3], [0], [2]]) == [[1], [3], [2], [0]])
  }

  @Test("cores in a ring are one group, what feeds them comes before, what they feed after")
  func ring() {
    // 4 → 0 → 1 → 2 → 0, 2 → 3, and 3 to itself.
    #expect(CoreOrder.groups([[1], [2], [0, 3], [3], [0]]) == [[4], [0, 1, 2], [3]])
  }

  @Test("cores side by side stand in the order of their numbers")
  func parallel() {
    #expect(CoreOrder.groups([[4], [4], [5], [], [], []]) == [[0], [1], [2], [3], [4], [5]])
  }

  @Test("a chain of a hundred thousand cores")
  func long() {
    let count = 100_000
    let targets = (0..<count).map { $0 + 1 < count ? [$0 + 1] : [] }
    #expect(CoreOrder.groups(targets) == (0..<count).map { [$0] })
  }

  @Test("groups are those that reach one another, no group hears of a later one", arguments: 0..<40)
  func random(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let count = 1 + seed % 13
    let targets: [[Int]] = (0..<count).map { _ in
      (0..<count).filter { _ in generator.next() % 100 < UInt64(4 * (seed % 7)) }
    }
    // Warshall's closure, an independent way to the same groups.
    var reaches = (0..<count).map { core in
      (0..<count).map { $0 == core || targets[core].contains($0) }
    }
    for middle in 0..<count {
      for from in 0..<count where reaches[from][middle] {
        for to in 0..<count where reaches[middle][to] { reaches[from][to] = true }
      }
    }
    let groups = CoreOrder.groups(targets)
    #expect(groups.flatMap { $0 }.sorted() == Array(0..<count))
    for (place, group) in groups.enumerated() {
      let mutual = (0..<count).filter { reaches[group[0]][$0] && reaches[$0][group[0]] }
      #expect(group == mutual)
      for later in groups[(place + 1)...] {
        #expect(!reaches[later[0]][group[0]])
      }
    }
  }
}
