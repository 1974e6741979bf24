/// Copies of neurons on chips on which a neuron sends to few axons (`RoutingCapabilities.fanOut`).
///
/// A neuron with more destinations stands in several columns of its core. All copies get the same synapses, so
/// they do the same; each sends to its share of the destinations. The image lists the neuron once: how many
/// copies there are follows from its routes. Before: fan-out 1, destinations (3, 7), (3, 8). After: two copies.
public enum NeuronCopies {
  /// Columns that a neuron with so many destinations takes.
  public static func count(destinations: Int, fanOut: Int) -> Int {
    fanOut <= 0 ? 1 : max(1, (destinations + fanOut - 1) / fanOut)
  }

  /// Copies beyond the first of every neuron of a core, by local number; empty where fan-out has no limit.
  public static func extra(_ core: ImageCore, fanOut: Int) -> [UInt32] {
    guard fanOut > 0 else { return [] }
    let offsets = core.routes.offsets
    return (0..<core.neuronCount).map { neuron in
      guard neuron + 1 < offsets.count else { return 0 }
      return UInt32(
        count(destinations: Int(offsets[neuron + 1] - offsets[neuron]), fanOut: fanOut) - 1)
    }
  }
}
