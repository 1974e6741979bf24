/// A population put in an order and cut into parts, one for a core, so that few inputs are needed twice.
///
/// Grown, refined, put in a row (`PartGrowth`, `PartRefinement`, `PartOrder`): a function of graph and limits alone.
package struct GraphCut: Sendable {
  /// By position the neuron.
  package private(set) var neurons: [Int32] = []
  /// The positions of each part, one after another.
  package private(set) var parts: [Range<Int>] = []
  /// Input axons of all parts.
  package private(set) var axons = 0
  /// Their weight.
  package private(set) var weight = 0

  /// The cut; nil if a single neuron is more than a core holds.
  package init?(_ graph: NeuronHypergraph, _ limits: PartLimits) {
    guard let refinement = Self.best(graph, limits) else { return nil }
    let chain = PartOrder.chain(graph, refinement.parts)
    var scratch = PartOrder.Scratch(graph)
    neurons.reserveCapacity(graph.vertexCount)
    for part in chain {
      let first = neurons.count
      neurons += PartOrder.inside(refinement.parts[part], graph, &scratch)
      parts.append(first..<neurons.count)
      axons += refinement.loads[part].axons
    }
    weight = refinement.cost
  }

  /// The neurons as they are numbered, core after core; nil if a single neuron is more than a core holds.
  package init?(inOrder graph: NeuronHypergraph, _ limits: PartLimits) {
    var growth = PartGrowth(graph, limits)
    guard growth.fillInOrder() else { return nil }
    let filled = PartRefinement(graph, limits, growth)
    for (part, load) in zip(filled.parts, filled.loads) {
      parts.append(neurons.count..<(neurons.count + part.count))
      neurons += part
      axons += load.axons
    }
    weight = filled.cost
  }

  /// Of several first neurons (small graphs) the one that leads to fewest parts, then to the least weight.
  private static func best(_ graph: NeuronHypergraph, _ limits: PartLimits) -> PartRefinement? {
    let starts = max(1, min(8, graph.vertexCount, startWork / max(1, graph.netVertices.count)))
    var best: (refinement: PartRefinement, parts: Int, cost: Int)?
    for index in 0..<starts {
      var growth = PartGrowth(graph, limits)
      guard growth.run(from: index * graph.vertexCount / starts) else { return nil }
      var refinement = PartRefinement(graph, limits, growth)
      refinement.run()
      let rating = (refinement.parts.count, refinement.cost)
      if best.map({ rating < ($0.parts, $0.cost) }) ?? true {
        best = (refinement, rating.0, rating.1)
      }
    }
    return best?.refinement
  }

  /// Synapses that may be looked at from several starts together.
  private static let startWork = 400_000

  /// By neuron the part that holds it.
  package var owners: [Int32] {
    var result = [Int32](repeating: 0, count: neurons.count)
    for (part, range) in parts.enumerated() {
      for position in range { result[Int(neurons[position])] = Int32(part) }
    }
    return result
  }
}
