import LoomBase
import LoomNetwork

/// A place in a network's JSON, with the pointer that diagnostics name.
struct DocumentReader {
  let file: String
  let pointer: String
  let value: JSONValue

  func error(_ message: String) -> DiagnosticsError {
    DiagnosticsError(
      Diagnostic(
        .error, "SL1301", message,
        at: .jsonPointer(file: file, pointer: pointer.isEmpty ? "/" : pointer)))
  }

  func child(_ key: String) throws(DiagnosticsError) -> DocumentReader {
    guard let child = optional(key) else { throw error("needs the key '\(key)', has none") }
    return child
  }

  /// The value of a key; nil if it is missing or null.
  func optional(_ key: String) -> DocumentReader? {
    guard let member = value[key], member != .null else { return nil }
    return DocumentReader(file: file, pointer: "\(pointer)/\(key)", value: member)
  }

  func items() throws(DiagnosticsError) -> [DocumentReader] {
    guard let elements = value.elements else { throw error("needs a list, has something else") }
    return elements.enumerated().map {
      DocumentReader(file: file, pointer: "\(pointer)/\($0.offset)", value: $0.element)
    }
  }

  func items(_ key: String) throws(DiagnosticsError) -> [DocumentReader] {
    try optional(key)?.items() ?? []
  }

  func text() throws(DiagnosticsError) -> String {
    guard let text = value.string else { throw error("needs a text, has something else") }
    return text
  }

  func text(_ key: String, default standard: String) throws(DiagnosticsError) -> String {
    try optional(key)?.text() ?? standard
  }

  func integer(in range: ClosedRange<Int>) throws(DiagnosticsError) -> Int {
    guard let number = value.int, range.contains(number) else {
      throw error(
        "needs a whole number from \(range.lowerBound) to \(range.upperBound), has another value")
    }
    return number
  }

  func integer(
    _ key: String, in range: ClosedRange<Int>, default standard: Int
  ) throws(DiagnosticsError) -> Int {
    try optional(key)?.integer(in: range) ?? standard
  }

  func number() throws(DiagnosticsError) -> Double {
    guard let number = value.double else { throw error("needs a number, has something else") }
    return number
  }

  func number(_ key: String, default standard: Double) throws(DiagnosticsError) -> Double {
    try optional(key)?.number() ?? standard
  }

  func flag(_ key: String, default standard: Bool) throws(DiagnosticsError) -> Bool {
    guard let member = optional(key) else { return standard }
    guard let flag = member.value.bool else {
      throw member.error("needs true or false, has something else")
    }
    return flag
  }

  func choice<Choice: RawRepresentable<String>>(
    _ key: String, default standard: Choice
  ) throws(DiagnosticsError) -> Choice {
    guard let member = optional(key) else { return standard }
    let text = try member.text()
    guard let choice = Choice(rawValue: text) else {
      throw member.error("needs a known word, has '\(text)'")
    }
    return choice
  }

  func texts(_ key: String) throws(DiagnosticsError) -> [String] {
    var texts: [String] = []
    for item in try items(key) { texts.append(try item.text()) }
    return texts
  }

  func numbers(_ key: String) throws(DiagnosticsError) -> [Double] {
    var numbers: [Double] = []
    for item in try items(key) { numbers.append(try item.number()) }
    return numbers
  }

  /// A shape of one to three lengths, channels first; what is missing is 1.
  func shape() throws(DiagnosticsError) -> MapShape {
    var lengths: [Int] = []
    for item in try items() { lengths.append(try item.integer(in: 1...DocumentReader.mostNeurons)) }
    guard (1...3).contains(lengths.count) else {
      throw error("needs [channels], or [channels, height, width], has another shape")
    }
    lengths += [Int](repeating: 1, count: 3 - lengths.count)
    guard let count = elementCount(lengths), count <= DocumentReader.mostNeurons else {
      throw error("needs at most \(DocumentReader.mostNeurons) elements, has more")
    }
    return MapShape(channels: lengths[0], height: lengths[1], width: lengths[2])
  }

  /// The largest population a file may ask for.
  static let mostNeurons = 1 << 26
  /// The largest number of time-steps and delay a file may ask for.
  static let mostTimesteps = 1 << 20
}
