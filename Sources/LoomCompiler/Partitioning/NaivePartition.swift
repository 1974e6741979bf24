import LoomBase
import LoomHardware
import LoomImage

/// The naive cut, a baseline: one output channel after another until a core is full.
///
/// Neurons are taken channel by channel, each row by row; whole channels, whole rows and single neurons are put
/// on a core as long as it holds them. Before: 2 × 4 × 4, 12 neurons to a core. After: core 0 has rows 0..<3 of channel
/// 0, core 1 row 3 of channel 0 and rows 0..<2 of channel 1, core 2 the rest.
struct NaivePartition {
  private var state: CutState

  /// The partition; nil where a single neuron fits no core.
  static func make(_ builder: TileBuilder, _ rules: CutRules) -> CutState? {
    var partition = NaivePartition(builder, rules)
    for population in CutState.order(builder) {
      partition.state.placePins(population)
      for region in rules.regions[population] {
        guard partition.cut(population, region) else { return nil }
      }
    }
    return partition.state
  }

  private init(_ builder: TileBuilder, _ rules: CutRules) {
    state = CutState(builder, rules)
  }

  private mutating func cut(_ population: Int, _ region: MapBox) -> Bool {
    if state.placeWhole(population, region) { return true }
    var fill = SlabFill(population, open: state.open)
    var place = NaivePlace(region)
    while !place.isAtEnd {
      if let box = longest(place, fill) {
        fill.add(box, state.meter)
        place.advance(over: box)
      } else {
        guard let last = fill.cores.last, !last.isEmpty else { return false }
        fill.open()
      }
    }
    state.take(fill, population)
    return true
  }

  /// As many whole channels, else rows, else neurons of a row as fit; nil if the core is full.
  private mutating func longest(_ place: NaivePlace, _ fill: SlabFill) -> MapBox? {
    for unit in place.units {
      let length = fill.longest(
        upTo: place.rest(unit), hint: 1, state.meter
      ) { place.box(unit, $0) }
      if length > 0 { return place.box(unit, length) }
    }
    return nil
  }
}

/// The next neuron of a region in the order channel, row, column.
private struct NaivePlace {
  private let region: MapBox
  private var channel: Int
  private var row: Int
  private var column: Int

  init(_ region: MapBox) {
    self.region = region
    channel = region.channels.lowerBound
    row = region.rows.lowerBound
    column = region.columns.lowerBound
  }

  var isAtEnd: Bool { channel >= region.channels.upperBound }

  /// What may be taken here, largest first.
  var units: [SlabAxis] {
    if column > region.columns.lowerBound { return [.columns] }
    return row > region.rows.lowerBound ? [.rows, .columns] : [.channels, .rows, .columns]
  }

  /// How many channels, rows or neurons are left.
  func rest(_ unit: SlabAxis) -> Int {
    switch unit {
    case .channels: region.channels.upperBound - channel
    case .rows: region.rows.upperBound - row
    case .columns: region.columns.upperBound - column
    }
  }

  /// The next channels, rows or neurons.
  func box(_ unit: SlabAxis, _ length: Int) -> MapBox {
    switch unit {
    case .channels:
      MapBox(channels: channel..<channel + length, rows: region.rows, columns: region.columns)
    case .rows:
      MapBox(
        channels: channel..<channel + 1, rows: row..<row + length, columns: region.columns)
    case .columns:
      MapBox(
        channels: channel..<channel + 1, rows: row..<row + 1, columns: column..<column + length)
    }
  }

  /// Goes on behind a box that starts here.
  mutating func advance(over box: MapBox) {
    column = box.columns.upperBound
    row = box.rows.upperBound - 1
    channel = box.channels.upperBound - 1
    guard column == region.columns.upperBound else { return }
    column = region.columns.lowerBound
    row += 1
    guard row == region.rows.upperBound else { return }
    row = region.rows.lowerBound
    channel += 1
  }
}
