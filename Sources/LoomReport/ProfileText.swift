public import LoomBase
public import LoomHardware

/// A hardware profile for people and for machines (`profiles list`, `profiles show`).
public enum ProfileText {
  /// One line per profile: name, structure, evidence.
  public static func list(_ profiles: [Profile]) -> String {
    var table = TextTable(
      ["profile", "cores/chip", "neurons/core", "chips", "assumed prices", "what it is"],
      alignments: [.left, .right, .right, .right, .right, .left])
    for profile in profiles {
      table.add([
        profile.name, ScaledUnits.number(Double(profile.topology.coresPerChip)),
        ScaledUnits.number(Double(profile.core.neurons)),
        ScaledUnits.number(Double(profile.topology.maximumChips)), assumed(profile),
        profile.summary,
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
    let head = [
      "\(profile.name): \(profile.summary)", "  sha256     \(profile.digest)",
      "  structure  \(profile.structureDigest)",
      "  neurons    \(capabilities(profile.neuron).joined(separator: ", "))",
      "  steps end  \(profile.synchronisation.rawValue)",
    ]
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
      "capabilities": .texts(capabilities(profile.neuron)),
      "overrides": .texts(profile.overrides), "quantities": .object(quantities),
    ])
  }

  private static func assumed(_ profile: Profile) -> String {
    let prices = profile.quantities.filter { $0.key.hasPrefix("/prices/") }
    let assumed = prices.values.count { $0.method == .assumed }
    return "\(assumed) of \(prices.count)"
  }

  private static func capabilities(_ neuron: NeuronCapabilities) -> [String] {
    var words = [neuron.firesOnGreaterOnly ? "fires on v > threshold" : "fires on v >= threshold"]
    switch neuron.softReset {
    case .native: words.append("soft reset")
    case .secondCompartment: words.append("soft reset by a second compartment")
    case .none: words.append("no soft reset")
    }
    if neuron.hardReset { words.append("hard reset") }
    if neuron.startStep { words.append("start step") }
    if neuron.perPopulationReset { words.append("reset by population") }
    if neuron.comparatorSites > 0 { words.append("comparator of \(neuron.comparatorSites) sites") }
    if neuron.potentialReadout { words.append("potentials can be read") }
    if neuron.analogInput { words.append("bias written per neuron and sample") }
    return words
  }
}
