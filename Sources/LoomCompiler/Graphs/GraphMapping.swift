import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Partitions a lowered network in its own order and, where lists of synapses can gain, in an order of their own;
/// keeps the better of the two.
struct GraphMapping {
  /// The network, renumbered or as it was.
  let lowered: LoweredNetwork
  let partition: Partition
  let renumbered: [RenumberedLayer]

  /// The better partition; throws what the plain one throws where neither fits.
  ///
  /// `spikes` are those of one neuron in one sample by population.
  static func make(
    _ network: LoweredNetwork, driven: Set<Int>, profile: Profile, options: CompilerOptions,
    spikes: [Double]
  ) throws(DiagnosticsError) -> GraphMapping {
    let candidates = Self.candidates(network, driven, profile, options)
    guard !candidates.isEmpty else {
      let partition = try Partition.make(
        network, profile: profile, options: options, spikes: spikes)
      return GraphMapping(lowered: network, partition: partition, renumbered: [])
    }
    let builder = TileBuilder(network, profile, spikes: Self.weights(network, spikes))
    func cut(_ network: LoweredNetwork) throws(DiagnosticsError) -> Partition {
      try Partition.make(network, profile: profile, options: options, spikes: spikes)
    }
    if Self.isLong(network, candidates) {
      return try long(builder, candidates, cut)
    }
    var plain: Partition?
    var refusal: DiagnosticsError?
    do throws(DiagnosticsError) { plain = try cut(network) } catch { refusal = error }
    // Along a cycle boxes are cut before all they send is known: such a cut may be more than cores hold.
    let sound = plain.flatMap { builder.holds($0) ? $0 : nil }
    let plan = GraphPlan(builder, candidates: candidates, plain: sound)
    let lowered = plan.isEmpty ? network : Renumbering.apply(plan, to: network)
    let ordered = plan.isEmpty ? nil : try? cut(lowered)
    guard let ordered, sound.map({ builder.prefers(ordered, to: $0) }) ?? true else {
      guard let plain else { throw refusal ?? DiagnosticsError(.doesNotFit, []) }
      return GraphMapping(lowered: network, partition: plain, renumbered: [])
    }
    return GraphMapping(
      lowered: lowered, partition: ordered, renumbered: rows(builder, lowered, plan, ordered))
  }

  /// Lists longer than this are compared with their own order filled in core after core, not with the best boxes.
  private static let longestCompared = 100_000
  /// Lists longer than this are filled in that way where no other order helps: the search for boxes would take minutes.
  private static let longestSearched = 2_000_000

  private static func synapses(_ network: LoweredNetwork, _ candidates: [Int]) -> Int {
    let chosen = Set(candidates)
    return network.templates.reduce(0) {
      chosen.contains($1.target) ? $0 + $1.weights.count : $0
    }
  }

  private static func isLong(_ network: LoweredNetwork, _ candidates: [Int]) -> Bool {
    synapses(network, candidates) > longestCompared
      && candidates.allSatisfy { network.images[$0].shape.positions == 1 }
  }

  /// Long lists: the parts of the plan, and of the network's own order where that serves as well.
  private static func long(
    _ builder: TileBuilder, _ candidates: [Int],
    _ cut: (LoweredNetwork) throws(DiagnosticsError) -> Partition
  ) throws(DiagnosticsError) -> GraphMapping {
    let network = builder.network
    let plan = GraphPlan(builder, candidates: candidates, plain: nil)
    var filled = network
    for index in candidates { filled.populations[index].parts = plan.plainParts[index] }
    if !plan.isEmpty {
      let lowered = Renumbering.apply(plan, to: filled)
      if let ordered = try? cut(lowered) {
        return GraphMapping(
          lowered: lowered, partition: ordered, renumbered: rows(builder, lowered, plan, ordered))
      }
    }
    if synapses(network, candidates) > longestSearched, let partition = try? cut(filled) {
      return GraphMapping(lowered: filled, partition: partition, renumbered: [])
    }
    return GraphMapping(lowered: network, partition: try cut(network), renumbered: [])
  }

  /// What an axon of each population counts: its spikes; where nobody counted them (the host's injections) the mean.
  private static func weights(_ network: LoweredNetwork, _ spikes: [Double]) -> [Double] {
    let known = spikes.filter { $0 > 0 }
    let mean = known.isEmpty ? 1 : known.reduce(0, +) / Double(known.count)
    return spikes.indices.map {
      spikes[$0] > 0 || network.images[$0].role.isOnCores ? spikes[$0] : mean
    }
  }

  private static func rows(
    _ builder: TileBuilder, _ lowered: LoweredNetwork, _ plan: GraphPlan, _ ordered: Partition
  ) -> [RenumberedLayer] {
    lowered.populations.indices.filter { lowered.images[$0].order != nil }.map { index in
      let whole = MapBox(builder.images[index].shape)
      let sources = builder.incoming[index].reduce(0) { $0 + builder.sources($1, whole).count }
      return RenumberedLayer(
        name: lowered.populations[index].name, sources: sources,
        duplicatedBefore: plan.axonsBefore[index].map { $0 - sources },
        duplicatedAfter: ordered.tiles(of: index).reduce(-sources) { $0 + $1.axonsIn })
    }
  }

  /// Populations that may stand in any order: spiking neurons on cores fed by lists (and by what feeds all alike), without
  /// analog input and pins, whose own targets list them or take them all.
  private static func candidates(
    _ network: LoweredNetwork, _ driven: Set<Int>, _ profile: Profile, _ options: CompilerOptions
  ) -> [Int] {
    guard options.partition == .shared else { return [] }
    if case .sharedKernels = profile.core.synapses { return [] }
    let pinned = Set(options.pins.map(\.layer))
    return network.populations.indices.filter { index in
      let population = network.populations[index]
      guard population.image.role == .hidden, !driven.contains(index),
        population.image.shape.count > 1, !pinned.contains(population.name),
        pinned.isDisjoint(with: population.origin)
      else { return false }
      var hasList = false
      for template in network.templates {
        if template.weights.isEmpty { return false }
        if template.target == index {
          switch template.kind {
          case .convolution, .sums: return false
          case .sparse: hasList = true
          case .dense, .broadcast: break
          }
        }
        if template.source == index,
          !Renumbering.canRenumberSource(template, population.image.shape)
        {
          return false
        }
      }
      return hasList
    }
  }
}

extension TileBuilder {
  /// Expected spikes of one sample at the input axons of tiles.
  func weight(_ tiles: [Tile]) -> Double {
    tiles.reduce(0) { sum, tile in
      tile.inputs.reduce(sum) {
        $0 + Double($1.sources.count) * spikes[network.templates[$1.template].source]
      }
    }
  }

  /// Whether every core holds the neurons, copies and output entries that a partition gives it.
  fileprivate func holds(_ partition: Partition) -> Bool {
    let budget = CoreBudget(profile: profile)
    return partition.cores.allSatisfy { tiles in
      CoreLoad.additive.allSatisfy { resource in
        let sum = tiles.reduce(0) { $0 + budget.use(resource, $1) }
        return sum <= budget.limit(resource) ?? .max
      }
    }
  }

  /// Whether one partition takes fewer cores than another, or as many and fewer spikes at input axons; templates of both
  /// go by the same numbers.
  fileprivate func prefers(_ partition: Partition, to other: Partition) -> Bool {
    func rating(_ partition: Partition) -> (Int, Double) {
      (partition.cores.count, weight(partition.cores.flatMap { $0 }))
    }
    return rating(partition) < rating(other)
  }
}
