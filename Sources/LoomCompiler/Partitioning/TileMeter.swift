import LoomBase
import LoomHardware
import LoomImage

/// Measures boxes quickly and keeps what it found: boxes that differ only by a shift inside a map are alike, unless lists
/// of synapses lead there.
struct TileMeter {
  let builder: TileBuilder
  let budget: CoreBudget
  /// Output entries of every neuron (channel-last), by population: grows as targets are cut.
  private(set) var fanOut: [[UInt32]]
  private let margins: [MapMargin?]
  private let memo: TileMemo
  /// Crossbars are counted with the sources of every tile on a core.
  private let needsInputs: Bool

  init(_ builder: TileBuilder, _ memo: TileMemo) {
    self.builder = builder
    budget = CoreBudget(profile: builder.profile)
    fanOut = builder.images.map { [UInt32](repeating: 0, count: $0.shape.count) }
    margins = builder.images.indices.map { MapMargin(population: $0, builder) }
    self.memo = memo
    if case .crossbar = builder.profile.core.synapses {
      needsInputs = true
    } else {
      needsInputs = false
    }
  }

  /// Whether sources of a population are listed one by one, so that no two boxes are alike.
  func hasLists(_ population: Int) -> Bool { margins[population] == nil }

  /// The tile of a box; its `inputs` are filled only where crossbars need them.
  func tile(_ population: Int, _ box: MapBox) -> Tile {
    let margin = margins[population] ?? .everywhere
    let shape = builder.images[population].shape
    let key = TileKey(
      population: population, channels: box.channels,
      rows: AxisKey(box.rows, extent: shape.height, margin.rows),
      columns: AxisKey(box.columns, extent: shape.width, margin.columns))
    if var known = memo.tiles[key] {
      known.box = box
      known.thresholds = builder.thresholds(population, box)
      if needsInputs { known.inputs = builder.inputs(population, box) }
      return complete(known)
    }
    var tile = builder.tile(population, box)
    if !needsInputs { tile.inputs = [] }
    // What is asked for anew each time would fill the memory: lists of sources, thresholds of single neurons.
    var kept = tile
    kept.inputs = []
    kept.thresholds = []
    memo.tiles[key] = kept
    return complete(tile)
  }

  /// The tile with everything filled in.
  func whole(_ population: Int, _ box: MapBox) -> Tile { complete(builder.tile(population, box)) }

  /// A tile with its output entries.
  func complete(_ tile: Tile) -> Tile {
    var result = tile
    let shape = builder.images[tile.population].shape
    var sum = 0
    for row in tile.box.rows {
      for column in tile.box.columns {
        let base = (row * shape.width + column) * shape.channels
        for channel in tile.box.channels { sum += Int(fanOut[tile.population][base + channel]) }
      }
    }
    result.axonsOut = sum
    return result
  }

  /// Notes that a cut population listens: every axon of a box is an entry of its source.
  mutating func listen(_ population: Int, _ box: MapBox, entries: Int) {
    for input in builder.inputs(population, box) {
      let source = builder.network.templates[input.template].source
      input.sources.forEachIndex(in: builder.images[source].shape) { index in
        fanOut[source][index] += UInt32(entries)
      }
    }
  }
}

/// Tiles already measured, without what depends on other populations' cuts; shared by all attempts at a partition.
final class TileMemo {
  fileprivate var tiles: [TileKey: Tile] = [:]
}

/// A box as far as its place in the map matters.
private struct TileKey: Hashable {
  var population: Int
  var channels: Range<Int>
  var rows: AxisKey
  var columns: AxisKey
}

/// A range by its length and its distances to both ends as far as these matter.
private struct AxisKey: Hashable {
  var length: Int
  var before: Int
  var after: Int

  init(_ range: Range<Int>, extent: Int, _ margin: AxisMargin) {
    length = range.count
    before = min(range.lowerBound, margin.before)
    after = min(extent - range.upperBound, margin.after)
  }
}

/// How near the ends of a map a box must be to differ from the same box elsewhere.
struct MapMargin {
  var rows = AxisMargin(before: 0, after: 0)
  var columns = AxisMargin(before: 0, after: 0)

  /// No two boxes are alike.
  static let everywhere = MapMargin(
    rows: AxisMargin(before: .max, after: .max), columns: AxisMargin(before: .max, after: .max))

  private init(rows: AxisMargin, columns: AxisMargin) {
    self.rows = rows
    self.columns = columns
  }

  /// Nil where boxes of the same size are not alike: lists, or values for each neuron.
  init?(population: Int, _ builder: TileBuilder) {
    let target = builder.images[population].shape
    for index in builder.incoming[population] {
      let template = builder.network.templates[index]
      let source = builder.images[template.source].shape
      switch template.kind {
      case .convolution(let geometry):
        rows.widen(geometry.rowWindow(source), targets: target.height)
        columns.widen(geometry.columnWindow(source), targets: target.width)
      case .dense, .sums: continue
      case .broadcast(_, let perNeuron):
        if perNeuron, template.shifts.count > 1 { return nil }
      case .sparse: return nil
      }
    }
  }
}

/// The distances to both ends of an axis from which on a kernel's reads are not cut off.
struct AxisMargin {
  var before: Int
  var after: Int

  mutating func widen(_ window: AxisClasses.Window, targets: Int) {
    before = max(before, (window.pad + window.stride - 1) / window.stride)
    let last = (targets - 1) * window.stride + (window.kernel - 1) * window.dilation - window.pad
    let beyond = last - (window.extent - 1)
    if beyond > 0 { after = max(after, (beyond + window.stride - 1) / window.stride) }
  }
}
