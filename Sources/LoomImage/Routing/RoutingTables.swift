package import LoomBase
public import LoomHardware

/// The routing tables that an image needs on a chip whose messages find their way by key and mask.
///
/// Every neuron has a key: its core's number in the image, then its own number on the core, each in as many bits as
/// the largest needs. Where tables belong to routers (`RoutingCapabilities.tablePerChip`), each router holds what
/// messages passing it need, those going straight on left out (SpiNNaker's default route); where they belong to
/// cores, each holds the destinations of its own neurons. Spikes that the host injects enter at their destination
/// and need no entry.
public struct RoutingTables: Sendable {
  /// One table.
  public struct Table: Sendable {
    /// The place in the grid of all tiles (row × width + column), or the core in the image.
    public var place: Int
    /// What entries say, by action number.
    public var actions: [RouterAction]
    /// The compressed entries.
    public var table: KeyTable
    /// Entries with one for each key that needs one.
    public var uncompressed: Int
  }

  /// The tables, by place.
  public private(set) var tables: [Table] = []
  /// Entries one table has.
  public let limit: Int
  /// Whether tables belong to routers, not to cores.
  public let areRouters: Bool
  /// Tiles in x of the grid of all tiles.
  private let columns: Int
  /// Bits of a key.
  public let keyBits: Int
  /// Bits of a key that number the neurons of a core.
  public let neuronBits: Int

  /// The tables of an image; nil where the chip has none (or finds its way on a tree, by addresses).
  public init?(_ image: HardwareImage, _ profile: Profile) {
    guard profile.routing.tableEntries > 0 else { return nil }
    if profile.routing.tablePerChip, profile.topology.kind != .mesh { return nil }
    limit = profile.routing.tableEntries
    areRouters = profile.routing.tablePerChip
    columns = profile.topology.chipColumns * profile.topology.tileColumns
    neuronBits = Self.bits(image.cores.map(\.neuronCount).max() ?? 1)
    keyBits = neuronBits + Self.bits(image.cores.count)
    if profile.routing.tablePerChip {
      addRouters(image, profile.topology)
    } else {
      addCores(image)
    }
  }

  /// Entries of the fullest table.
  public var most: Int { tables.map(\.table.entries.count).max() ?? 0 }

  /// Entries of the fullest table before compression.
  public var mostUncompressed: Int { tables.map(\.uncompressed).max() ?? 0 }

  /// Entries of all tables.
  public var total: Int { tables.reduce(0) { $0 + $1.table.entries.count } }

  /// What to say of tables with more entries than one holds; nil if all fit.
  package func finding(code: String) -> Diagnostic? {
    let full = tables.filter { $0.table.entries.count > limit }
    guard let worst = full.max(by: { $0.table.entries.count < $1.table.entries.count }) else {
      return nil
    }
    let owner =
      areRouters
      ? "the router of tile (\(worst.place % columns), \(worst.place / columns))"
      : "core \(worst.place)"
    return Diagnostic(
      .error, code,
      "needs \(worst.table.entries.count) routing-table entries in \(owner), has \(limit) (/routing/tableEntries)",
      at: areRouters ? .none : .core(worst.place),
      notes: [
        "\(full.count) of \(tables.count) tables overflow",
        "before compression it had \(worst.uncompressed) entries",
      ],
      remedy:
        "choose a chip with larger tables, or more neurons a core so that fewer keys pass a router")
  }

  /// The bits that number a count of things.
  static func bits(_ count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  private mutating func addCores(_ image: HardwareImage) {
    for (index, core) in image.cores.enumerated() {
      let sets = DestinationSets(core.routes)
      let keys: [KeyDemand] = sets.setOfNeuron.map {
        $0 < 0 ? .never : .one(action: Int($0), orNone: false)
      }
      let demand = KeyDemand.block(keys[...], bits: neuronBits)
      if demand == .never { continue }
      tables.append(
        Table(
          place: index,
          actions: sets.sets.map { RouterAction(links: 0, slots: $0.map { Int($0) }) },
          table: KeyTable(demand, bits: neuronBits),
          uncompressed: sets.setOfNeuron.count { $0 >= 0 }))
    }
  }

  private mutating func addRouters(_ image: HardwareImage, _ topology: Topology) {
    var routers: [Int: RouterDemand] = [:]
    for (index, core) in image.cores.enumerated() {
      let sets = DestinationSets(core.routes)
      var outputs: [Int: [RouterOutput?]] = [:]
      for (number, set) in sets.sets.enumerated() {
        let ends = set.map { image.cores[Int($0)].position }
        for router in MulticastTree(from: core.position, to: ends, topology).routers {
          outputs[router.tile, default: Array(repeating: nil, count: sets.sets.count)][number] =
            router.output
        }
      }
      for (tile, list) in outputs {
        routers[tile, default: RouterDemand()].add(
          core: index, neurons: sets.setOfNeuron, outputs: list, bits: neuronBits)
      }
    }
    for tile in routers.keys.sorted() {
      guard let router = routers[tile] else { continue }
      tables.append(router.table(place: tile, coreBits: keyBits - neuronBits, neuronBits))
    }
  }
}

extension KeyDemand {
  /// What a block of 2^bits keys needs of which the first need this; the others never come.
  static func block(_ keys: ArraySlice<KeyDemand>, bits: Int) -> KeyDemand {
    guard bits > 0, !keys.isEmpty else { return keys.first ?? .never }
    let middle = min(keys.endIndex, keys.startIndex + 1 << (bits - 1))
    return joined(block(keys[..<middle], bits: bits - 1), block(keys[middle...], bits: bits - 1))
  }

  /// A block of two halves, a block of one answer where that is all there is.
  static func joined(_ low: KeyDemand, _ high: KeyDemand) -> KeyDemand {
    if low == .never, high == .never { return .never }
    if case .one = low, low == high || high == .never { return low }
    if case .one = high, low == .never { return high }
    return .halves(low, high)
  }
}

/// What passes one router, core after core of origin.
private struct RouterDemand {
  private var actions: [RouterAction] = []
  private var numbers: [RouterAction: Int] = [:]
  private var blocks: [(core: Int, demand: KeyDemand)] = []
  private var uncompressed = 0

  /// Adds the keys of a core; `outputs` are those of its destination sets, nil where they do not pass.
  mutating func add(core: Int, neurons: [Int32], outputs: [RouterOutput?], bits: Int) {
    let needs: [KeyDemand] = outputs.map { output in
      output.map { .one(action: number(of: $0.action), orNone: $0.isDefault) } ?? .never
    }
    let keys = neurons.map { $0 < 0 ? .never : needs[Int($0)] }
    uncompressed += neurons.count { $0 >= 0 && outputs[Int($0)]?.isDefault == false }
    let demand = KeyDemand.block(keys[...], bits: bits)
    if demand != .never { blocks.append((core, demand)) }
  }

  private mutating func number(of action: RouterAction) -> Int {
    if let known = numbers[action] { return known }
    numbers[action] = actions.count
    actions.append(action)
    return actions.count - 1
  }

  func table(place: Int, coreBits: Int, _ neuronBits: Int) -> RoutingTables.Table {
    RoutingTables.Table(
      place: place, actions: actions,
      table: KeyTable(demand(blocks[...], first: 0, bits: coreBits), bits: coreBits + neuronBits),
      uncompressed: uncompressed)
  }

  /// What the keys of 2^bits cores from `first` on need; the blocks are those of these cores.
  private func demand(
    _ part: ArraySlice<(core: Int, demand: KeyDemand)>, first: Int, bits: Int
  ) -> KeyDemand {
    guard let block = part.first else { return .never }
    if bits == 0 { return block.demand }
    let middle = first + 1 << (bits - 1)
    let split = part.firstIndex { $0.core >= middle } ?? part.endIndex
    return .joined(
      demand(part[..<split], first: first, bits: bits - 1),
      demand(part[split...], first: middle, bits: bits - 1))
  }
}
