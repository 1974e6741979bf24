import LoomBase

/// A value given on the command line in place of one in the profile: `/core/neurons=2048`.
struct ProfileOverride {
  /// The JSON pointer of the number, flag or choice.
  var pointer: String
  /// Its new value.
  var value: JSONValue

  /// Reads `pointer=value`; nil if it has not that form.
  init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), text.hasPrefix("/") else { return nil }
    var pointer = String(text[..<equals])
    // Whoever writes the full pointer of the number means the quantity it belongs to.
    if pointer.hasSuffix("/value") { pointer.removeLast("/value".count) }
    let word = String(text[text.index(after: equals)...])
    guard pointer.count > 1, !word.isEmpty else { return nil }
    self.pointer = pointer
    value = (try? JSONText.decode(word.utf8)) ?? .text(word)
  }

  /// Puts the value into the document; the reason why not otherwise.
  func apply(to document: inout JSONValue) -> String? {
    guard let present = document.value(at: pointer) else { return applyNew(to: &document) }
    if case .object(var members) = present, members["value"] != nil, members["unit"] != nil {
      guard value.double != nil else { return "needs a number, has \(value.kindName)" }
      members["value"] = value
      members["source"] = .text("--set")
      members["method"] = .text(QuantityMethod.assumed.rawValue)
      members["range"] = nil
      members["reason"] = nil
      return document.replace(at: pointer, with: .object(members)) ? nil : "cannot be set"
    }
    guard isSettablePlainValue else { return "names no number, flag or choice that can be set" }
    switch (present, value) {
    case (.boolean, .boolean), (.text, .text):
      return document.replace(at: pointer, with: value) ? nil : "cannot be set"
    case (.boolean, _): return "needs true or false, has \(value.kindName)"
    case (.text, _): return "needs a word, has \(value.kindName)"
    default: return "names no number, flag or choice that can be set"
    }
  }

  /// Only capabilities are plain values; names, sources and the like are not the chip's.
  private var isSettablePlainValue: Bool {
    let tokens = pointer.split(separator: "/")
    let capabilities: [Substring] = ["neuron", "weight", "routing", "bias", "router"]
    return tokens == ["synchronisation"] || tokens == ["topology", "kind"]
      || (tokens.count == 2 && capabilities.contains(tokens[0]))
      || (tokens.count == 3 && tokens[..<2] == ["core", "synapses"])
  }

  /// Adds a price, duration or figure of the routers that the profile leaves open, or partial sums that the chip does not have.
  private func applyNew(to document: inout JSONValue) -> String? {
    if pointer == "/neuron/partialSums/bits" { return applyPartialSums(to: &document) }
    if pointer == "/routing/multicast" { return applyMulticast(to: &document) }
    guard let unit = Profile.unit(ofConstant: pointer) else {
      return "names nothing in the profile"
    }
    guard value.double != nil else { return "needs a number, has \(value.kindName)" }
    let tokens = pointer.split(separator: "/").map(String.init)
    if tokens[0] == "router", document["router"] == nil, case .object(var members) = document {
      members["router"] = .object([:])
      document = .object(members)
    }
    return add(tokens[1], .object(quantity(unit)), at: "/" + tokens[0], to: &document)
  }

  /// A profile without `routing` sends each message to one destination, without tables.
  private func applyMulticast(to document: inout JSONValue) -> String? {
    guard case .boolean = value else { return "needs true or false, has \(value.kindName)" }
    guard case .object(var members) = document, members["routing"] == nil else {
      return "names nothing in the profile"
    }
    members["routing"] = .object([
      "multicast": value, "fanOut": .object(quantity("destinations", of: .integer(0))),
      "tableEntries": .object(quantity("entries", of: .integer(0))),
      "tablePerChip": .boolean(false),
    ])
    document = .object(members)
    return nil
  }

  private func applyPartialSums(to document: inout JSONValue) -> String? {
    guard value.double != nil else { return "needs a number, has \(value.kindName)" }
    return add(
      "partialSums", .object(["bits": .object(quantity("bit"))]), at: "/neuron", to: &document)
  }

  private func quantity(_ unit: String, of number: JSONValue? = nil) -> [String: JSONValue] {
    [
      "value": number ?? value, "unit": .text(unit), "source": .text("--set"),
      "method": .text(QuantityMethod.assumed.rawValue),
    ]
  }

  private func add(
    _ key: String, _ member: JSONValue, at section: String, to document: inout JSONValue
  ) -> String? {
    guard case .object(var members)? = document.value(at: section) else {
      return "names nothing in the profile"
    }
    members[key] = member
    return document.replace(at: section, with: .object(members)) ? nil : "cannot be set"
  }
}
