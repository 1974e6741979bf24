import LoomBase
import LoomHardware
import LoomImage
import Testing

@Suite("Routing tables by key and prefix")
struct KeyTableTests {
  /// What keys may need: nothing, an answer, an answer or none.
  static let needs: [KeyDemand] = [
    .never, .one(action: 0, orNone: false), .one(action: 1, orNone: false),
    .one(action: 0, orNone: true), .one(action: 1, orNone: true),
  ]

  static func block(_ keys: ArraySlice<KeyDemand>) -> KeyDemand {
    if keys.count == 1, let only = keys.first { return only }
    let middle = keys.startIndex + keys.count / 2
    return .halves(block(keys[..<middle]), block(keys[middle...]))
  }

  static func accepts(_ demand: KeyDemand, _ answer: Int?) -> Bool {
    switch demand {
    case .never: true
    case .one(let action, let orNone): answer == action || (orNone && answer == nil)
    case .halves: false
    }
  }

  /// The fewest entries over all tables of prefixes of two bits, by trying each: entry or none at all, at the
  /// halves and at the keys.
  static func fewest(_ keys: [KeyDemand]) -> Int {
    var best = Int.max
    // Digits base 3 for the seven prefixes: whole, two halves, four keys; 2 stands for no entry.
    for number in 0..<2187 {
      var digits: [Int] = []
      var rest = number
      for _ in 0..<7 {
        digits.append(rest % 3)
        rest /= 3
      }
      let entries = digits.count { $0 != 2 }
      guard entries < best else { continue }
      let isRight = keys.indices.allSatisfy { key in
        let chain = [digits[3 + key], digits[1 + key / 2], digits[0]]
        return accepts(keys[key], chain.first { $0 != 2 })
      }
      if isRight { best = entries }
    }
    return best
  }

  @Test("four keys of any needs: right for each, and no table has fewer entries")
  func least() {
    for number in 0..<625 {
      let keys = [1, 5, 25, 125].map { Self.needs[number / $0 % 5] }
      let table = KeyTable(Self.block(keys[...]), bits: 2)
      for (key, need) in keys.enumerated() {
        #expect(Self.accepts(need, table.action(for: UInt64(key))), "\(keys)")
      }
      #expect(table.entries.count == Self.fewest(keys), "\(keys)")
    }
  }

  @Test("many keys: each gets what it needs from the first entry that matches")
  func many() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<50 {
      var need = Self.needs[0]
      let keys = (0..<256).map { _ -> KeyDemand in
        if generator.next() % 6 == 0 { need = Self.needs[Int(generator.next() % 5)] }
        return need
      }
      let table = KeyTable(Self.block(keys[...]), bits: 8)
      for (key, need) in keys.enumerated() {
        #expect(Self.accepts(need, table.action(for: UInt64(key))))
      }
      #expect(table.entries.count <= keys.count { !Self.accepts($0, nil) })
    }
  }

  @Test("neurons by the cores they send to")
  func sets() {
    let routes = RouteTable(
      offsets: [0, 3, 4, 4, 6], cores: [1, 1, 2, 2, 1, 2], axons: [40, 41, 7, 8, 42, 9])
    let sets = DestinationSets(routes)
    #expect(sets.sets == [[1, 2], [2]])
    #expect(sets.setOfNeuron == [0, 1, -1, 0])
  }
}
