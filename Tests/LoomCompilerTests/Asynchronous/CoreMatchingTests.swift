import LoomBase
import LoomCompiler
import Testing

@Suite("Layers matched to cores")
struct CoreMatchingTests {
  @Test("moves a placed layer on where taking the first core that fits would fail")
  func augments() {
    // In order, layer 0 would take core 0 and layer 1, which fits nowhere else, would have none.
    #expect(CoreMatching.match([[0, 1], [0]], cores: 2) == .complete([1, 0]))
    // A way over two moves: 2 pushes 1 off core 1, which pushes 0 off core 2.
    #expect(CoreMatching.match([[2, 3], [1, 2], [1]], cores: 4) == .complete([3, 2, 1]))
  }

  @Test("names the layers that have too few cores between them")
  func crowded() {
    #expect(
      CoreMatching.match([[3], [0, 1], [0, 1], [2], [0, 1]], cores: 4)
        == .crowded(layers: [1, 2, 4], cores: [0, 1]))
    #expect(CoreMatching.match([[0], []], cores: 1) == .crowded(layers: [1], cores: []))
    #expect(CoreMatching.match([], cores: 3) == .complete([]))
  }

  @Test("finds an assignment exactly where one exists", arguments: 0..<UInt64(60))
  func exhaustive(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let layers = 1 + Int(generator.next() % 6)
    let cores = 1 + Int(generator.next() % 6)
    let choices = (0..<layers).map { _ in
      (0..<cores).filter { _ in Int(generator.next() % 5) < 2 }
    }
    switch CoreMatching.match(choices, cores: cores) {
    case .complete(let assigned):
      #expect(Set(assigned).count == layers)
      #expect(zip(assigned, choices).allSatisfy { $1.contains($0) })
    case .crowded(let crowd, let places):
      #expect(!exists(choices, taken: []))
      #expect(places.count < crowd.count)
      #expect(Set(crowd.flatMap { choices[$0] }) == Set(places))
    }
  }

  /// Tries every way.
  private func exists(_ choices: [[Int]], taken: Set<Int>) -> Bool {
    guard let first = choices.first else { return true }
    return first.contains { core in
      !taken.contains(core) && exists(Array(choices.dropFirst()), taken: taken.union([core]))
    }
  }
}
