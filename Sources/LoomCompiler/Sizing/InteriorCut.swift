import LoomBase
import LoomHardware
import LoomImage

/// Sizes large networks by one interior tile of each layer, times the number of tiles.
///
/// Before: 64 × 224 × 224 neurons with second compartments. After: one box of 64 × 4 × 2 in the middle of the
/// map, measured by the compiler's own accounting, 6,272 times. Border tiles are smaller and cores are not
/// shared, so the result is an estimate from above.
struct InteriorCut {
  private let builder: TileBuilder
  private let budget: CoreBudget
  private let entries: Double
  /// Mean output entries of one neuron, by population.
  private var fanOut: [Double]

  /// Cuts built among those whose number of tiles differs by less than a hundredth.
  private static let triedPerBand = 4

  private init(_ builder: TileBuilder, offChip: Bool) {
    self.builder = builder
    budget = CoreBudget(profile: builder.profile)
    entries = Double(1 + (offChip ? builder.profile.core.axonsOutOffChip : 0))
    fanOut = [Double](repeating: 0, count: builder.images.count)
  }

  /// The cut of every population, targets first, since output entries follow from what lies behind.
  static func cut(_ builder: TileBuilder, offChip: Bool) -> LayerCut {
    var interior = InteriorCut(builder, offChip: offChip)
    let images = builder.images
    var groups = [[TileGroup]](repeating: [], count: images.count)
    var refusals: [Int: [SizingViolation]] = [:]
    let order = images.indices.sorted { (images[$0].start, $0) < (images[$1].start, $1) }
    for population in order.reversed() where images[population].role.isOnCores {
      guard let group = interior.group(population) else {
        refusals[population] = RefusedLayer.violations(
          interior.complete(RefusedLayer.tile(population, builder)), builder)
        continue
      }
      groups[population] = [group]
      for input in group.tile.inputs {
        let source = builder.network.templates[input.template].source
        interior.fanOut[source] +=
          interior.entries * Double(input.sources.count * group.count)
          / Double(max(1, images[source].shape.count))
      }
    }
    return LayerCut(groups: groups, refusals: refusals)
  }

  private func complete(_ tile: Tile) -> Tile {
    var result = tile
    result.axonsOut = Int((Double(tile.box.count) * fanOut[tile.population]).rounded(.up))
    return result
  }

  /// The fewest tiles whose interior one fits a core.
  private mutating func group(_ population: Int) -> TileGroup? {
    let image = builder.images[population]
    let quick = QuickBounds(builder, population)
    let candidates = Tiling.candidates(
      image.shape, neuronsPerTile: budget.neuronsPerTile(image)
    ).compactMap { tiling -> (tiling: Tiling, axons: Int)? in
      let box = tiling.largest(image.shape)
      guard Double(box.count) * fanOut[population] <= Double(budget.profile.core.axonsOut),
        let axons = quick.axons(box, budget)
      else { return nil }
      return (tiling, axons)
    }.sorted { left, right in
      (left.tiling.count, left.axons, left.tiling.channels, left.tiling.rows)
        < (right.tiling.count, right.axons, right.tiling.channels, right.tiling.rows)
    }
    var best = candidates[...]
    var band = (end: 0, tried: 0)
    while let candidate = best.popFirst() {
      // Of cuts into about as many tiles only the few that read least are built.
      if candidate.tiling.count >= band.end {
        band = (candidate.tiling.count + max(1, candidate.tiling.count / 100), 0)
      } else if band.tried == Self.triedPerBand {
        continue
      }
      band.tried += 1
      let box = candidate.tiling.largest(image.shape)
      let tile = complete(builder.tile(population, box))
      if budget.exceeded(tile).isEmpty {
        let count = candidate.tiling.count
        return TileGroup(
          tile: tile, count: count,
          fill: Double(image.shape.count) / Double(max(1, count * box.count)))
      }
    }
    return nil
  }
}

/// What a box takes at least, without building its tile.
private struct QuickBounds {
  let builder: TileBuilder
  let population: Int

  init(_ builder: TileBuilder, _ population: Int) {
    self.builder = builder
    self.population = population
  }

  /// Input axons of an interior box; nil where they or the bare bits of weights are too many.
  func axons(_ box: MapBox, _ budget: CoreBudget) -> Int? {
    var axons = 0
    var synapses = 0
    for template in builder.incoming[population] {
      let use = use(template, box)
      axons += use.axons
      synapses += use.synapses
    }
    guard axons <= budget.profile.core.axonsIn else { return nil }
    switch budget.profile.core.synapses {
    case .packedEntries(let format):
      guard synapses * budget.profile.weight.bits <= format.memoryBits else { return nil }
    case .crossbar(let format):
      guard axons <= format.rows * format.arrays else { return nil }
    case .sharedKernels: break
    }
    return axons
  }

  private func use(_ index: Int, _ box: MapBox) -> (axons: Int, synapses: Int) {
    let template = builder.network.templates[index]
    let source = builder.images[template.source].shape
    switch template.kind {
    case .convolution(let geometry):
      let rows = read(box.rows, geometry.kernelHeight, geometry.strideY, geometry.dilationY)
      let columns = read(box.columns, geometry.kernelWidth, geometry.strideX, geometry.dilationX)
      let perGroup = max(1, builder.images[population].shape.channels / geometry.groups)
      let groups =
        (box.channels.upperBound - 1) / perGroup - box.channels.lowerBound / perGroup + 1
      let inputs = template.inputChannels(source, groups: geometry.groups).count
      // Borders read less: half of it is a safe bound.
      let axons = min(rows, source.height) * min(columns, source.width) * groups * inputs
      return (
        axons, box.count * geometry.kernelHeight * geometry.kernelWidth * inputs / 2
      )
    case .dense:
      let sources = template.denseSources(source).count
      return (sources, sources * box.count)
    case .sums: return (box.count, 0)
    case .broadcast(let planes, _): return (1, planes * box.count)
    case .sparse: return (0, 0)
    }
  }

  private func read(_ targets: Range<Int>, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
    min((targets.count - 1) * stride + (kernel - 1) * dilation + 1, targets.count * kernel)
  }
}
