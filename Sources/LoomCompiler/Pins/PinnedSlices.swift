import LoomBase
import LoomHardware
import LoomImage

/// Pins as boxes of populations on places of the board, checked against both.
struct PinnedSlices {
  /// A pinned box.
  struct Slice {
    var pin: Int
    var population: Int
    var box: MapBox
    /// The position in `places`.
    var core: Int
  }

  private(set) var slices: [Slice] = []
  /// The places of the pinned cores, in order of first mention.
  private(set) var places: [CorePosition] = []

  /// No pins.
  static let none: PinnedSlices = PinnedSlices()

  private init() {}

  /// Finds what the pins mean; throws every pin that names nothing, or something twice.
  init(
    _ pins: [SlicePin], _ network: LoweredNetwork, _ topology: Topology
  ) throws(DiagnosticsError) {
    var resolver = PinResolver(pins, network, topology)
    var numbers: [CorePosition: Int] = [:]
    for index in pins.indices {
      let population = resolver.population(index)
      let place = resolver.place(index)
      guard let population, let place,
        let box = resolver.box(index, network.populations[population])
      else { continue }
      if numbers[place] == nil { places.append(place) }
      let core = numbers[place] ?? places.count - 1
      numbers[place] = core
      slices.append(Slice(pin: index, population: population, box: box, core: core))
    }
    resolver.refuseOverlaps(slices)
    guard resolver.findings.isEmpty else {
      throw DiagnosticsError(.badInput, resolver.findings)
    }
  }

  /// What pins leave of each population.
  func free(_ shapes: [MapShape]) -> [[MapBox]] {
    var regions = shapes.map { [MapBox($0)] }
    for slice in slices {
      regions[slice.population] = regions[slice.population].flatMap { $0.without(slice.box) }
    }
    return regions
  }
}

/// Looks up layers, ranges and cores.
private struct PinResolver {
  private let pins: [SlicePin]
  private let network: LoweredNetwork
  private let topology: Topology
  private(set) var findings: [Diagnostic] = []
  private var named: [String: [Int]] = [:]
  private var originated: [String: [Int]] = [:]

  init(_ pins: [SlicePin], _ network: LoweredNetwork, _ topology: Topology) {
    self.pins = pins
    self.network = network
    self.topology = topology
    for (index, population) in network.populations.enumerated()
    where population.image.role.isOnCores {
      named[population.name, default: []].append(index)
      guard !population.image.role.isLowering else { continue }
      for node in population.origin { originated[node, default: []].append(index) }
    }
  }

  private mutating func report(
    _ code: String, _ pin: Int, _ message: String, notes: [String] = []
  ) {
    findings.append(
      Diagnostic(
        .error, code, "pin \(pin) \(message)", at: .layer(pins[pin].layer), notes: notes))
  }

  mutating func population(_ pin: Int) -> Int? {
    let layer = pins[pin].layer
    let found = named[layer] ?? originated[layer] ?? []
    if found.count == 1 { return found[0] }
    let names = (found.isEmpty ? network.populations.indices.map { $0 } : found).filter {
      network.populations[$0].image.role.isOnCores
    }.map { network.populations[$0].name }
    let list = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
    report(
      "SL4040", pin,
      "needs the name of one layer, has '\(layer)', which \(found.isEmpty ? "names none" : "stands for \(found.count)")",
      notes: ["layers: \(list)"])
    return nil
  }

  mutating func place(_ pin: Int) -> CorePosition? {
    let cores = topology.coresPerChip * topology.maximumChips
    switch pins[pin].core {
    case .number(let number):
      guard (0..<cores).contains(number) else {
        report("SL4042", pin, "needs a core from 0 to \(cores - 1), has \(number)")
        return nil
      }
      let tile = number / topology.coresPerTile % topology.tilesPerChip
      return CorePosition(
        chip: number / topology.coresPerChip, column: tile % topology.tileColumns,
        row: tile / topology.tileColumns, slot: number % topology.coresPerTile)
    case .tile(let chip, let column, let row, let slot):
      let pairs = [
        ("chip", chip, topology.maximumChips), ("column", column, topology.tileColumns),
        ("row", row, topology.tileRows), ("slot", slot, topology.coresPerTile),
      ]
      let wrong = pairs.filter { !(0..<$0.2).contains($0.1) }
      for (name, value, limit) in wrong {
        report("SL4042", pin, "needs a \(name) from 0 to \(limit - 1), has \(value)")
      }
      guard wrong.isEmpty else { return nil }
      return CorePosition(chip: chip, column: column, row: row, slot: slot)
    }
  }

  mutating func box(_ pin: Int, _ population: LoweredPopulation) -> MapBox? {
    let shape = population.image.shape
    let parts = [
      ("rows", pins[pin].rows, shape.height), ("columns", pins[pin].columns, shape.width),
      ("channels", pins[pin].channels, shape.channels),
    ]
    var ranges: [Range<Int>] = []
    for (name, range, extent) in parts {
      let range = range ?? 0..<extent
      if range.isEmpty || range.lowerBound < 0 || range.upperBound > extent {
        report("SL4041", pin, "needs \(name) within 0..<\(extent), has \(range)")
      } else {
        ranges.append(range)
      }
    }
    guard ranges.count == parts.count else { return nil }
    return MapBox(channels: ranges[2], rows: ranges[0], columns: ranges[1])
  }

  /// Every neuron may be pinned once.
  mutating func refuseOverlaps(_ slices: [PinnedSlices.Slice]) {
    var earlier: [Int: [PinnedSlices.Slice]] = [:]
    for slice in slices {
      for other in earlier[slice.population] ?? [] where slice.box.overlaps(other.box) {
        report(
          "SL4043", slice.pin,
          "needs neurons of its own, has some of pin \(other.pin): \(slice.box) and \(other.box)")
      }
      earlier[slice.population, default: []].append(slice)
    }
  }
}

extension MapBox {
  /// Whether two boxes have elements in common.
  func overlaps(_ other: MapBox) -> Bool {
    channels.overlaps(other.channels) && rows.overlaps(other.rows)
      && columns.overlaps(other.columns)
  }

  /// What another box leaves of this one, as boxes: above, below, left, right, channels before and behind.
  func without(_ other: MapBox) -> [MapBox] {
    guard overlaps(other) else { return [self] }
    var result: [MapBox] = []
    var rest = self
    func add(_ box: MapBox) { if box.count > 0 { result.append(box) } }
    let rows = self.rows.clamped(to: other.rows)
    let columns = self.columns.clamped(to: other.columns)
    let channels = self.channels.clamped(to: other.channels)
    for part in [rest.rows.lowerBound..<rows.lowerBound, rows.upperBound..<rest.rows.upperBound] {
      add(MapBox(channels: rest.channels, rows: part, columns: rest.columns))
    }
    rest.rows = rows
    for part in [
      rest.columns.lowerBound..<columns.lowerBound, columns.upperBound..<rest.columns.upperBound,
    ] {
      add(MapBox(channels: rest.channels, rows: rows, columns: part))
    }
    rest.columns = columns
    for part in [
      rest.channels.lowerBound..<channels.lowerBound,
      channels.upperBound..<rest.channels.upperBound,
    ] {
      add(MapBox(channels: part, rows: rows, columns: columns))
    }
    return result
  }
}
