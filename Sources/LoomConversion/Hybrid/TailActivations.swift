import LoomNetwork

/// Activations right before the tail, which the host takes too: the chip then only accumulates what they read.
struct TailActivations {
  /// The tail with them.
  private(set) var tail: [Bool]
  /// What was taken.
  private(set) var remarks: [String] = []

  /// Looks in front of a tail.
  init(_ cut: HybridCut) {
    tail = cut.tail
    let layers = cut.graph.network.layers
    for value in cut.outOfChip {
      let chain = Self.chain(value, cut)
      guard let last = chain.lastIndex(where: { layers[$0].operation.isActivation }) else {
        continue
      }
      let taken = chain[...last]
      let isNeeded = taken.contains { layers[$0].operation.isHostActivation }
      let keepsSpikes = layers.indices.contains {
        cut.isOnChip($0) && !tail[$0] && !taken.contains($0)
          && layers[$0].operation.isSpikingActivation
      }
      guard isNeeded || keepsSpikes else { continue }
      for layer in taken { tail[layer] = true }
      let names = taken.filter { layers[$0].operation.isActivation }.map { "'\(layers[$0].name)'" }
      remarks.append(
        "\(names.joined(separator: ", ")) before the tail is left to the host too: the chip only "
          + "accumulates the sums it reads")
    }
  }

  /// The layers of one input that lead to a value and nowhere else but the tail, last first.
  private static func chain(_ value: ValueID, _ cut: HybridCut) -> [Int] {
    let graph = cut.graph
    var result: [Int] = []
    var probe = value
    while let index = graph.producers[probe], cut.isOnChip(index),
      graph.network.layers[index].operation.isActivation
        || graph.network.layers[index].operation.onlyReshapes,
      graph.reads(index).count == 1,
      graph.network.layers[index].outputs.allSatisfy({ output in
        !graph.network.outputs.contains(output)
          && (graph.readers[output] ?? []).allSatisfy { cut.tail[$0] || result.contains($0) }
      })
    {
      result.append(index)
      probe = graph.reads(index)[0]
    }
    return result
  }
}

extension LoomNetwork.Operation {
  fileprivate var isActivation: Bool { isSpikingActivation || isHostActivation }
}
