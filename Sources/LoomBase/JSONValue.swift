/// A JSON document as a value; object keys are written in sorted order so that output is stable.
public enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The value of a key of an object; nil for other kinds and missing keys.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// The value as a floating-point number, if it is numeric.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as an integer, if it is a whole number.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as text, if it is a string.
  public var string: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  /// The value as a truth value, if it is one.
  public var bool: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }

  /// The elements, if it is an array.
  public var elements: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  /// The members, if it is an object.
  public var members: [String: JSONValue]? {
    guard case .object(let values) = self else { return nil }
    return values
  }

  /// The value at an RFC 6901 JSON pointer such as `/core/neurons`; nil if nothing is there.
  public func value(at pointer: String) -> JSONValue? {
    guard let tokens = JSONValue.tokens(of: pointer) else { return nil }
    var current = self
    for token in tokens {
      switch current {
      case .object(let members):
        guard let next = members[token] else { return nil }
        current = next
      case .array(let values):
        guard let index = JSONValue.index(token, in: values) else { return nil }
        current = values[index]
      default:
        return nil
      }
    }
    return current
  }

  /// Replaces the value at a JSON pointer; false if nothing is there.
  public mutating func replace(at pointer: String, with value: JSONValue) -> Bool {
    guard let tokens = JSONValue.tokens(of: pointer) else { return false }
    return replace(tokens[...], with: value)
  }

  private mutating func replace(_ tokens: ArraySlice<String>, with value: JSONValue) -> Bool {
    guard let token = tokens.first else {
      self = value
      return true
    }
    switch self {
    case .object(var members):
      guard var child = members[token], child.replace(tokens.dropFirst(), with: value) else {
        return false
      }
      members[token] = child
      self = .object(members)
      return true
    case .array(var values):
      guard let index = JSONValue.index(token, in: values),
        values[index].replace(tokens.dropFirst(), with: value)
      else { return false }
      self = .array(values)
      return true
    default:
      return false
    }
  }

  /// RFC 6901 §4: digits without leading zeros.
  private static func index(_ token: String, in values: [JSONValue]) -> Int? {
    guard let index = Int(token), String(index) == token, values.indices.contains(index) else {
      return nil
    }
    return index
  }

  /// The unescaped tokens; nil if the text is no pointer.
  private static func tokens(of pointer: String) -> [String]? {
    guard !pointer.isEmpty else { return [] }
    let parts = pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.first?.isEmpty == true else { return nil }
    var tokens: [String] = []
    for part in parts.dropFirst() {
      guard let token = unescape(part) else { return nil }
      tokens.append(token)
    }
    return tokens
  }

  /// `~1` is a slash and `~0` a tilde; nil if a tilde is followed by anything else.
  private static func unescape(_ token: some Sequence<UInt8>) -> String? {
    var result: [UInt8] = []
    var isEscaped = false
    for byte in token {
      switch (isEscaped, byte) {
      case (true, UInt8(ascii: "0")): result.append(UInt8(ascii: "~"))
      case (true, UInt8(ascii: "1")): result.append(UInt8(ascii: "/"))
      case (true, _): return nil
      case (false, UInt8(ascii: "~")): break
      case (false, _): result.append(byte)
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "~")
    }
    return isEscaped ? nil : String(decoding: result, as: UTF8.self)
  }
}
