import LoomBase
import LoomHardware
import LoomImage

/// The cut of a lowered network into tiles, as far as it goes: layers that fit no core are listed and the
/// rest is cut all the same.
struct LayerCut {
  /// Tiles of each population; empty for host-injected input and refused layers.
  var tiles: [[Tile]]
  /// Why each refused layer fits no core.
  var refusals: [Int: [SizingViolation]]
  /// The cores of each tile set where they were packed; nil where sharing was left out.
  var cores: [[Tile]]?

  /// Networks of more tiles are not packed: sharing saves little where tiles fill their cores.
  static let packedTiles = 20_000

  /// The cut a partition made.
  init(_ partition: Partition, populations: Int) {
    tiles = [[Tile]](repeating: [], count: populations)
    for core in partition.cores { for tile in core { tiles[tile.population].append(tile) } }
    refusals = [:]
    cores = partition.cores
  }

  /// Cuts every population, targets first, as `Partition` does.
  init(_ builder: TileBuilder, offChip: Bool) {
    var search = TileSearch(builder)
    let images = builder.images
    let entries = UInt32(1 + (offChip ? builder.profile.core.axonsOutOffChip : 0))
    let order = images.indices.sorted { (images[$0].start, $0) < (images[$1].start, $1) }
    var tiles = [[Tile]](repeating: [], count: images.count)
    var refusals: [Int: [SizingViolation]] = [:]
    for population in order.reversed() where images[population].role != .input {
      let known = search.findings.count
      tiles[population] = search.tiles(population)
      if search.findings.count > known {
        refusals[population] = Self.violations(
          Array(search.findings[known...]), search, population)
        continue
      }
      for tile in tiles[population] {
        for input in tile.inputs {
          let source = builder.network.templates[input.template].source
          FanOut.add(input.sources, entries, images[source].shape, to: &search.fanOut[source])
        }
      }
    }
    for population in tiles.indices {
      tiles[population] = tiles[population].map { search.complete($0) }
    }
    self.tiles = tiles
    self.refusals = refusals
    guard tiles.reduce(0, { $0 + $1.count }) <= Self.packedTiles else { return }
    var packing = CorePacking(builder, sharesCores: true)
    for population in order { for tile in tiles[population] { packing.place(tile) } }
    cores = packing.cores
  }

  /// The findings with their numbers, from the tile of a single neuron in the middle of the map.
  private static func violations(
    _ findings: [Diagnostic], _ search: TileSearch, _ population: Int
  ) -> [SizingViolation] {
    let builder = search.builder
    let shape = builder.images[population].shape
    let box = MapBox(
      channels: shape.channels / 2..<shape.channels / 2 + 1,
      rows: shape.height / 2..<shape.height / 2 + 1, columns: shape.width / 2..<shape.width / 2 + 1)
    let tile = search.complete(builder.tile(population, box))
    let budget = search.budget
    let exceeded = budget.exceeded(tile)
    let name = builder.network.populations[population].name
    return findings.enumerated().map { place, finding in
      let resource = place < exceeded.count ? exceeded[place] : nil
      return SizingViolation(
        resource: resource?.name ?? "a box of neurons", layer: name,
        needs: resource.map { budget.use($0, tile) }, has: resource.flatMap { budget.limit($0) },
        diagnostic: finding)
    }
  }
}

/// Counts output entries of sources.
enum FanOut {
  /// Adds entries for every source of an axon block (channel-last counts).
  static func add(
    _ sources: AxonSources, _ entries: UInt32, _ shape: MapShape, to counts: inout [UInt32]
  ) {
    switch sources {
    case .list(let indices):
      for index in indices { counts[Int(index)] += entries }
    case .box(let box):
      for row in box.rows {
        for column in box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in box.channels { counts[base + channel] += entries }
        }
      }
    }
  }
}
