import LoomBase
import LoomNetwork

/// Drops sources of dense projections whose weights are all zero: they need no axon.
///
/// Composed linear maps (a pooling folded into a dense layer) leave such columns behind. Before: dense, 3136
/// sources of which 256 have a weight. After: sparse, 256 sources, every one of them onto all targets.
enum LiveSources {
  /// The projection without dead columns; the same one where there are none, or where no weights are known.
  static func prune(
    _ projection: FixedProjection, source: MapShape, target: MapShape
  ) -> FixedProjection {
    guard case .dense = projection.connectivity, !projection.weights.isEmpty else {
      return projection
    }
    let live = liveColumns(projection.weights, sources: source.count)
    guard live.count < source.count else { return projection }
    var weights: [Int16] = []
    weights.reserveCapacity(live.count * target.count)
    for row in 0..<target.count {
      let base = row * source.count
      for column in live { weights.append(projection.weights[base + Int(column)]) }
    }
    var result = projection
    result.weights = weights
    result.connectivity = .sparse(
      SparsePattern(
        targetOffsets: (0...target.count).map { $0 * live.count },
        sources: (0..<target.count).flatMap { _ in live }))
    return result
  }

  /// The sources with at least one weight other than zero, ascending.
  private static func liveColumns(_ weights: [Int16], sources: Int) -> [Int32] {
    var isLive = [Bool](repeating: false, count: sources)
    var column = 0
    for weight in weights {
      if weight != 0 { isLive[column] = true }
      column += 1
      if column == sources { column = 0 }
    }
    return isLive.indices.filter { isLive[$0] }.map { Int32($0) }
  }
}
