/// Why a command line could not be understood (exit code 64).
struct UsageError: Error, CustomStringConvertible {
  /// One sentence.
  var description: String

  init(_ description: String) {
    self.description = description
  }
}

/// The words of a command line, sorted into options and positional arguments.
struct ParsedArguments {
  private var values: [String: [String]] = [:]
  private(set) var positionals: [String] = []

  /// Sorts words by the options of a command.
  init(_ words: [String], options: [OptionSpecification]) throws(UsageError) {
    var index = 0
    var onlyPositionals = false
    while index < words.count {
      let word = words[index]
      index += 1
      if onlyPositionals || !word.hasPrefix("-") || word == "-" {
        positionals.append(word)
        continue
      }
      if word == "--" {
        onlyPositionals = true
        continue
      }
      let (name, attached) = ParsedArguments.split(word)
      guard let option = options.first(where: { $0.names.contains(name) }) else {
        throw UsageError(ParsedArguments.unknown(name, among: options))
      }
      let value = try ParsedArguments.value(of: option, attached, words, &index)
      if !option.isRepeatable, values[option.key] != nil {
        throw UsageError("'\(name)' is given twice")
      }
      values[option.key, default: []].append(value)
    }
  }

  private static func split(_ word: String) -> (name: String, attached: String?) {
    guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  private static func value(
    of option: OptionSpecification, _ attached: String?, _ words: [String], _ index: inout Int
  ) throws(UsageError) -> String {
    guard option.placeholder != nil else {
      if attached != nil { throw UsageError("'\(option.key)' takes no value") }
      return ""
    }
    if let attached { return attached }
    guard index < words.count else {
      throw UsageError("'\(option.key)' needs a value (\(option.placeholder ?? ""))")
    }
    index += 1
    return words[index - 1]
  }

  private static func unknown(_ name: String, among options: [OptionSpecification]) -> String {
    let known = options.flatMap(\.names)
    let nearest = known.min { editDistance($0, name) < editDistance($1, name) }
    guard let nearest, editDistance(nearest, name) <= 3 else { return "unknown option '\(name)'" }
    return "unknown option '\(name)'; did you mean '\(nearest)'?"
  }

  /// Whether an option or flag was given.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// Refuses options that mean nothing here; `reason` follows the first one's name.
  func refuse(_ keys: [String], _ reason: String) throws(UsageError) {
    if let key = keys.first(where: has) { throw UsageError("'\(key)' \(reason)") }
  }

  /// The value of an option, if given.
  func text(_ key: String) -> String? { values[key]?.last }

  /// All options given, but for some.
  func given(except keys: [String]) -> [String: [String]] {
    values.filter { !keys.contains($0.key) }
  }

  /// All values of a repeatable option.
  func all(_ key: String) -> [String] { values[key] ?? [] }

  /// The value of an option that must be there.
  func required(_ key: String) throws(UsageError) -> String {
    guard let value = text(key) else { throw UsageError("'\(key)' is needed") }
    return value
  }

  /// A whole number in a range, if given.
  func integer(_ key: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let word = text(key) else { return nil }
    guard let number = Int(word), range.contains(number) else {
      throw UsageError(
        "'\(key)' needs a whole number from \(range.lowerBound) to \(range.upperBound), has '\(word)'"
      )
    }
    return number
  }

  /// Numbers separated by commas, if given.
  func numbers(_ key: String) throws(UsageError) -> [Double]? {
    guard let word = text(key) else { return nil }
    var result: [Double] = []
    for part in word.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Double(part), number.isFinite else {
        throw UsageError("'\(key)' needs numbers separated by commas, has '\(word)'")
      }
      result.append(number)
    }
    return result
  }

  /// Exactly the positional arguments a command wants.
  func positionals(_ names: String...) throws(UsageError) -> [String] {
    guard positionals.count == names.count else {
      if positionals.count > names.count {
        throw UsageError("unexpected argument '\(positionals[names.count])'")
      }
      throw UsageError("\(names[positionals.count]) is missing")
    }
    return positionals
  }
}

/// The Levenshtein distance of two words, for suggestions.
func editDistance(_ left: String, _ right: String) -> Int {
  let target = Array(right)
  var row = Array(0...target.count)
  for (i, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<target.count {
      let substituted = diagonal + (target[j] == character ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[target.count]
}
