import LoomHardware
import LoomImage

/// Puts tiles on cores, first fit among the cores opened last.
struct CorePacking {
  let builder: TileBuilder
  let budget: CoreBudget
  let sharesCores: Bool
  private var loads: [CoreLoad] = []

  /// How many cores are looked at for each tile.
  private static let window = 48

  init(_ builder: TileBuilder, sharesCores: Bool) {
    self.builder = builder
    budget = CoreBudget(profile: builder.profile)
    self.sharesCores = sharesCores
  }

  /// The tiles of each core.
  var cores: [[Tile]] { loads.map(\.tiles) }

  /// Puts a tile on the first open core with room, or on a new one.
  mutating func place(_ tile: Tile) {
    if sharesCores {
      for index in loads.indices.suffix(Self.window)
      where loads[index].accepts(tile, budget, builder) {
        loads[index].add(tile)
        return
      }
    }
    var load = CoreLoad()
    load.add(tile)
    loads.append(load)
  }
}
