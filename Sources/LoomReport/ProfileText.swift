public import LoomBase
public import LoomHardware

/// A hardware profile for people and for machines (`profiles list`, `profiles show`).
public enum ProfileText {
  /// One line per profile: name, structure, evidence.
  public static func list(_ profiles: [Profile]) -> String {
    var table = TextTable(
      ["profile", "cores/chip", "neurons/core", "chips", "runs", "assumed prices", "what it is"],
      alignments: [.left, .right, .right, .right, .left, .right, .left])
    for profile in profiles {
      table.add([
        profile.name, ScaledUnits.number(Double(profile.topology.coresPerChip)),
        ScaledUnits.number(Double(profile.core.neurons)),
        ScaledUnits.number(Double(profile.topology.maximumChips)),
        ProfileCapabilities.brief(profile.neuron), assumed(profile), profile.summary,
      ])
    }
    return table.render() + "\n"
  }

  /// Every number with unit, method, range and source, by JSON pointer.
  public static func show(_ profile: Profile) -> String {
    var table = TextTable(
      ["pointer", "value", "unit", "method", "range", "source"],
      alignments: [.left, .right, .left, .left, .right, .left])
    for pointer in profile.quantities.keys.sorted() {
      guard let quantity = profile.quantities[pointer] else { continue }
      let range = quantity.range.map {
        "\(ScaledUnits.number($0.lowerBound))...\(ScaledUnits.number($0.upperBound))"
      }
      table.add([
        pointer, ScaledUnits.number(quantity.value), quantity.unit, quantity.method.rawValue,
        range ?? "", quantity.source,
      ])
    }
    var head = [
      "\(profile.name): \(profile.summary)", "  sha256     \(profile.digest)",
      "  structure  \(profile.structureDigest)",
      "  neurons    \(ProfileCapabilities.neurons(profile.neuron).joined(separator: ", "))",
      "  synapses   \(ProfileCapabilities.synapses(profile).joined(separator: ", "))",
      "  routing    \(ProfileCapabilities.routing(profile).joined(separator: ", "))",
      "  steps end  \(profile.synchronisation.rawValue)",
    ]
    head += ProfileCapabilities.classes(profile).map { "  cores      \($0)" }
    if let reason = profile.prices.unpublished { head.append("  left out   \(reason)") }
    return head.joined(separator: "\n") + "\n\n" + table.render() + "\n"
  }

  /// The profile's digests and numbers as JSON.
  public static func jsonValue(_ profile: Profile) -> JSONValue {
    let quantities = profile.quantities.mapValues { quantity in
      JSONValue.object([
        "value": .number(quantity.value), "unit": .text(quantity.unit),
        "source": .text(quantity.source), "method": .text(quantity.method.rawValue),
        "range": quantity.range.map {
          .array([.number($0.lowerBound), .number($0.upperBound)])
        } ?? .null,
      ])
    }
    return .object([
      "name": .text(profile.name), "summary": .text(profile.summary),
      "sha256": .text(profile.digest.description),
      "structureSha256": .text(profile.structureDigest.description),
      "synchronisation": .text(profile.synchronisation.rawValue),
      "capabilities": .texts(ProfileCapabilities.neurons(profile.neuron)),
      "synapses": .texts(ProfileCapabilities.synapses(profile)),
      "routing": .texts(ProfileCapabilities.routing(profile)),
      "coreClasses": .texts(ProfileCapabilities.classes(profile)),
      "overrides": .texts(profile.overrides), "quantities": .object(quantities),
    ])
  }

  private static func assumed(_ profile: Profile) -> String {
    let prices = profile.quantities.filter { $0.key.hasPrefix("/prices/") }
    if prices.isEmpty { return "none" }
    let assumed = prices.values.count { $0.method == .assumed }
    return "\(assumed) of \(prices.count)"
  }
}
