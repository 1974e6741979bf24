package import LoomBase

/// The synapses of a template whose weight is not zero: on a binary crossbar, the cells that are set.
///
/// A template without weights stands for its geometry: all cells count.
package struct SetCells {
  private let runs: SynapseRuns
  private let weights: [Int16]

  /// Prepares a template of an image with these populations.
  package init(_ template: SynapseTemplate, _ populations: [ImagePopulation]) {
    runs = SynapseRuns(
      template, source: populations[template.source].shape,
      target: populations[template.target].shape, ignoresShifts: true)
    weights = template.weights
  }

  /// How many there are from some sources onto a box.
  package func count(_ sources: AxonSources, _ box: MapBox) -> Int {
    var buffer: [SynapseRun] = []
    return sources.indices(in: runs.source).reduce(0) { sum, source in
      buffer.removeAll(keepingCapacity: true)
      runs.append(source: Int(source), box: box, to: &buffer)
      return sum + buffer.reduce(0) { $0 + count($1) }
    }
  }

  /// Those of some sources that have one onto a box; the same value if all have.
  package func live(_ sources: AxonSources, _ box: MapBox) -> AxonSources {
    var buffer: [SynapseRun] = []
    let all = sources.indices(in: runs.source)
    let live = all.filter { source in
      buffer.removeAll(keepingCapacity: true)
      runs.append(source: Int(source), box: box, to: &buffer)
      return buffer.contains { count($0) > 0 }
    }
    return live.count == all.count ? sources : .list(live)
  }

  private func count(_ run: SynapseRun) -> Int {
    guard !weights.isEmpty else { return run.count }
    return weights[run.firstWeight..<(run.firstWeight + run.count)].count { $0 != 0 }
  }
}
