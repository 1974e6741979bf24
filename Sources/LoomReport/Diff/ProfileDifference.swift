public import LoomBase

/// What is different between two hardware profiles, by JSON pointer.
public struct ProfileDifference: Sendable, Equatable {
  /// What a value is for.
  public enum Part: String, Sendable, CaseIterable {
    /// Capabilities and limits: images of one do not run on the other.
    case structure
    /// Energy prices and durations.
    case prices
    /// Source, method, range or reason of a number that stays the same.
    case evidence
    /// Names and notes.
    case text
  }

  /// One value that differs.
  public struct Change: Sendable, Equatable {
    /// Where it stands.
    public var pointer: String
    /// What it is for.
    public var part: Part
    /// What it was, sourced numbers with unit, method and source; nil: not there.
    public var before: JSONValue?
    /// What it is; nil: not there.
    public var after: JSONValue?
  }

  /// Every value that differs, by pointer.
  public var changes: [Change] = []
  /// Whether images of one run on the other.
  public var hasSameStructure: Bool

  /// Compares two documents.
  ///
  /// - Parameters:
  ///   - before: The first profile document, overrides applied.
  ///   - after: The second one.
  ///   - hasSameStructure: Whether their structure digests are equal.
  public init(_ before: JSONValue, _ after: JSONValue, hasSameStructure: Bool) {
    self.hasSameStructure = hasSameStructure
    compare(before, after, at: "")
  }

  /// Whether nothing is different.
  public var isEmpty: Bool { changes.isEmpty }

  private static func isQuantity(_ value: JSONValue?) -> Bool {
    value?["value"] != nil && value?["unit"] != nil
  }

  private mutating func compare(_ before: JSONValue?, _ after: JSONValue?, at pointer: String) {
    guard !ProfileDifference.isSame(before, after) else { return }
    let isNumber = ProfileDifference.isQuantity(before) || ProfileDifference.isQuantity(after)
    if !isNumber, let old = before?.members, let new = after?.members {
      for key in Set(old.keys).union(new.keys).sorted() {
        compare(old[key], new[key], at: "\(pointer)/\(key.jsonPointerToken)")
      }
    } else if let old = before?.elements, let new = after?.elements {
      for index in 0..<max(old.count, new.count) {
        compare(
          index < old.count ? old[index] : nil, index < new.count ? new[index] : nil,
          at: "\(pointer)/\(index)")
      }
    } else {
      changes.append(
        Change(
          pointer: pointer, part: ProfileDifference.part(pointer, before, after), before: before,
          after: after))
    }
  }

  /// Whole numbers are what they are however they are written.
  private static func isSame(_ before: JSONValue?, _ after: JSONValue?) -> Bool {
    if before == after { return true }
    guard let old = before?.double, let new = after?.double else { return false }
    return old == new
  }

  private static func part(_ pointer: String, _ before: JSONValue?, _ after: JSONValue?) -> Part {
    let first = pointer.split(separator: "/").first ?? ""
    if ["name", "summary", "notes", "$schema", "schema"].contains(first) { return .text }
    if isQuantity(before), isQuantity(after), isSame(before?["value"], after?["value"]),
      before?["unit"] == after?["unit"]
    {
      return .evidence
    }
    return first == "prices" || first == "times" ? .prices : .structure
  }

  /// The difference for people; empty if there is none.
  public var text: String {
    guard !isEmpty else { return "" }
    let sections = Part.allCases.flatMap { part -> [String] in
      let found = changes.filter { $0.part == part }
      guard !found.isEmpty else { return [] }
      if part == .text {
        let lines = found.map { change in
          let values = [change.before, change.after].map {
            DiffText.cut(DiffText.plain($0), to: 60)
          }
          return "\(change.pointer): \(values[0]) → \(values[1])"
        }
        return [DiffText.section(part.rawValue, lines).joined(separator: "\n")]
      }
      var table = TextTable(
        [part.rawValue, "before", "after", "unit", "method", "source"],
        alignments: [.left, .right, .right, .left, .left, .left])
      for change in found { table.add(change.cells) }
      return [table.render()]
    }
    return (sections + [verdict]).joined(separator: "\n\n")
  }

  private var verdict: String {
    hasSameStructure
      ? "the structure is the same: an image of one runs on the other"
      : "the structure differs: an image of one does not run on the other"
  }

  /// The members of `spikeloom.diff/1` for two profiles.
  public var members: [String: JSONValue] {
    [
      "hasSameStructure": .boolean(hasSameStructure),
      "changes": .array(
        changes.map {
          .object([
            "pointer": .text($0.pointer), "part": .text($0.part.rawValue),
            "before": $0.before ?? .null, "after": $0.after ?? .null,
          ])
        }),
    ]
  }
}

extension ProfileDifference.Change {
  /// Pointer, values, and what was said of them: `a → b` where that changed too.
  fileprivate var cells: [String] {
    func both(_ key: String) -> String {
      let texts = [before, after].map { $0?[key].map { DiffText.plain($0) } }
      guard let old = texts[0], let new = texts[1], old != new else {
        return texts[1] ?? texts[0] ?? ""
      }
      return "\(old) → \(new)"
    }
    func value(_ value: JSONValue?) -> String {
      guard let number = value?["value"], value?["unit"] != nil else {
        return DiffText.cut(DiffText.plain(value), to: 40)
      }
      return DiffText.plain(number)
    }
    let extra = ["range", "reason"].filter { before?[$0] != after?[$0] }
    let source =
      DiffText.cut(both("source"), to: 100)
      + (extra.isEmpty ? "" : " (other \(extra.joined(separator: ", ")))")
    return [pointer, value(before), value(after), both("unit"), both("method"), source]
  }
}
