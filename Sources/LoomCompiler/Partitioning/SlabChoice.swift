import LoomBase
import LoomHardware
import LoomImage

/// Picks the shapes of slabs worth trying for a region.
///
/// All are rated by simple sums (neurons, input axons, bits of weights), the best of these by measuring one slab from
/// the middle of the map.
struct SlabChoice {
  private let population: Int
  private let region: MapBox
  private let estimate: TileEstimate
  /// What an expected packet at an axon counts, in cores.
  private let packetPrice: Double

  private let measured: Int
  private static let tried = 5

  init(_ population: Int, _ region: MapBox, _ builder: TileBuilder, packetPrice: Double) {
    self.population = population
    self.region = region
    self.packetPrice = packetPrice
    estimate = TileEstimate(population, builder)
    // Sums know little of lists.
    let hasLists = builder.incoming[population].contains {
      if case .sparse = builder.network.templates[$0].kind { true } else { false }
    }
    measured = hasLists ? 48 : 16
  }

  private struct Rated {
    var shape: SlabShape
    var length: Int
    var cores: Double
    var packets: Double
  }

  /// Shapes to try, and after them those that always fit if anything does.
  ///
  /// Promising are those with the lowest cost and those with the fewest cores.
  func shapes(_ meter: TileMeter) -> (promising: [SlabShape], others: [SlabShape]) {
    let image = meter.builder.images[population]
    let all = SlabShape.candidates(
      region, neuronsPerTile: meter.budget.neuronsPerTile(image))
    let rough = all.compactMap { rate($0, meter.budget, image) }
    let exact = best(rough, measured).compactMap { measure($0, meter) }
    return (best(exact, Self.tried).map(\.shape), sorted(rough, byCost: false).map(\.shape))
  }

  /// The first by cost and the first by cores.
  private func best(_ rated: [Rated], _ count: Int) -> [Rated] {
    let cheap = sorted(rated, byCost: true).prefix(count)
    let shapes = Set(cheap.map(\.shape))
    let few = sorted(rated, byCost: false).prefix(count)
    return cheap + few.filter { !shapes.contains($0.shape) }
  }

  private func sorted(_ rated: [Rated], byCost: Bool) -> [Rated] {
    let keyed = rated.map { entry -> (rated: Rated, keys: [Double]) in
      let strips = entry.shape.strips
      let cost = entry.cores + packetPrice * entry.packets
      let place = [entry.shape.axis.rawValue, strips.channels, strips.rows, strips.columns]
      return (entry, (byCost ? [cost] : [entry.cores, cost]) + place.map { Double($0) })
    }
    return keyed.sorted { $0.keys.lexicographicallyPrecedes($1.keys) }.map(\.rated)
  }

  /// The longest slab by simple sums and what it would cost.
  private func rate(
    _ shape: SlabShape, _ budget: CoreBudget, _ image: ImagePopulation
  ) -> Rated? {
    let strip = shape.middleStrip(region)
    let whole = SlabShape.range(strip, shape.axis).count
    let cross = strip.count / whole
    var low = 1
    var high = min(whole, budget.neuronsPerTile(image) / cross)
    guard high >= 1 else { return nil }
    while low < high {
      let middle = (low + high + 1) / 2
      if mayFit(shape.middleSlab(strip, length: middle), budget) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    let packets = estimate.packets(shape.middleSlab(strip, length: low))
    return rated(shape, low, cross, packets: packets)
  }

  private func rated(
    _ shape: SlabShape, _ length: Int, _ cross: Int, packets: Double
  ) -> Rated {
    let cores = Double(region.count) / Double(cross * length)
    return Rated(shape: shape, length: length, cores: cores, packets: cores * packets)
  }

  private func mayFit(_ box: MapBox, _ budget: CoreBudget) -> Bool {
    if estimate.axons(box) > budget.profile.core.axonsIn { return false }
    guard case .packedEntries(let format) = budget.profile.core.synapses else { return true }
    return estimate.synapses(box) * budget.profile.weight.bits <= format.memoryBits
  }

  /// The longest slab that really fits and what it would cost; nil if not even length 1 does.
  private func measure(_ rated: Rated, _ meter: TileMeter) -> Rated? {
    let strip = rated.shape.middleStrip(region)
    let whole = SlabShape.range(strip, rated.shape.axis).count
    let fill = SlabFill(population, open: nil)
    let length = fill.longest(upTo: whole, hint: rated.length, meter) {
      rated.shape.middleSlab(strip, length: $0)
    }
    guard length > 0 else { return nil }
    let tile = meter.tile(population, rated.shape.middleSlab(strip, length: length))
    return self.rated(
      rated.shape, length, strip.count / whole, packets: tile.packets)
  }
}
