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
    var current = self
    for token in JSONValue.tokens(of: pointer) {
      switch current {
      case .object(let members):
        guard let next = members[token] else { return nil }
        current = next
      case .array(let values):
        guard let index = Int(token), values.indices.contains(index) else { return nil }
        current = values[index]
      default:
        return nil
      }
    }
    return current
  }

  /// Replaces the value at a JSON pointer; false if nothing is there.
  public mutating func replace(at pointer: String, with value: JSONValue) -> Bool {
    replace(JSONValue.tokens(of: pointer)[...], with: value)
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
      guard let index = Int(token), values.indices.contains(index),
        values[index].replace(tokens.dropFirst(), with: value)
      else { return false }
      self = .array(values)
      return true
    default:
      return false
    }
  }

  private static func tokens(of pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { token in
      unescape(token)
    }
  }

  private static func unescape(_ token: Substring) -> String {
    var result = ""
    var pending = false
    for character in token {
      if pending {
        result += character == "0" ? "~" : character == "1" ? "/" : "~\(character)"
        pending = false
      } else if character == "~" {
        pending = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}

extension JSONValue: Codable {
  /// Decodes any JSON document; whole numbers that fit become `integer`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Encodes the document.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
