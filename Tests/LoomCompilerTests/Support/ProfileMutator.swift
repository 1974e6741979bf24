import LoomBase

/// Changes profile documents at random: keys and values of the tree, then now and then the bytes.
struct ProfileMutator {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Values that are hard on a reader.
  private static let hostile: [JSONValue] = [
    .null, .boolean(true), .boolean(false), .integer(0), .integer(1), .integer(-1), .integer(2),
    .integer(.max), .integer(.min), .integer(1 << 36), .integer(1 << 24), .integer(65_536),
    .number(0.5), .number(-0.0), .number(1e308), .number(-1e308), .number(1e-300),
    .number(9.3e18), .text(""), .text("x"), .text("NaN"), .array([]), .object([:]),
    .array([.integer(1), .integer(2)]), .text(String(repeating: "/~", count: 200)),
  ]
  private static let words = [
    "mesh", "tree", "crossbar", "packedEntries", "sharedKernels", "barrier", "fixedTick",
    "asynchronous", "native", "secondCompartment", "none", "assumed", "pJ", "rate", "ttfs",
  ]
  private static let pieces = [
    "NaN", "-Infinity", "1e999", "[[[[", "}}", "\"", "\\u0000", "9999999999999999999999", ",", ":",
  ]

  /// One mutant: bytes of a document with one to three changes.
  mutating func mutant(of document: JSONValue, _ places: [String]) -> [UInt8] {
    var changed = document
    for _ in 0...below(3) { change(&changed, places) }
    var bytes = Array(JSONText.encode(changed).utf8)
    if below(5) == 0 { spoil(&bytes) }
    return bytes
  }

  private mutating func change(_ document: inout JSONValue, _ places: [String]) {
    let place = places[below(places.count)]
    guard let value = document.value(at: place) else { return }
    switch below(8) {
    case 0: remove(place, from: &document)
    case 1: add(Self.hostile[below(Self.hostile.count)], beside: place, in: &document)
    case 2: _ = document.replace(at: place, with: Self.hostile[below(Self.hostile.count)])
    case 3: _ = document.replace(at: place, with: .text(Self.words[below(Self.words.count)]))
    case 4:
      let other = places[below(places.count)]
      if let copy = document.value(at: other) { _ = document.replace(at: place, with: copy) }
    case 5: _ = document.replace(at: place, with: nested(value, depth: 1 + below(200)))
    default: _ = document.replace(at: place, with: tweaked(value))
    }
  }

  /// A number near or far, a truth value turned round, a quantity with another number: often still a profile.
  private mutating func tweaked(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(var members):
      guard let number = members["value"] else { return value }
      members["value"] = tweaked(number)
      return .object(members)
    case .boolean(let flag): return .boolean(!flag)
    case .integer(let number):
      let choices = [
        0, 1, number &+ 1, number / 2, number &* 2, 1 << below(40), below(1 << 20), 3,
      ]
      return .integer(choices[below(choices.count)])
    case .number(let number): return .number(number * Double(below(5)))
    default: return value
    }
  }

  private func nested(_ value: JSONValue, depth: Int) -> JSONValue {
    (0..<depth).reduce(value) { inner, level in
      level % 2 == 0 ? .array([inner]) : .object(["value": inner])
    }
  }

  private func remove(_ place: String, from document: inout JSONValue) {
    let (parent, key) = Self.split(place)
    switch document.value(at: parent) {
    case .object(var members):
      members[key] = nil
      _ = document.replace(at: parent, with: .object(members))
    case .array(var list):
      if let index = Int(key), list.indices.contains(index) { list.remove(at: index) }
      _ = document.replace(at: parent, with: .array(list))
    default: return
    }
  }

  private mutating func add(
    _ value: JSONValue, beside place: String, in document: inout JSONValue
  ) {
    let (parent, key) = Self.split(place)
    switch document.value(at: parent) {
    case .object(var members):
      members[key + (below(2) == 0 ? "2" : "")] = value
      _ = document.replace(at: parent, with: .object(members))
    case .array(let list):
      _ = document.replace(at: parent, with: .array(list + list + [value]))
    default: return
    }
  }

  /// Cuts, flips, inserts, or repeats a stretch (so that keys come twice).
  private mutating func spoil(_ bytes: inout [UInt8]) {
    let place = below(bytes.count)
    switch below(4) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes[place] = UInt8(below(256))
    case 2: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)].utf8, at: place)
    default:
      let stretch = bytes[place..<min(bytes.count, place + 1 + below(200))]
      bytes.insert(contentsOf: Array(stretch), at: place)
    }
  }

  private mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(max(1, count))) }

  private static func split(_ place: String) -> (parent: String, key: String) {
    guard let slash = place.lastIndex(of: "/") else { return ("", place) }
    return (String(place[..<slash]), String(place[place.index(after: slash)...]))
  }

  /// All places of a document below its root.
  static func places(_ value: JSONValue, _ place: String = "") -> [String] {
    switch value {
    case .object(let members):
      members.keys.sorted().flatMap { key in
        ["\(place)/\(key)"] + places(members[key] ?? .null, "\(place)/\(key)")
      }
    case .array(let list):
      list.indices.flatMap { ["\(place)/\($0)"] + places(list[$0], "\(place)/\($0)") }
    default: []
    }
  }
}
