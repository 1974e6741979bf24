import LoomBase
import LoomHardware
import LoomImage

/// Cores being filled while populations are cut, targets before sources.
struct CutState {
  var meter: TileMeter
  /// The cores opened so far.
  private(set) var cores: [CoreLoad] = []
  /// The core that the next region goes on filling.
  private(set) var current: Int?
  /// Cores that were not full when last looked at.
  private var spare: [Int] = []
  /// Output entries that an axon takes of its source.
  let entriesPerTarget: Int
  let sharesCores: Bool
  private let builder: TileBuilder
  /// Parts of populations whose cores are given; these cores come first and hold nothing else.
  private let pinned: PinnedSlices

  /// How many cores that are not full are looked at, the last ones opened, for a region that fits whole.
  private static let window = 48

  init(_ builder: TileBuilder, _ rules: CutRules) {
    self.builder = builder
    entriesPerTarget = rules.entriesPerTarget
    sharesCores = rules.sharesCores
    pinned = rules.pinned
    meter = TileMeter(builder, rules.memo)
    cores = Array(repeating: CoreLoad(), count: pinned.places.count)
  }

  /// The populations with neurons, targets before sources.
  static func order(_ builder: TileBuilder) -> [Int] {
    let images = builder.images
    return images.indices.filter { images[$0].role.isOnCores }
      .sorted { (images[$0].start, $0) > (images[$1].start, $1) }
  }

  /// The core that may be filled further.
  var open: CoreLoad? { sharesCores ? current.map { cores[$0] } : nil }

  /// Puts the pinned parts of a population on their cores.
  mutating func placePins(_ population: Int) {
    for slice in pinned.slices where slice.population == population {
      cores[slice.core].add(meter.tile(population, slice.box))
      note(population, slice.box)
    }
  }

  /// Puts a region that fits a core whole on the first with room, or on one of its own; false if none can hold it.
  mutating func placeWhole(_ population: Int, _ region: MapBox) -> Bool {
    guard region.count <= meter.budget.neuronsPerTile(builder.images[population]) else {
      return false
    }
    let tile = meter.tile(population, region)
    if sharesCores {
      spare.removeAll { cores[$0].isFull(meter.budget) }
      for index in spare.suffix(Self.window)
      where cores[index].accepts(tile, meter.budget, builder) {
        cores[index].add(tile)
        note(population, region)
        return true
      }
    }
    guard CoreLoad().accepts(tile, meter.budget, builder) else { return false }
    var core = CoreLoad()
    core.add(tile)
    spare.append(cores.count)
    cores.append(core)
    note(population, region)
    return true
  }

  /// Takes over what a fill placed; its first core is the open one, if there was one.
  mutating func take(_ fill: SlabFill, _ population: Int) {
    var new = fill.cores[...]
    if sharesCores, let current, let first = new.popFirst() { cores[current] = first }
    spare += cores.count..<cores.count + new.count
    cores += new
    if !new.isEmpty { current = cores.count - 1 }
    for piece in fill.pieces { note(population, piece.box) }
  }

  private mutating func note(_ population: Int, _ box: MapBox) {
    meter.listen(population, box, entries: entriesPerTarget)
  }

  /// The partition, sources before targets, with all that emission needs.
  ///
  /// Nil if a core has too few output entries: along a cycle, targets are cut after their sources. Throws if pinned
  /// cores do not hold their pins.
  func finished() throws(DiagnosticsError) -> Partition? {
    var tiles: [[Tile]] = []
    var positions: [CorePosition?] = []
    for (index, core) in cores.enumerated().reversed() {
      tiles.append(core.tiles.reversed().map { meter.whole($0.population, $0.box) })
      positions.append(index < pinned.places.count ? pinned.places[index] : nil)
    }
    let findings = PinCapacity.findings(Array(tiles.reversed()), pinned, builder)
    guard findings.isEmpty else { throw DiagnosticsError(.doesNotFit, findings) }
    let mostOut = builder.profile.core.axonsOut
    guard tiles.allSatisfy({ $0.reduce(0) { $0 + $1.axonsOut } <= mostOut }) else { return nil }
    return Partition(cores: tiles, positions: positions)
  }
}

/// What every way of cutting goes by.
struct CutRules {
  /// The parts of each population that may be cut freely.
  var regions: [[MapBox]]
  var pinned: PinnedSlices
  /// Output entries that an axon takes of its source.
  var entriesPerTarget: Int
  var sharesCores: Bool
  var memo: TileMemo
}
