/// One entry of a table that is searched by key and mask: keys whose leading bits are the prefix.
public struct KeyEntry: Sendable, Hashable {
  /// The leading bits, the others zero.
  public var key: UInt64
  /// How many of the key's lowest bits do not matter.
  public var freeBits: Int
  /// The answer (a number given by the caller).
  public var action: Int

  /// Creates an entry.
  public init(key: UInt64, freeBits: Int, action: Int) {
    self.key = key
    self.freeBits = freeBits
    self.action = action
  }

  /// Whether a key matches.
  public func matches(_ other: UInt64) -> Bool { (other ^ key) >> UInt64(freeBits) == 0 }
}

/// What the keys of one block of 2^bits keys need.
public enum KeyDemand: Sendable, Hashable {
  /// Nothing: they never come.
  case never
  /// One answer for all of them. `orNone`: they are content without an entry (default route).
  case one(action: Int, orNone: Bool)
  /// The two halves, lower keys first, differ.
  indirect case halves(KeyDemand, KeyDemand)
}

/// The least set of prefix entries, longest prefix first, that gives every key what it needs.
///
/// Optimal routing table construction (Draves et al., INFOCOM 1999): upwards each block keeps the answers that,
/// inherited from a shorter prefix, cost fewest entries below it (what both halves prefer, else what either does),
/// downwards an entry is written where the inherited answer is not among them. Two things are new: keys that never come
/// prefer nothing, and blocks also know what they cost where no shorter prefix matches, which keys that go straight
/// on are content with. A ternary memory searched in order, longest prefix first, holds the table.
public struct KeyTable: Sendable, Hashable {
  /// The entries, longest prefix first, then by key.
  public private(set) var entries: [KeyEntry] = []

  /// The table for a block of 2^bits keys from key 0 on; no other key comes.
  public init(_ demand: KeyDemand, bits: Int) {
    write(KeyBlock(demand), inherited: nil, key: 0, bits: bits)
    entries.sort { ($0.freeBits, $0.key) < ($1.freeBits, $1.key) }
  }

  /// The answer to a key: that of the first entry that matches, nil where none does.
  public func action(for key: UInt64) -> Int? {
    entries.first { $0.matches(key) }?.action
  }

  private mutating func write(_ block: KeyBlock, inherited: Int?, key: UInt64, bits: Int) {
    var answer = inherited
    if block.needsEntry(inherited: inherited), let preferred = block.preferred?.first {
      answer = preferred
      entries.append(KeyEntry(key: key, freeBits: bits, action: preferred))
    }
    guard bits > 0, let halves = block.halves else { return }
    write(halves.low, inherited: answer, key: key, bits: bits - 1)
    write(halves.high, inherited: answer, key: key | 1 << UInt64(bits - 1), bits: bits - 1)
  }
}

/// A block of keys with what it costs in entries.
private final class KeyBlock {
  /// The answers that cost least if inherited, ascending; nil: any answer.
  let preferred: [Int]?
  /// Entries with a preferred answer inherited; with another one it is one more.
  let cost: Int
  /// Entries where no shorter prefix matches.
  let costWithout: Int
  let halves: (low: KeyBlock, high: KeyBlock)?

  init(_ demand: KeyDemand) {
    switch demand {
    case .never: (preferred, cost, costWithout, halves) = (nil, 0, 0, nil)
    case .one(let action, let orNone):
      (preferred, cost, costWithout, halves) = ([action], 0, orNone ? 0 : 1, nil)
    case .halves(let lower, let upper):
      let (low, high) = (KeyBlock(lower), KeyBlock(upper))
      let (answers, differ) = Self.joined(low.preferred, high.preferred)
      preferred = answers
      cost = low.cost + high.cost + (differ ? 1 : 0)
      costWithout = min(low.costWithout + high.costWithout, cost + 1)
      halves = (low, high)
    }
  }

  /// Whether the least table has an entry for just this block.
  func needsEntry(inherited: Int?) -> Bool {
    if let inherited { return preferred.map { !$0.contains(inherited) } ?? false }
    guard let halves else { return costWithout > cost }
    return costWithout < halves.low.costWithout + halves.high.costWithout
  }

  private static func joined(_ low: [Int]?, _ high: [Int]?) -> (answers: [Int]?, differ: Bool) {
    guard let low else { return (high, false) }
    guard let high else { return (low, false) }
    let both = low.filter(high.contains)
    if !both.isEmpty { return (both, false) }
    return ((low + high).sorted(), true)
  }
}
