import LoomBase
import LoomNetwork

/// The order in which the populations of one aligned step are worked out.
enum ProcessingOrder {
  /// A topological order of the projections with delay 0, smallest index first; throws if they form a
  /// cycle, because then a spike would be its own cause.
  static func order(of skeleton: NetworkSkeleton) throws(DiagnosticsError) -> [Int] {
    let immediate = skeleton.edges.filter { $0.alignedDelay == 0 }
    var waiting = [Int](repeating: 0, count: skeleton.nodes.count)
    var targets = [[Int]](repeating: [], count: skeleton.nodes.count)
    for edge in immediate {
      guard let source = edge.source else { continue }
      waiting[edge.target.index] += 1
      targets[source.index].append(edge.target.index)
    }
    var order = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for target in targets[order[next]] {
        waiting[target] -= 1
        if waiting[target] == 0 { order.append(target) }
      }
      next += 1
    }
    guard order.count == skeleton.nodes.count else {
      let stuck = waiting.indices.filter { waiting[$0] > 0 }.map { skeleton.nodes[$0].name }
      throw DiagnosticsError(
        Diagnostic(
          .error, skeleton.diagnosticCode,
          "needs a delay on every cycle, has a cycle without delay through or before "
            + stuck.prefix(8).joined(separator: ", "),
          remedy: "give one projection of the cycle an aligned delay of at least 1"))
    }
    return order
  }

  /// How many past steps of each population's spikes some projection still asks for; of a window code, which
  /// is heard population by population, all of them.
  static func stepsRemembered(of skeleton: NetworkSkeleton) -> [Int] {
    if skeleton.code.isWindowed {
      return [Int](repeating: skeleton.timesteps - 1, count: skeleton.nodes.count)
    }
    var longest = [Int](repeating: 0, count: skeleton.nodes.count)
    for edge in skeleton.edges {
      guard let source = edge.source else { continue }
      longest[source.index] = max(longest[source.index], edge.alignedDelay)
    }
    return longest.map { min($0, skeleton.timesteps) }
  }
}
