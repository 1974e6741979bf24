import LoomBase
import LoomImage

/// Renumbered populations, compared by the network's own neurons.
extension ImagePair {
  /// Neurons that stand at another position of the mapped order.
  func orderChanges(_ old: ImagePopulation, _ new: ImagePopulation) -> [FieldChange] {
    guard old.order != new.order, old.map == new.map else { return [] }
    let count = old.map.count
    let moved = (0..<count).count { old.neuron(at: $0) != new.neuron(at: $0) }
    func text(_ population: ImagePopulation) -> JSONValue {
      .text(population.order == nil ? "the network's" : "renumbered")
    }
    return [
      FieldChange(name: "order", before: text(old), after: text(new), count: moved, total: count)
    ]
  }

  /// Weights by the neurons they connect, in the network's numbers.
  func synapseChanges(_ old: Int, _ new: Int) -> [FieldChange] {
    let lists = (before.synapses(template: old), after.synapses(template: new))
    guard let first = lists.0, let second = lists.1, first.map(\.key) == second.map(\.key) else {
      return FieldChange.found(
        "weights", .integer(before.templates[old].weights.count),
        .integer(after.templates[new].weights.count))
        + [
          FieldChange(
            name: "synapses", before: .text("of some neurons"), after: .text("of others"))
        ]
    }
    return FieldChange.found("weights", first.map(\.value), second.map(\.value)) {
      "source neuron \(first[$0].key.source), target neuron \(first[$0].key.target)"
    }
  }
}

/// The two neurons of a synapse, channel-last in the network's maps.
struct SynapseKey: Hashable, Comparable {
  var source: Int
  var target: Int
  var plane: Int

  static func < (left: SynapseKey, right: SynapseKey) -> Bool {
    (left.source, left.target, left.plane) < (right.source, right.target, right.plane)
  }
}

extension HardwareImage {
  /// Whether a template connects a renumbered population.
  func isRenumbered(template index: Int) -> Bool {
    populations[templates[index].source].order != nil
      || populations[templates[index].target].order != nil
  }

  /// The weights of a template that names its neurons, by source, then target; nil of convolutions.
  func synapses(template index: Int) -> [(key: SynapseKey, value: Int)]? {
    let template = templates[index]
    let (source, target) = (populations[template.source].map, populations[template.target].map)
    if case .convolution = template.kind { return nil }
    return template.weights.indices.compactMap { weight in
      guard let position = position(template: index, weight: weight) else { return nil }
      let from = (position.row * source.width + position.column) * source.channels
      let place = position.target.map { $0.row * target.width + $0.column } ?? 0
      let key = SynapseKey(
        source: from + position.inputChannel,
        target: place * target.channels + position.outputChannel, plane: position.plane)
      return (key, position.value)
    }.sorted { $0.key < $1.key }
  }
}
