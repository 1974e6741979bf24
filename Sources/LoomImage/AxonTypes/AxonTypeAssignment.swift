package import LoomBase
package import LoomHardware

extension SynapseStorage {
  /// Whether cells only say that a synapse is there, so that a weight of zero is stored nowhere.
  package var hasBinaryCells: Bool {
    if case .crossbar(let format) = self { format.axonTypes > 0 } else { false }
  }

  /// Whether all synapses of an axon share a sign.
  package var hasSignedAxons: Bool {
    if case .crossbar(let format) = self {
      format.axonTypes == 0 && format.signPerAxon
    } else {
      false
    }
  }
}

/// Which type the axons of each template have, on chips where a neuron holds one weight for each type.
///
/// All axons of a template have one type, so a neuron may get only one value from a template, and templates of
/// one type must agree wherever both have a cell. Before: planes of 1, 2, 4 and −7 from two sources. After:
/// types 0 to 3, shared by both.
package enum AxonTypeAssignment {
  /// The value (weight << shift) of every target neuron, channel-last, 0 where it has none; nil if a neuron
  /// gets two.
  package static func values(_ template: SynapseTemplate, target: MapShape) -> [Int32]? {
    switch template.kind {
    case .convolution(let geometry):
      let perGroup = target.channels / geometry.groups
      let perChannel = geometry.kernelHeight * geometry.kernelWidth * perGroup
      let inputs = max(1, template.weights.count / max(1, perChannel * geometry.groups))
      let channels = collect(template, count: target.channels) { index in
        let channel = index / perChannel / inputs * perGroup + index % perGroup
        return (channel, channel)
      }
      return channels.map { spread($0, target) }
    case .dense:
      return collect(template, count: target.count) { index in
        (index % target.count, index % target.channels)
      }
    case .sparse(_, let targets):
      return collect(template, count: target.count) { index in
        (Int(targets[index]), Int(targets[index]) % target.channels)
      }
    case .broadcast(let planes, let perNeuron):
      guard planes == 1 else { return nil }
      let values = collect(template, count: template.weights.count) { ($0, $0) }
      return perNeuron ? values : values.map { spread($0, target) }
    case .sums: return nil
    }
  }

  /// The type of each list of values: the first that agrees with it.
  package static func types(_ lists: [[Int32]]) -> [Int] {
    var held: [[Int32]] = []
    return lists.map { values in
      guard let type = held.firstIndex(where: { agree($0, values) }) else {
        held.append(values)
        return held.count - 1
      }
      for index in values.indices where values[index] != 0 { held[type][index] = values[index] }
      return type
    }
  }

  /// Puts each weight on its neuron; `place` tells the neuron and the shift of a weight.
  private static func collect(
    _ template: SynapseTemplate, count: Int, _ place: (Int) -> (neuron: Int, shift: Int)
  ) -> [Int32]? {
    var values = [Int32](repeating: 0, count: count)
    for (index, weight) in template.weights.enumerated() where weight != 0 {
      let (neuron, shift) = place(index)
      let value = Int32(weight) << Int32(template.shifts[template.shifts.count == 1 ? 0 : shift])
      guard values[neuron] == 0 || values[neuron] == value else { return nil }
      values[neuron] = value
    }
    return values
  }

  private static func spread(_ channels: [Int32], _ target: MapShape) -> [Int32] {
    (0..<target.positions).flatMap { _ in channels }
  }

  private static func agree(_ first: [Int32], _ second: [Int32]) -> Bool {
    zip(first, second).allSatisfy { $0 == 0 || $1 == 0 || $0 == $1 }
  }
}
