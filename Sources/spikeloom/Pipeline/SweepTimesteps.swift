import LoomBase
import LoomConversion

/// The numbers of time-steps a sweep is asked for: `4,8,16`, `1...64`, `1...64:4`, or a mixture.
enum SweepTimesteps {
  static let option = OptionSpecification.value(
    "-T", "--timesteps", placeholder: "LIST",
    help: "numbers of time-steps, ascending: 4,8,16 or 1...64 or 1...64:4 (every fourth)")

  /// The largest T.
  static let limit = 65_535

  /// Reads a list; numbers must ascend from 1 or more to 65535 or less.
  static func read(_ arguments: ParsedArguments) throws(UsageError) -> [Int] {
    guard let text = arguments.text("-T") else {
      throw UsageError("'--timesteps' is needed: the numbers of time-steps, such as 1...64")
    }
    var list: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = try expand(part)
      guard let first = numbers.first, first > list.last ?? 0 else {
        throw UsageError("'--timesteps' needs ascending numbers, has '\(text)'")
      }
      list += numbers
    }
    return list
  }

  /// Refuses what a method cannot do, before any work starts: T too long, several T of one window code from one
  /// run (SL1825), stopping inside a window (SL1826); chips without steps give neither.
  static func require(
    _ timesteps: [Int], method: ConversionMethod, hasSteps: Bool = true, once: Bool, exits: Bool
  ) throws(DiagnosticsError) {
    var findings: [Diagnostic] = []
    if let most = method.mostTimesteps, let longest = timesteps.last, longest > most {
      findings.append(
        Diagnostic(
          .error, "SL2205", "needs 1 to \(most) time-steps, has \(longest)",
          remedy: "leave larger T out of --timesteps"))
    }
    if method.code != .rate, once {
      findings.append(
        Diagnostic(
          .error, "SL1825",
          "needs one conversion for each T, for in '\(method.rawValue)' T is part of the code",
          remedy: "leave --convert out, or give --convert each"))
    }
    if method.code != .rate, exits {
      findings.append(
        Diagnostic(
          .error, "SL1826",
          "early exit needs the rate code, '\(method.rawValue)' answers at the end only",
          remedy: "leave --early-exit out"))
    }
    if !hasSteps, once {
      findings.append(
        Diagnostic(
          .error, "SL1825", "needs one run for each T, for the chip is asynchronous",
          remedy: "leave --convert out, or give --convert each"))
    }
    if !hasSteps, exits {
      findings.append(
        Diagnostic(
          .error, "SL1826", "early exit needs a chip with steps, has an asynchronous one",
          remedy: "leave --early-exit out"))
    }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
  }

  private static func expand(_ part: Substring) throws(UsageError) -> [Int] {
    guard let dots = part.firstRange(of: "...") else { return [try number(part, in: part)] }
    let first = try number(part[..<dots.lowerBound], in: part)
    var rest = part[dots.upperBound...]
    var step = 1
    if let colon = rest.firstIndex(of: ":") {
      step = try number(rest[rest.index(after: colon)...], in: part)
      rest = rest[..<colon]
    }
    let last = try number(rest, in: part)
    guard first <= last else {
      throw UsageError("'--timesteps' needs a range that ascends, has '\(part)'")
    }
    return Array(stride(from: first, through: last, by: step))
  }

  private static func number(_ word: Substring, in part: Substring) throws(UsageError) -> Int {
    guard let number = Int(word), (1...limit).contains(number) else {
      throw UsageError(
        "'--timesteps' needs whole numbers from 1 to \(limit), has '\(word)' in '\(part)'")
    }
    return number
  }
}
