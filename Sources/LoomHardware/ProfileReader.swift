import LoomBase

/// Reads the parts of a profile document and collects every problem with its JSON pointer.
///
/// After a problem the readers return a stand-in so that reading goes on; the stand-ins never leave this
/// module because any recorded error makes `ProfileFile.decode` throw.
struct ProfileReader {
  /// What the file is called in diagnostics.
  let file: String
  /// Pointers set by `--set`: their quantities need no range.
  let overridden: Set<String>
  /// The problems found so far.
  private(set) var diagnostics: [Diagnostic] = []
  /// Every number read, by pointer.
  private(set) var quantities: [String: Quantity] = [:]
  /// Structure and capabilities as `pointer=value`, for the structure digest.
  private(set) var structure: [String] = []

  /// More problems than this are not worth reading, and a hostile file must not fill the memory.
  private static let maximumDiagnostics = 100

  init(file: String, overridden: Set<String>) {
    self.file = file
    self.overridden = overridden
  }

  /// Whether nothing is wrong so far.
  var isClean: Bool { diagnostics.isEmpty }

  /// Records a problem.
  mutating func report(
    _ code: String, _ message: String, at pointer: String, notes: [String] = [],
    remedy: String? = nil
  ) {
    guard diagnostics.count < ProfileReader.maximumDiagnostics else { return }
    let anchor = Anchor.jsonPointer(file: file, pointer: pointer)
    diagnostics.append(
      Diagnostic(.error, code, message, at: anchor, notes: notes, remedy: remedy))
  }

  /// The members of an object; unknown keys and missing required ones are reported.
  mutating func object(
    _ value: JSONValue?, at pointer: String, required: [String], optional: [String] = []
  ) -> [String: JSONValue] {
    guard let members = value?.members else {
      if let value {
        report("SL7004", "needs an object, has \(value.kindName)", at: pointer)
      }
      return [:]
    }
    let known = Set(required).union(optional)
    for key in members.keys.sorted() where !known.contains(key) {
      report(
        "SL7002", "needs only known keys, has '\(key.prefix(60))'",
        at: pointer + "/" + String(key.prefix(60)).jsonPointerToken,
        notes: ["keys known here: \((required + optional).joined(separator: ", "))"])
    }
    for key in required where members[key] == nil {
      report("SL7003", "needs the key '\(key)', has none", at: "\(pointer)/\(key)")
    }
    return members
  }

  /// A text that is not empty.
  mutating func text(_ key: String, of members: [String: JSONValue], at pointer: String) -> String {
    guard let value = members[key] else { return "" }
    guard let text = value.string else {
      report("SL7004", "needs text, has \(value.kindName)", at: "\(pointer)/\(key)")
      return ""
    }
    if text.allSatisfy(\.isWhitespace) {
      report("SL7004", "needs text, has an empty one", at: "\(pointer)/\(key)")
    }
    return text
  }

  /// A truth value that describes structure.
  mutating func flag(_ key: String, of members: [String: JSONValue], at pointer: String) -> Bool {
    guard let value = members[key] else { return false }
    guard let flag = value.bool else {
      report("SL7004", "needs true or false, has \(value.kindName)", at: "\(pointer)/\(key)")
      return false
    }
    structure.append("\(pointer)/\(key)=\(flag)")
    return flag
  }

  /// Makes words part of the structure's digest.
  mutating func note(_ words: [String], at pointer: String) {
    structure.append("\(pointer)=\(words.joined(separator: ","))")
  }

  /// One of a few words that describes structure; nil if missing or unknown.
  mutating func choice<Choice: RawRepresentable<String>>(
    _ key: String, of members: [String: JSONValue], at pointer: String, among choices: [Choice]
  ) -> Choice? {
    guard let value = members[key] else { return nil }
    guard let word = value.string, let choice = Choice(rawValue: word) else {
      let words = choices.map(\.rawValue).joined(separator: ", ")
      let found = value.string.map { "'\($0.prefix(60))'" } ?? value.kindName
      report("SL7013", "needs one of \(words), has \(found)", at: "\(pointer)/\(key)")
      return nil
    }
    structure.append("\(pointer)/\(key)=\(word)")
    return choice
  }

  /// A whole number that describes structure.
  mutating func integer(
    _ key: String, of members: [String: JSONValue], at pointer: String, unit: String,
    in range: ClosedRange<Int>
  ) -> Int {
    guard let value = members[key] else { return range.lowerBound }
    let place = "\(pointer)/\(key)"
    let limits = Double(range.lowerBound)...Double(range.upperBound)
    guard let quantity = quantity(value, at: place, unit: unit, in: limits, isStructure: true)
    else { return range.lowerBound }
    guard let whole = Int(exactly: quantity.value) else {
      report("SL7006", "needs a whole number, has \(quantity.value)", at: place + "/value")
      return range.lowerBound
    }
    structure.append("\(place)=\(whole)")
    return whole
  }

  /// A number with unit, source, method and range; nil after a problem.
  mutating func quantity(
    _ value: JSONValue, at pointer: String, unit: String, in limits: ClosedRange<Double>,
    isStructure: Bool = false
  ) -> Quantity? {
    let before = diagnostics.count
    let members = object(
      value, at: pointer, required: ["value", "unit", "source", "method"],
      optional: ["range", "reason"])
    let number = number(members["value"], at: pointer + "/value", in: limits)
    let source = text("source", of: members, at: pointer)
    let found = text("unit", of: members, at: pointer)
    if !found.isEmpty, found != unit {
      report("SL7005", "needs the unit '\(unit)', has '\(found.prefix(60))'", at: pointer + "/unit")
    }
    let method = self.method(members["method"], at: pointer)
    let range = range(members["range"], around: number, at: pointer + "/range", in: limits)
    let reason = text("reason", of: members, at: pointer)
    if method == .assumed, !overridden.contains(pointer) {
      checkAssumption(members, at: pointer, needsRange: !isStructure)
    }
    guard diagnostics.count == before, let number, let method else { return nil }
    let origin = reason.isEmpty ? source : "\(source): \(reason)"
    let quantity = Quantity(
      value: number, unit: unit, source: origin, method: method, range: range)
    quantities[pointer] = quantity
    return quantity
  }

  private mutating func number(
    _ value: JSONValue?, at pointer: String, in limits: ClosedRange<Double>
  ) -> Double? {
    guard let value else { return nil }
    guard let number = value.double else {
      report("SL7004", "needs a number, has \(value.kindName)", at: pointer)
      return nil
    }
    guard limits.contains(number) else {
      report(
        "SL7006",
        "needs a number from \(limits.lowerBound.shortText) to \(limits.upperBound.shortText),"
          + " has \(number.shortText)", at: pointer)
      return nil
    }
    return number
  }

  private mutating func method(_ value: JSONValue?, at pointer: String) -> QuantityMethod? {
    guard let value else { return nil }
    guard let method = value.string.flatMap(QuantityMethod.init(rawValue:)) else {
      let words = QuantityMethod.allCases.map(\.rawValue).joined(separator: ", ")
      let found = value.string.map { "'\($0.prefix(60))'" } ?? value.kindName
      report("SL7013", "needs one of \(words), has \(found)", at: pointer + "/method")
      return nil
    }
    return method
  }

  private mutating func range(
    _ value: JSONValue?, around number: Double?, at pointer: String, in limits: ClosedRange<Double>
  ) -> ClosedRange<Double>? {
    guard let value else { return nil }
    guard let bounds = value.elements, bounds.count == 2, let low = bounds[0].double,
      let high = bounds[1].double
    else {
      report("SL7004", "needs a range [low, high] of two numbers", at: pointer)
      return nil
    }
    guard limits.contains(low), limits.contains(high), low <= high else {
      report(
        "SL7006",
        "needs a rising range within \(limits.lowerBound.shortText) to "
          + "\(limits.upperBound.shortText), has [\(low.shortText), \(high.shortText)]",
        at: pointer)
      return nil
    }
    if let number, !(low...high).contains(number) {
      report("SL7006", "needs a range that holds the value \(number.shortText)", at: pointer)
    }
    return low...high
  }

  private mutating func checkAssumption(
    _ members: [String: JSONValue], at pointer: String, needsRange: Bool
  ) {
    let remedy = "give a range [low, high] and a reason, or cite a source that publishes the number"
    if needsRange, members["range"] == nil {
      report(
        "SL7008", "needs a 'range' because its method is 'assumed', has none", at: pointer,
        remedy: remedy)
    }
    if members["reason"] == nil {
      report(
        "SL7008", "needs a 'reason' because its method is 'assumed', has none", at: pointer,
        remedy: remedy)
    }
  }
}

extension JSONValue {
  /// What kind of value this is, in words for a diagnostic.
  var kindName: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .text(let value): "the text '\(value.prefix(40))'"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension Double {
  /// The number without a needless fraction.
  var shortText: String {
    if let whole = Int(exactly: self) { return String(whole) }
    return String(self)
  }
}
