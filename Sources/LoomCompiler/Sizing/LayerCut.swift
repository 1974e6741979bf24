import LoomBase
import LoomHardware
import LoomImage

/// A tile and how many like it a layer is cut into.
struct TileGroup {
  var tile: Tile
  var count: Int
  /// The share of `count` tiles that the layer really has: border tiles are smaller than inner ones.
  var fill: Double = 1
}

/// The cut of a lowered network into tiles, as far as it goes: layers that fit no core are listed and the
/// rest is cut all the same.
struct LayerCut {
  /// Tiles of each population; empty for host-injected input and refused layers.
  var groups: [[TileGroup]]
  /// Why each refused layer fits no core.
  var refusals: [Int: [SizingViolation]]
  /// The cores where tiles were packed; nil where sharing was left out.
  var cores: [[Tile]]?

  /// The tiles of all layers.
  var tileCount: Int {
    groups.reduce(0) { sum, groups in sum + groups.reduce(0) { $0 + $1.count } }
  }

  /// The cut a partition made.
  init(_ partition: Partition, populations: Int) {
    groups = [[TileGroup]](repeating: [], count: populations)
    for core in partition.cores {
      for tile in core { groups[tile.population].append(TileGroup(tile: tile, count: 1)) }
    }
    refusals = [:]
    cores = partition.cores
  }

  /// Cuts every population into the compiler's tiles, targets first, as `Partition` does.
  init(_ builder: TileBuilder, offChip: Bool) {
    var search = TileSearch(builder)
    let images = builder.images
    let entries = UInt32(1 + (offChip ? builder.profile.core.axonsOutOffChip : 0))
    let order = images.indices.sorted { (images[$0].start, $0) < (images[$1].start, $1) }
    var tiles = [[Tile]](repeating: [], count: images.count)
    refusals = [:]
    for population in order.reversed() where images[population].role.isOnCores {
      let known = search.findings.count
      tiles[population] = search.tiles(population)
      if search.findings.count > known {
        refusals[population] = RefusedLayer.violations(
          search.complete(RefusedLayer.tile(population, builder)), builder)
        continue
      }
      for tile in tiles[population] {
        for input in tile.inputs {
          let source = builder.network.templates[input.template].source
          input.sources.forEachIndex(in: images[source].shape) {
            search.fanOut[source][$0] += entries
          }
        }
      }
    }
    var packing = CorePacking(builder, sharesCores: true)
    groups = tiles.map { $0.map { TileGroup(tile: search.complete($0), count: 1) } }
    for population in order { for group in groups[population] { packing.place(group.tile) } }
    cores = packing.cores
  }

  /// A cut found by other means, without sharing.
  init(groups: [[TileGroup]], refusals: [Int: [SizingViolation]]) {
    self.groups = groups
    self.refusals = refusals
  }
}

/// What a layer asks of a core that holds none of its neurons.
enum RefusedLayer {
  /// The tile of a single neuron in the middle of the map.
  static func tile(_ population: Int, _ builder: TileBuilder) -> Tile {
    let shape = builder.images[population].shape
    return builder.tile(
      population, MapBox(neuronInMiddleOf: shape, channel: shape.channels / 2))
  }

  /// Everything such a tile is short of, at least one violation.
  static func violations(_ tile: Tile, _ builder: TileBuilder) -> [SizingViolation] {
    let budget = CoreBudget(profile: builder.profile)
    let name = builder.network.populations[tile.population].name
    let found = budget.exceeded(tile).map { resource in
      let (use, limit) = (budget.use(resource, tile), budget.limit(resource) ?? 0)
      return SizingViolation(
        resource: resource.name, layer: name, needs: use, has: limit,
        diagnostic: Diagnostic(
          .error, "SL4010",
          "needs \(use) \(resource.name) for a single neuron, has \(limit)", at: .layer(name)))
    }
    guard found.isEmpty else { return found }
    return [
      SizingViolation(
        resource: "a box of neurons", layer: name, needs: nil, has: nil,
        diagnostic: Diagnostic(
          .error, "SL4011", "needs a box of neurons that fits a core, has none", at: .layer(name)))
    ]
  }
}
