import LoomBase
import LoomHardware
import LoomImage

/// Adds up what a partition takes.
struct MappingSummary {
  let lowered: LoweredNetwork
  let profile: Profile
  let partition: Partition
  let placement: PlacementReport

  /// The report of a finished mapping.
  func report(_ image: HardwareImage) -> MappingReport {
    let bounds = lowerBounds
    let binding = bounds.max { $0.cores < $1.cores } ?? ("compartments", 1)
    let chips = Set(image.cores.map(\.position.chip)).count
    return MappingReport(
      cores: image.cores.count, chips: chips, depth: lowered.depth, layers: layers,
      bindingResource: binding.name, lowerBound: binding.cores,
      duplicatedAxons: allTiles.reduce(0) { $0 + $1.axonsIn } - distinctAxons,
      routes: image.cores.reduce(image.hostRoutes.cores.count) { $0 + $1.routes.cores.count },
      lowering: lowered.inventory, placement: placement, diagnostics: [])
  }

  private var allTiles: [Tile] { partition.cores.flatMap { $0 } }

  private var layers: [LayerMapping] {
    var rows = lowered.populations.map { population in
      LayerMapping(
        name: population.name, cores: 0, neurons: population.image.shape.count, synapses: 0,
        words: 0, axons: 0, start: population.image.start)
    }
    for core in partition.cores {
      for tile in core {
        rows[tile.population].synapses += tile.synapses
        rows[tile.population].words += tile.words
        rows[tile.population].axons += tile.axonsIn
      }
      for population in Set(core.map(\.population)) { rows[population].cores += 1 }
    }
    return rows
  }

  /// Sources of each template that meet any target, once each.
  private var distinctAxons: Int {
    let builder = TileBuilder(lowered, profile)
    return lowered.templates.indices.reduce(0) { sum, index in
      let target = lowered.templates[index].target
      return sum + builder.sources(index, MapBox(lowered.images[target].shape)).count
    }
  }

  /// The least cores that hold the total of each resource, however it is divided.
  private var lowerBounds: [(name: String, cores: Int)] {
    let tiles = allTiles
    if case .sharedKernels = profile.core.synapses {
      return [("layers, one a core", max(1, tiles.count))]
    }
    let budget = CoreBudget(profile: profile)
    func cores(_ total: Int, _ limit: Int) -> Int { (total + max(1, limit) - 1) / max(1, limit) }
    var bounds = [
      ("compartments", cores(tiles.reduce(0) { $0 + $1.neurons }, profile.core.neurons)),
      ("input axons", cores(distinctAxons, profile.core.axonsIn)),
    ]
    if let limit = budget.limit(.columns) {
      bounds.append(("crossbar columns", cores(tiles.reduce(0) { $0 + $1.columns }, limit)))
    }
    let synapses = tiles.reduce(0) { $0 + $1.synapses }
    switch profile.core.synapses {
    case .packedEntries(let format):
      bounds.append(
        ("synapse memory", cores(synapses * profile.weight.bits, format.memoryBits)))
    case .crossbar(let format):
      bounds.append(
        ("crossbar cells", cores(synapses, format.rows * format.columns * format.arrays)))
    case .sharedKernels: break
    }
    return bounds
  }
}
