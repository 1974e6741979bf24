import LoomBase
import LoomNetwork

/// Writes a draft's connections without their weights, one map at a time, so that no more than one is ever
/// held in a second form.
struct OutlineWriter {
  let draft: DraftNetwork
  let emission: Emission
  let detail: OutlineDetail
  /// Maps too large to write.
  private(set) var findings: [Diagnostic] = []

  init(draft: DraftNetwork, emission: Emission, detail: OutlineDetail) {
    self.draft = draft
    self.emission = emission
    self.detail = detail
  }

  /// The populations, synapses and analog first layer.
  mutating func write() -> (
    populations: [Population], projections: [Projection], frontEnd: [FrontEndProjection]
  ) {
    var populations = emission.populations()
    let inputs = populations.count - draft.populations.count
    var projections: [Projection] = []
    var frontEnd: [FrontEndProjection] = []
    for index in 0..<inputs { frontEnd.append(inputProjection(index)) }
    for (index, population) in draft.populations.enumerated() {
      let target = PopulationID(index + inputs)
      if population.kind == .placeholder { populations[target.index].role = .input }
      for (site, value) in population.sites.enumerated() {
        for term in value.terms {
          guard let connectivity = connectivity(term, population) else { continue }
          add(
            connectivity, from: term.source, to: target, site: site, inputs: inputs, population,
            &projections, &frontEnd)
        }
      }
    }
    return (populations, projections, frontEnd)
  }

  private func inputProjection(_ index: Int) -> FrontEndProjection {
    FrontEndProjection(
      target: PopulationID(index),
      connectivity: .convolution(
        ConvolutionGeometry(
          kernelHeight: 1, kernelWidth: 1, groups: emission.inputShape.channels)),
      weights: [], origin: [emission.inputName])
  }

  private func add(
    _ connectivity: Connectivity, from source: Int, to target: PopulationID, site: Int,
    inputs: Int, _ population: DraftPopulation, _ projections: inout [Projection],
    _ frontEnd: inout [FrontEndProjection]
  ) {
    var sources = [PopulationID(source + inputs)]
    if source < 0 {
      if inputs == 0 {
        frontEnd.append(
          FrontEndProjection(
            target: target, connectivity: connectivity, weights: [], site: site,
            origin: population.origin))
      }
      sources = (0..<inputs).map { PopulationID($0) }
    }
    for source in sources {
      var weights: [Float] = []
      if case .sparse(let pattern) = connectivity {
        weights = [Float](repeating: 1, count: pattern.sources.count)
      }
      projections.append(
        Projection(
          source: source, target: target, connectivity: connectivity, weights: weights, site: site,
          origin: population.origin))
    }
  }

  private mutating func connectivity(_ term: Term, _ population: DraftPopulation) -> Connectivity? {
    do throws(RegionLimit) {
      let written = try WrittenMap(
        term.map, in: population.shape, firstChannel: term.firstChannel, lists: detail == .exact)
      guard case .dense = written.connectivity else { return written.connectivity }
      return Self.live(written.weights, sources: term.map.source.count) ?? .dense
    } catch {
      findings.append(
        Diagnostic(
          .error, "SL2105",
          "needs maps of at most \(RegionLimit.maximumEntries) weights, one has \(error.entries)",
          at: .layer(population.name), remedy: "use a smaller map"))
      return nil
    }
  }

  /// The columns of a matrix with a weight other than zero, as a pattern; nil where all have one.
  ///
  /// A pooling composed into a matrix leaves columns of zeros; they take no axon.
  private static func live(_ weights: [Float], sources: Int) -> Connectivity? {
    var isLive = [Bool](repeating: false, count: sources)
    var dead = sources
    var column = 0
    for weight in weights {
      if weight != 0, !isLive[column] {
        isLive[column] = true
        dead -= 1
        if dead == 0 { return nil }
      }
      column += 1
      if column == sources { column = 0 }
    }
    let live = isLive.indices.filter { isLive[$0] }.map { Int32($0) }
    let targets = weights.count / max(1, sources)
    return .sparse(
      SparsePattern(
        targetOffsets: (0...targets).map { $0 * live.count },
        sources: (0..<targets).flatMap { _ in live }))
  }
}
