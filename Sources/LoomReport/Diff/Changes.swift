public import LoomBase

/// A value that is not what it was; with `count` the largest of many that changed.
public struct FieldChange: Sendable, Equatable {
  /// What changed.
  public var name: String
  /// What it was; nil: not there.
  public var before: JSONValue?
  /// What it is; nil: not there.
  public var after: JSONValue?
  /// How many values changed; nil: there is only one.
  public var count: Int?
  /// Out of how many.
  public var total: Int?
  /// Where the largest change is; nil: shown is the first one.
  public var place: String?

  /// Creates a change.
  public init(
    name: String, before: JSONValue?, after: JSONValue?, count: Int? = nil, total: Int? = nil,
    place: String? = nil
  ) {
    self.name = name
    self.before = before
    self.after = after
    self.count = count
    self.total = total
    self.place = place
  }

  /// A change if the two differ.
  static func found(_ name: String, _ before: JSONValue?, _ after: JSONValue?) -> [FieldChange] {
    before == after ? [] : [FieldChange(name: name, before: before, after: after)]
  }

  /// A change if lists of one length differ: how many values, and the largest change; the first of equals.
  static func found(
    _ name: String, _ before: some RandomAccessCollection<Int>,
    _ after: some RandomAccessCollection<Int>, place: (Int) -> String
  ) -> [FieldChange] {
    var count = 0
    var largest: (size: UInt, index: Int, before: Int, after: Int)?
    for (index, (old, new)) in zip(before, after).enumerated() where old != new {
      count += 1
      let size = (new &- old).magnitude
      if size > largest?.size ?? 0 { largest = (size, index, old, new) }
    }
    guard let largest else { return [] }
    return [
      FieldChange(
        name: name, before: .integer(largest.before), after: .integer(largest.after), count: count,
        total: before.count, place: place(largest.index))
    ]
  }

  /// The change in words: `thresholds: 3 of 64 changed, most 30 → 31 (channel 1, row 0, column 0)`.
  public var text: String {
    let values = "\(DiffText.plain(before)) → \(DiffText.plain(after))"
    guard let count, let total else { return "\(name): \(values)" }
    guard before != nil || after != nil else { return "\(name): \(count) of \(total) changed" }
    guard let place else { return "\(name): \(count) of \(total) changed, the first \(values)" }
    return "\(name): \(count) of \(total) changed, most \(values) (\(place))"
  }

  var jsonValue: JSONValue {
    var members: [String: JSONValue] = [
      "name": .text(name), "before": before ?? .null, "after": after ?? .null,
    ]
    if let count { members["changed"] = .integer(count) }
    if let total { members["of"] = .integer(total) }
    if let place { members["place"] = .text(place) }
    return .object(members)
  }
}

/// A named part that came, went or changed.
public struct ItemChange: Sendable, Equatable {
  /// What happened.
  public enum Kind: String, Sendable {
    case added
    case removed
    case changed
  }

  /// Its name.
  public var name: String
  /// What happened.
  public var kind: Kind
  /// What changed in it.
  public var fields: [FieldChange]

  /// Creates a change.
  public init(name: String, kind: Kind, fields: [FieldChange] = []) {
    self.name = name
    self.kind = kind
    self.fields = fields
  }

  var lines: [String] {
    switch kind {
    case .added: ["+ \(name)"]
    case .removed: ["- \(name)"]
    case .changed: fields.map { "~ \(name): \($0.text)" }
    }
  }

  var jsonValue: JSONValue {
    .object([
      "name": .text(name), "change": .text(kind.rawValue),
      "fields": .array(fields.map(\.jsonValue)),
    ])
  }
}

/// A number before and after.
public struct MetricChange: Sendable, Equatable {
  /// What it measures.
  public var name: String
  /// What it was; nil: not measured.
  public var before: Double?
  /// What it is; nil: not measured.
  public var after: Double?

  /// Creates a change.
  public init(name: String, before: Double?, after: Double?) {
    self.name = name
    self.before = before
    self.after = after
  }

  /// after − before, where both are known.
  public var change: Double? {
    guard let before, let after else { return nil }
    return after - before
  }

  /// The change over what it was; nil if that was zero.
  public var relativeChange: Double? {
    guard let before, before != 0, let change else { return nil }
    let relative = change / abs(before)
    return relative.isFinite ? relative : nil
  }

  var jsonValue: JSONValue {
    .members(["before": before, "after": after, "change": change, "relative": relativeChange])
  }

  /// Cells of a table: name, before, after, change, relative change.
  var cells: [String] {
    // Four digits hide small changes: whoever sees two equal numbers in a difference wants the rest.
    var texts = [before, after].map { $0.map(ScaledUnits.number) ?? "-" }
    if texts[0] == texts[1] { texts = [before, after].map { $0.map { "\($0)" } ?? "-" } }
    func signed(_ text: String, _ value: Double) -> String { (value > 0 ? "+" : "") + text }
    return [
      name, texts[0], texts[1], change.map { signed(ScaledUnits.number($0), $0) } ?? "",
      relativeChange.map { signed(ScaledUnits.percent($0), $0) } ?? "",
    ]
  }
}

/// Pieces of text that all differences share.
enum DiffText {
  /// The most entries of one list that people are shown.
  static let shownEntries = 20

  /// A section of lines under a title, long lists cut short; nothing if there are none.
  static func section(_ title: String, _ lines: [String]) -> [String] {
    guard !lines.isEmpty else { return [] }
    var shown = lines.prefix(shownEntries).map { "  " + $0 }
    if lines.count > shownEntries {
      shown.append("  and \(lines.count - shownEntries) more (all with --json)")
    }
    return [title] + shown
  }

  /// A table of numbers under a title; nothing if there are none.
  static func table(_ title: String, _ metrics: [MetricChange]) -> [String] {
    guard !metrics.isEmpty else { return [] }
    var table = TextTable([title, "before", "after", "change", "relative"])
    for metric in metrics { table.add(metric.cells) }
    return [table.render()]
  }

  /// A text cut to a width.
  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(width - 1) + "…"
  }

  /// A value on one line.
  static func plain(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: "-"
    case .text(let text)?: text
    case .number(let number)?: ScaledUnits.number(number)
    case let value?: JSONText.encode(value, layout: .compact)
    }
  }
}

/// Which entries of two lists are the same thing: equal keys, the n-th with the n-th.
struct ListMatch {
  var pairs: [(before: Int, after: Int)] = []
  var removed: [Int] = []
  var added: [Int] = []

  init<Key: Hashable>(_ before: [Key], _ after: [Key]) {
    var places: [Key: [Int]] = [:]
    for (index, key) in after.enumerated().reversed() { places[key, default: []].append(index) }
    var isMatched = [Bool](repeating: false, count: after.count)
    for (index, key) in before.enumerated() {
      if let place = places[key]?.popLast() {
        pairs.append((index, place))
        isMatched[place] = true
      } else {
        removed.append(index)
      }
    }
    added = after.indices.filter { !isMatched[$0] }
  }

  /// For each entry of the first list its counterpart.
  func counterparts(count: Int) -> [Int?] {
    var result = [Int?](repeating: nil, count: count)
    for pair in pairs { result[pair.before] = pair.after }
    return result
  }
}
