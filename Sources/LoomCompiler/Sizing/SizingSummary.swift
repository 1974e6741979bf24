import LoomBase
import LoomHardware
import LoomImage

/// Adds up a cut: layers, resources, what is short.
struct SizingSummary {
  let builder: TileBuilder
  /// Mean spikes per neuron and step of the network's own populations; nil where nothing is calibrated.
  let activity: [Double]?
  let timesteps: Int

  private var profile: Profile { builder.profile }
  private var network: LoweredNetwork { builder.network }
  private var budget: CoreBudget { CoreBudget(profile: builder.profile) }

  /// Resources whose use adds up over a core's tiles.
  private static let additive: [CoreResource] = [
    .neurons, .synapseMemory, .columns, .arrays, .axonsIn, .axonsOut,
  ]

  /// The sizing of a cut, with what was found before it.
  func sizing(_ cut: LayerCut, violations: [SizingViolation]) -> ChipSizing {
    let layers = layers(cut)
    let tiles = cut.tileCount
    let refused = layers.filter(\.isRefused).reduce(0) { $0 + $1.cores }
    let cores = (cut.cores?.count ?? tiles) + refused
    let topology = profile.topology
    let available = topology.coresPerChip * topology.maximumChips
    var found = violations + cut.refusals.keys.sorted().flatMap { cut.refusals[$0] ?? [] }
    if cores > available { found.append(tooManyCores(cores, available, layers)) }
    if let rows = ownRows(layers) { found.append(rows) }
    let resources = resources(cut, layers, cores: cores)
    return ChipSizing(
      profile: profile.name, overrides: profile.overrides, violations: found, cores: cores,
      availableCores: available, coresPerChip: topology.coresPerChip,
      unsharedCores: tiles + refused,
      isEstimate: refused > 0 || cut.cores == nil || weightsMatter,
      layers: layers,
      resources: resources, bottleneck: bottleneck(found, resources), depth: network.depth,
      neurons: layers.reduce(0) { $0 + $1.neurons },
      compartments: layers.reduce(0) { $0 + $1.compartments },
      synapses: layers.reduce(0) { $0 + $1.synapses }, lowering: network.inventory)
  }

  /// Whether thresholds or weights that are not known yet decide: cores hold only so many thresholds, or a source takes
  /// axons by the weights it has.
  private var weightsMatter: Bool {
    activity == nil && (profile.neuron.distinctThresholds > 0 || profile.splitsWeights)
  }

  private func bottleneck(_ found: [SizingViolation], _ resources: [ResourceSizing]) -> String {
    let binding = resources.max {
      Double($0.used) / Double(max(1, $0.perCore)) < Double($1.used) / Double(max(1, $1.perCore))
    }
    guard let first = found.first else { return binding?.name ?? "none" }
    guard first.resource == "cores", let binding else { return first.resource }
    return "cores, for \(binding.name)"
  }

  private func layers(_ cut: LayerCut) -> [LayerSizing] {
    var cores = [Int](repeating: 0, count: cut.groups.count)
    for core in cut.cores ?? [] {
      for population in Set(core.map(\.population)) { cores[population] += 1 }
    }
    if cut.cores == nil { cores = cut.groups.map { $0.reduce(0) { $0 + $1.count } } }
    return cut.groups.indices.compactMap { index in
      guard network.populations[index].image.role.isOnCores else { return nil }
      return cut.refusals[index] == nil
        ? layer(index, cut.groups[index], cores: cores[index]) : refused(index)
    }
  }

  private func blank(_ index: Int) -> LayerSizing {
    let population = network.populations[index]
    return LayerSizing(
      name: population.name, shape: population.image.shape, neurons: population.image.shape.count,
      compartments: population.compartments, cores: 0, tiles: 0, synapses: 0, words: 0, axonsIn: 0,
      axonsOut: 0, isRefused: false, isLowering: population.image.role.isLowering)
  }

  private func layer(_ index: Int, _ groups: [TileGroup], cores: Int) -> LayerSizing {
    var row = blank(index)
    row.cores = cores
    for group in groups {
      row.tiles += group.count
      row.synapses += group.total(group.tile.synapses)
      row.words += group.total(group.tile.words)
      row.axonsIn += group.tile.axonsIn * group.count
      row.axonsOut += group.total(group.tile.axonsOut)
    }
    if let activity, index < activity.count, network.populations[index].image.role == .hidden {
      let rate = activity[index] * Double(timesteps)
      row.expectedSpikes = rate * Double(row.neurons)
      row.expectedPackets = rate * Double(row.axonsOut)
    }
    return row
  }

  /// A layer no core can hold a neuron of: the totals of one undivided copy, and the least cores for them.
  private func refused(_ index: Int) -> LayerSizing {
    var row = blank(index)
    row.isRefused = true
    let whole = MapBox(row.shape)
    for template in builder.incoming[index] {
      let source = builder.images[network.templates[template].source].shape
      row.axonsIn += source.count
      row.synapses += SynapseLayout.storedSynapses(
        template: network.templates[template], sources: .box(MapBox(source)), box: whole,
        populations: builder.images)
    }
    var bounds = [
      share(row.compartments, profile.core.neurons), share(row.axonsIn, profile.core.axonsIn),
    ]
    switch profile.core.synapses {
    case .packedEntries(let format):
      let bits = row.synapses * profile.weight.bits
      row.words = share(bits, format.wordBits)
      bounds.append(share(bits, format.memoryBits))
    case .crossbar(let format):
      bounds.append(share(row.synapses, format.rows * format.columns * format.arrays))
    case .sharedKernels: break
    }
    row.cores = bounds.max() ?? 1
    row.tiles = row.cores
    return row
  }

  private func share(_ total: Int, _ limit: Int) -> Int {
    (total + max(1, limit) - 1) / max(1, limit)
  }

  private func resources(
    _ cut: LayerCut, _ layers: [LayerSizing], cores: Int
  ) -> [ResourceSizing] {
    Self.additive.compactMap { resource in
      guard let limit = budget.limit(resource) else { return nil }
      var used =
        sharedArrays(cut, resource)
        ?? cut.groups.reduce(0) { sum, groups in
          sum + groups.reduce(0) { $0 + $1.total(budget.use(resource, $1.tile)) }
        }
      for layer in layers where layer.isRefused {
        switch resource {
        case .neurons: used += layer.compartments
        case .synapseMemory: used += layer.words
        case .axonsIn: used += layer.axonsIn
        default: break
        }
      }
      return ResourceSizing(
        name: resource.name, used: used, perCore: limit, leastCores: share(used, limit),
        utilisation: Double(used) / Double(max(1, cores * limit)))
    }
  }

  /// Arrays of cores whose tiles are known: tiles on one core share them.
  private func sharedArrays(_ cut: LayerCut, _ resource: CoreResource) -> Int? {
    guard resource == .arrays, let cores = cut.cores,
      case .crossbar(let format) = profile.core.synapses
    else { return nil }
    return cores.reduce(0) { $0 + builder.arrays($1, format) }
  }

  /// More rows than a core has, where neurons share their numbers with axons (`OwnRows`).
  private func ownRows(_ layers: [LayerSizing]) -> SizingViolation? {
    guard profile.routing.ownRow else { return nil }
    let heard = Set(network.templates.map(\.source))
    let unheard = network.populations.indices.filter {
      network.images[$0].role == .hidden && !heard.contains($0)
    }
    let rows = layers.reduce(unheard.reduce(0) { $0 + network.images[$1].shape.count }) {
      $0 + $1.axonsIn
    }
    guard rows > profile.core.axonsIn else { return nil }
    return SizingViolation(
      resource: "rows", layer: nil, needs: rows, has: profile.core.axonsIn,
      diagnostic: Diagnostic(
        .error, "SL4030",
        "needs \(rows) rows for axons and for neurons that fire unheard, has \(profile.core.axonsIn)",
        remedy: "choose a profile with larger cores, or a smaller network"))
  }

  private func tooManyCores(
    _ cores: Int, _ available: Int, _ layers: [LayerSizing]
  ) -> SizingViolation {
    let most = layers.max { $0.cores < $1.cores }
    return SizingViolation(
      resource: "cores", layer: nil, needs: cores, has: available,
      diagnostic: Diagnostic(
        .error, "SL4012", "the whole network needs \(cores) cores, has \(available)",
        notes: most.map { ["most cores are taken by layer '\($0.name)', \($0.cores)"] } ?? [],
        remedy: "choose a profile with more chips, or a smaller network"))
  }
}

extension TileGroup {
  /// What all tiles of the group take of something of which the interior one takes so much.
  func total(_ use: Int) -> Int { Int((Double(use * count) * fill).rounded()) }
}
