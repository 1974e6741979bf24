import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Cuts every population into tiles and puts tiles on cores.
///
/// Before: populations of 512 and 1 neurons. After: core 0 holds a tile of the first and the second whole.
struct Partition {
  /// The tiles of each core, in order of starts.
  var cores: [[Tile]]
  /// The number of tiles of each population.
  var tileCounts: [Int]

  /// Tiles and cores of a lowered network; throws every finding at once.
  static func make(
    _ network: LoweredNetwork, profile: Profile, sharesCores: Bool
  ) throws(DiagnosticsError) -> Partition {
    let builder = TileBuilder(network, profile)
    var partition = try attempt(builder, entriesPerTarget: 1, sharesCores)
    let topology = profile.topology
    if partition.cores.count > topology.coresPerChip, profile.core.axonsOutOffChip > 0 {
      // Which destinations are on another chip is known only after placement: make room for all.
      let entries = 1 + profile.core.axonsOutOffChip
      partition = try attempt(builder, entriesPerTarget: entries, sharesCores)
    }
    let available = topology.coresPerChip * topology.maximumChips
    guard partition.cores.count <= available else {
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4012", "needs \(partition.cores.count) cores, has \(available)",
            at: .layer(largestLayer(partition, network)),
            remedy: "choose a profile with more chips, or a smaller network")
        ])
    }
    return partition
  }

  private static func largestLayer(_ partition: Partition, _ network: LoweredNetwork) -> String {
    let most = partition.tileCounts.max() ?? 0
    let index = partition.tileCounts.firstIndex(of: most) ?? 0
    return network.populations[index].name
  }

  private static func attempt(
    _ builder: TileBuilder, entriesPerTarget: Int, _ sharesCores: Bool
  ) throws(DiagnosticsError) -> Partition {
    var search = TileSearch(builder)
    let images = builder.images
    let order = images.indices.sorted { (images[$0].start, $0) < (images[$1].start, $1) }
    var tiles = [[Tile]](repeating: [], count: images.count)
    // Targets first, so that the output entries of a source are known when it is cut.
    for population in order.reversed() where images[population].role != .input {
      tiles[population] = search.tiles(population)
      for tile in tiles[population] {
        for input in tile.inputs {
          count(
            input, source: builder.network.templates[input.template].source,
            entries: UInt32(entriesPerTarget), images, &search.fanOut)
        }
      }
    }
    guard search.findings.isEmpty else {
      throw DiagnosticsError(.doesNotFit, search.findings.reversed())
    }
    var packing = CorePacking(builder, sharesCores: sharesCores)
    for population in order {
      for tile in tiles[population] { packing.place(search.complete(tile)) }
    }
    return Partition(cores: packing.cores, tileCounts: tiles.map(\.count))
  }

  private static func count(
    _ input: TileInput, source: Int, entries: UInt32, _ images: [ImagePopulation],
    _ fanOut: inout [[UInt32]]
  ) {
    let shape = images[source].shape
    switch input.sources {
    case .list(let indices):
      for index in indices { fanOut[source][Int(index)] += entries }
    case .box(let box):
      for row in box.rows {
        for column in box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in box.channels { fanOut[source][base + channel] += entries }
        }
      }
    }
  }
}

/// Puts tiles on cores, first fit among the cores opened last.
struct CorePacking {
  let builder: TileBuilder
  let budget: CoreBudget
  let sharesCores: Bool
  private(set) var cores: [[Tile]] = []
  private var open: [OpenCore] = []

  private struct OpenCore {
    var index: Int
    var use: [Int]
    var formats: Set<SynapseFormat>
    var thresholds: Set<Int32>
  }

  /// How many cores are looked at for each tile.
  private static let window = 48

  init(_ builder: TileBuilder, sharesCores: Bool) {
    self.builder = builder
    budget = CoreBudget(profile: builder.profile)
    self.sharesCores = sharesCores
  }

  /// Puts a tile on the first open core with room, or on a new one.
  mutating func place(_ tile: Tile) {
    let thresholds = thresholds(tile)
    if sharesCores {
      for position in open.indices where accepts(open[position], tile, thresholds) {
        add(tile, thresholds, to: position)
        return
      }
    }
    cores.append([tile])
    open.append(
      OpenCore(
        index: cores.count - 1, use: CoreResource.allCases.map { budget.use($0, tile) },
        formats: tile.formats, thresholds: thresholds))
    if open.count > Self.window { open.removeFirst() }
  }

  private mutating func add(_ tile: Tile, _ thresholds: Set<Int32>, to position: Int) {
    cores[open[position].index].append(tile)
    for resource in CoreResource.allCases {
      open[position].use[resource.rawValue] += budget.use(resource, tile)
    }
    open[position].formats.formUnion(tile.formats)
    open[position].thresholds.formUnion(thresholds)
  }

  private func accepts(_ core: OpenCore, _ tile: Tile, _ thresholds: Set<Int32>) -> Bool {
    for resource in [CoreResource.neurons, .columns, .axonsIn, .axonsOut, .synapseMemory] {
      guard let limit = budget.limit(resource) else { continue }
      if core.use[resource.rawValue] + budget.use(resource, tile) > limit { return false }
    }
    if let limit = budget.limit(.formats), core.formats.union(tile.formats).count > limit {
      return false
    }
    let distinct = builder.profile.neuron.distinctThresholds
    if distinct > 0, core.thresholds.union(thresholds).count > distinct { return false }
    guard case .crossbar(let format) = builder.profile.core.synapses else { return true }
    return builder.arrays(cores[core.index] + [tile], format) <= format.arrays
  }

  /// The thresholds of a tile's spiking neurons; only asked for where the chip counts them.
  private func thresholds(_ tile: Tile) -> Set<Int32> {
    guard builder.profile.neuron.distinctThresholds > 0,
      builder.images[tile.population].role != .readout
    else { return [] }
    let population = builder.network.populations[tile.population]
    switch population.threshold {
    case .uniform(let value): return [value]
    case .perChannel(let list): return Set(list[tile.box.channels])
    case .perNeuron:
      return Set(
        SliceOrder.values(population.threshold, tile.box, population.image.shape).listed)
    }
  }
}
