import LoomBase
import LoomHardware
import LoomImage

/// Cuts populations into slabs that fill one core after another, so that few are left part empty.
///
/// Before: 32 × 16 × 16 neurons, of which a core holds 430. After: strips of 32 channels and 3 columns, walked to and
/// fro, 4 rows to a core; the last core goes on with the layer before.
struct SlabPartition {
  private var state: CutState
  private let builder: TileBuilder
  private let packetPrice: Double

  /// The partition; nil where slabs do not do.
  ///
  /// `price` is what the packets at all axons of a core count, all of mean activity, in cores.
  static func make(
    _ builder: TileBuilder, _ rules: CutRules, price: Double
  ) -> CutState? {
    var partition = SlabPartition(builder, rules, price: price)
    for population in CutState.order(builder) {
      partition.state.placePins(population)
      for region in rules.regions[population] {
        guard partition.cut(population, region) else { return nil }
      }
    }
    return partition.state
  }

  private init(_ builder: TileBuilder, _ rules: CutRules, price: Double) {
    self.builder = builder
    state = CutState(builder, rules)
    packetPrice = price * Self.packetPrice(builder)
  }

  /// One over the packets that all axons of a core get from neurons of mean activity.
  private static func packetPrice(_ builder: TileBuilder) -> Double {
    var (spikes, neurons) = (0.0, 0.0)
    for (index, image) in builder.images.enumerated() where !builder.outgoing[index].isEmpty {
      spikes += builder.spikes[index] * Double(image.shape.count)
      neurons += Double(image.shape.count)
    }
    guard spikes > 0 else { return 0 }
    return neurons / spikes / Double(builder.profile.core.axonsIn)
  }

  private mutating func cut(_ population: Int, _ region: MapBox) -> Bool {
    let parts = builder.network.populations[population].parts
    if !parts.isEmpty { return place(parts, population) }
    if state.placeWhole(population, region) { return true }
    let (promising, others) = SlabChoice(population, region, builder, packetPrice: packetPrice)
      .shapes(state.meter)
    var best: (fill: SlabFill, cost: Double)?
    for shape in promising {
      guard let fill = filled(population, region, shape) else { continue }
      let cost = cost(fill)
      if cost < best?.cost ?? .infinity { best = (fill, cost) }
    }
    if best == nil {
      for shape in others {
        guard let fill = filled(population, region, shape) else { continue }
        best = (fill, 0)
        break
      }
    }
    guard let best else { return false }
    state.take(best.fill, population)
    return true
  }

  /// Puts the parts of a renumbered population on cores of their own; the first may join the open one.
  private mutating func place(_ parts: [Range<Int>], _ population: Int) -> Bool {
    var fill = SlabFill(population, open: state.open)
    for part in parts.reversed() {
      guard fill.fill(part: MapBox(row: part), state.meter) else { return false }
    }
    state.take(fill, population)
    return true
  }

  private mutating func filled(
    _ population: Int, _ region: MapBox, _ shape: SlabShape
  ) -> SlabFill? {
    var fill = SlabFill(population, open: state.open)
    return fill.fill(region, shape, state.meter) ? fill : nil
  }

  /// New cores, the last one by its share, and packets.
  private func cost(_ fill: SlabFill) -> Double {
    let last = fill.cores.last?.fullness(state.meter.budget) ?? 0
    return Double(fill.cores.count - 1) + last + packetPrice * fill.packets
  }
}
