/// Gives every layer a core of its own among those that hold it, if there is a way to do so.
///
/// A maximum matching in a bipartite graph by augmenting paths (Kuhn 1955; Berge 1957): layers in order, cores
/// tried in order, so that the result is a function of the graph. Before: layer 0 fits cores 0 and 1, layer 1
/// core 0 only; layer 0 takes core 0. After: layer 1 pushes layer 0 on to core 1.
package enum CoreMatching {
  /// A matching, or why there is none.
  package enum Outcome: Equatable, Sendable {
    /// The core of each layer.
    case complete([Int])
    /// Layers that have fewer cores between them than they are (Hall's condition), and these cores.
    case crowded(layers: [Int], cores: [Int])
  }

  /// Matches `choices.count` layers; `choices[n]` are the cores that hold layer n.
  package static func match(_ choices: [[Int]], cores: Int) -> Outcome {
    var layerOf = [Int](repeating: -1, count: cores)
    for layer in choices.indices {
      if let crowded = place(layer, choices, &layerOf) { return crowded }
    }
    var coreOf = [Int](repeating: -1, count: choices.count)
    for core in layerOf.indices where layerOf[core] >= 0 { coreOf[layerOf[core]] = core }
    return .complete(coreOf)
  }

  /// Finds a shortest way to place one more layer, moving placed ones; returns what is crowded if none is.
  private static func place(
    _ layer: Int, _ choices: [[Int]], _ layerOf: inout [Int]
  ) -> Outcome? {
    /// For each core seen the layer from which it was reached.
    var reachedFrom = [Int](repeating: -1, count: layerOf.count)
    var coreBefore = [Int: Int]()
    var queue = [layer]
    var next = 0
    while next < queue.count {
      let current = queue[next]
      next += 1
      for core in choices[current] where reachedFrom[core] < 0 {
        reachedFrom[core] = current
        if layerOf[core] < 0 {
          move(to: core, reachedFrom, coreBefore, &layerOf)
          return nil
        }
        coreBefore[layerOf[core]] = core
        queue.append(layerOf[core])
      }
    }
    return .crowded(
      layers: queue.sorted(), cores: reachedFrom.indices.filter { reachedFrom[$0] >= 0 })
  }

  /// Moves every layer on the way to the core it reached.
  private static func move(
    to free: Int, _ reachedFrom: [Int], _ coreBefore: [Int: Int], _ layerOf: inout [Int]
  ) {
    var core = free
    while true {
      let layer = reachedFrom[core]
      layerOf[core] = layer
      guard let before = coreBefore[layer] else { return }
      core = before
    }
  }
}
