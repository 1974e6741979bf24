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
      inputAxons: inputAxons, sharedAxons: sharedAxons, sourceNeurons: sourceNeurons,
      duplicatedAxons: inputAxons - distinctAxons, inputPackets: partition.packets,
      routes: image.cores.reduce(image.hostRoutes.cores.count) { $0 + $1.routes.cores.count },
      lowering: inventory, placement: placement, diagnostics: [])
  }

  /// What exists only because the chip lacks something, copies of axons and neurons included.
  private var inventory: LoweringInventory {
    var inventory = lowered.inventory
    for tile in allTiles {
      for input in tile.inputs where lowered.templates[input.template].repeats {
        inventory.axonCopies += input.sources.count
      }
      inventory.neuronCopies +=
        tile.neurons - tile.box.count * lowered.images[tile.population].compartments
    }
    return inventory
  }

  private var allTiles: [Tile] { partition.cores.flatMap { $0 } }

  private var inputAxons: Int { allTiles.reduce(0) { $0 + $1.axonsIn } }

  /// Axons counted once for each core and projection, however many slices of the core they feed.
  private var sharedAxons: Int {
    var last = lowered.templates.map {
      [Int32](repeating: -1, count: lowered.populations[$0.source].image.shape.count)
    }
    var count = 0
    for (core, tiles) in partition.cores.enumerated() {
      for input in tiles.flatMap(\.inputs) {
        let shape = lowered.populations[lowered.templates[input.template].source].image.shape
        input.sources.forEachIndex(in: shape) { index in
          count += last[input.template][index] == Int32(core) ? 0 : 1
          last[input.template][index] = Int32(core)
        }
      }
    }
    return count
  }

  /// Neurons with an axon anywhere.
  private var sourceNeurons: Int {
    var isSource = lowered.populations.map {
      [Bool](repeating: false, count: $0.image.shape.count)
    }
    for input in allTiles.flatMap(\.inputs) {
      let source = lowered.templates[input.template].source
      input.sources.forEachIndex(in: lowered.populations[source].image.shape) {
        isSource[source][$0] = true
      }
    }
    return isSource.reduce(0) { sum, list in list.reduce(sum) { $0 + ($1 ? 1 : 0) } }
  }

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

  /// Output entries that no partition avoids: one for each source of a projection, the host's left out.
  private var leastEntries: Int {
    let builder = TileBuilder(lowered, profile)
    return lowered.templates.indices.reduce(0) { sum, index in
      let template = lowered.templates[index]
      guard lowered.populations[template.source].image.role.isOnCores else { return sum }
      let target = MapBox(lowered.populations[template.target].image.shape)
      return sum + builder.sources(index, target).count
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
      ("output axon entries", cores(leastEntries, profile.core.axonsOut)),
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
      let cells = synapses * format.columnsPerWeight(bits: profile.weight.bits)
      bounds.append(
        ("crossbar cells", cores(cells, format.rows * format.columns * format.arrays)))
    case .sharedKernels: break
    }
    return bounds
  }
}
