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
