import LoomHardware
import LoomImage

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
    if sharesCores {
      for position in open.indices where accepts(open[position], tile) {
        add(tile, to: position)
        return
      }
    }
    cores.append([tile])
    open.append(
      OpenCore(
        index: cores.count - 1, use: CoreResource.allCases.map { budget.use($0, tile) },
        formats: tile.formats, thresholds: tile.thresholds))
    if open.count > Self.window { open.removeFirst() }
  }

  private mutating func add(_ tile: Tile, to position: Int) {
    cores[open[position].index].append(tile)
    for resource in CoreResource.allCases {
      open[position].use[resource.rawValue] += budget.use(resource, tile)
    }
    open[position].formats.formUnion(tile.formats)
    open[position].thresholds.formUnion(tile.thresholds)
  }

  private func accepts(_ core: OpenCore, _ tile: Tile) -> Bool {
    for resource in [CoreResource.neurons, .columns, .axonsIn, .axonsOut, .synapseMemory] {
      guard let limit = budget.limit(resource) else { continue }
      if core.use[resource.rawValue] + budget.use(resource, tile) > limit { return false }
    }
    if let limit = budget.limit(.formats), core.formats.union(tile.formats).count > limit {
      return false
    }
    let distinct = builder.profile.neuron.distinctThresholds
    if distinct > 0, core.thresholds.union(tile.thresholds).count > distinct { return false }
    guard case .crossbar(let format) = builder.profile.core.synapses else { return true }
    return builder.arrays(cores[core.index] + [tile], format) <= format.arrays
  }
}
