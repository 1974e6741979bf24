import LoomBase

/// The part of JSON Schema 2020-12 that the profile schema uses, written from the standard and not from the reader.
///
/// A keyword it does not know is a problem too, so that nothing in a schema goes unchecked.
struct JSONSchema {
  let root: JSONValue

  /// What is wrong with a value, each with its place.
  func problems(_ value: JSONValue) -> [String] { problems(value, root, "") }

  private static let silent: Set<String> = [
    "$schema", "$defs", "title", "description", "then", "properties", "additionalProperties",
  ]

  private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    guard let keywords = schema.members else { return ["\(place): no schema"] }
    var found: [String] = []
    for key in keywords.keys.sorted() where !Self.silent.contains(key) {
      guard let wanted = keywords[key] else { continue }
      found += check(key, wanted, value, keywords, place)
    }
    return found + members(value, keywords, place)
  }

  private func check(
    _ key: String, _ wanted: JSONValue, _ value: JSONValue, _ schema: [String: JSONValue],
    _ place: String
  ) -> [String] {
    func need(_ holds: Bool) -> [String] { holds ? [] : ["\(place): \(key)"] }
    switch key {
    case "$ref":
      let target = wanted.string.flatMap { root.value(at: String($0.dropFirst())) }
      return target.map { problems(value, $0, place) } ?? ["\(place): dangling $ref"]
    case "type": return need(Self.has(value, type: wanted.string ?? ""))
    case "const": return need(value == wanted)
    case "enum": return need(wanted.elements?.contains(value) == true)
    case "allOf": return (wanted.elements ?? []).flatMap { problems(value, $0, place) }
    case "oneOf":
      let branches = wanted.elements ?? []
      return need(branches.count { problems(value, $0, place).isEmpty } == 1)
    case "if":
      guard problems(value, wanted, place).isEmpty, let then = schema["then"] else { return [] }
      return problems(value, then, place)
    case "minimum", "maximum":
      guard let number = value.double, let bound = wanted.double else { return [] }
      return need(key == "minimum" ? number >= bound : number <= bound)
    case "minLength":
      return need(value.string.map { $0.unicodeScalars.count >= wanted.int ?? 0 } ?? true)
    case "required":
      guard let members = value.members else { return [] }
      return (wanted.elements ?? []).compactMap(\.string).filter { members[$0] == nil }
        .map { "\(place): needs \($0)" }
    default: return elements(key, wanted, value, place)
    }
  }

  private func elements(
    _ key: String, _ wanted: JSONValue, _ value: JSONValue, _ place: String
  ) -> [String] {
    let known: Set<String> = ["items", "minItems", "maxItems", "uniqueItems", "contains"]
    guard known.contains(key) else { return ["\(place): unknown keyword \(key)"] }
    guard let list = value.elements else { return [] }
    switch key {
    case "items": return list.indices.flatMap { problems(list[$0], wanted, "\(place)/\($0)") }
    case "minItems": return list.count >= wanted.int ?? 0 ? [] : ["\(place): minItems"]
    case "maxItems": return list.count <= wanted.int ?? 0 ? [] : ["\(place): maxItems"]
    case "contains":
      return list.contains { problems($0, wanted, place).isEmpty } ? [] : ["\(place): contains"]
    default:
      let isUnique = list.indices.allSatisfy { !list[..<$0].contains(list[$0]) }
      return isUnique ? [] : ["\(place): uniqueItems"]
    }
  }

  /// `properties` and `additionalProperties` of an object.
  private func members(
    _ value: JSONValue, _ schema: [String: JSONValue], _ place: String
  ) -> [String] {
    guard let members = value.members else { return [] }
    let known = schema["properties"]?.members ?? [:]
    var found: [String] = []
    for key in members.keys.sorted() {
      guard let member = members[key] else { continue }
      if let part = known[key] {
        found += problems(member, part, "\(place)/\(key)")
      } else if schema["additionalProperties"] == .boolean(false) {
        found.append("\(place): unknown key \(key)")
      }
    }
    return found
  }

  private static func has(_ value: JSONValue, type: String) -> Bool {
    switch type {
    case "object": value.members != nil
    case "array": value.elements != nil
    case "string": value.string != nil
    case "boolean": value.bool != nil
    case "number": value.double != nil
    case "integer": value.double.map { $0 == $0.rounded() } ?? false
    default: false
    }
  }
}
