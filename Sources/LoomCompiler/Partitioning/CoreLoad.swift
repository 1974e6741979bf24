import LoomHardware
import LoomImage

/// What the tiles on one core take together.
struct CoreLoad {
  private(set) var tiles: [Tile] = []
  private(set) var sums = Sums()
  private var formats: Set<SynapseFormat> = []
  private var thresholds: Set<Int32> = []

  /// The resources that add up.
  struct Sums {
    var neurons = 0
    var columns = 0
    var axonsIn = 0
    var axonsOut = 0
    var words = 0

    /// The use of a resource that adds up.
    func use(_ resource: CoreResource) -> Int {
      switch resource {
      case .neurons: neurons
      case .columns: columns
      case .axonsIn: axonsIn
      case .axonsOut: axonsOut
      default: words
      }
    }
  }

  /// The resources that add up.
  static let additive: [CoreResource] = [.neurons, .columns, .axonsIn, .axonsOut, .synapseMemory]

  /// Whether nothing is on the core.
  var isEmpty: Bool { tiles.isEmpty }

  /// Whether a tile fits beside what is on the core.
  func accepts(_ tile: Tile, _ budget: CoreBudget, _ builder: TileBuilder) -> Bool {
    for resource in Self.additive {
      guard let limit = budget.limit(resource) else { continue }
      if sums.use(resource) + budget.use(resource, tile) > limit { return false }
    }
    if let limit = budget.limit(.axonList), tile.longestAxonList > limit { return false }
    if let limit = budget.limit(.formats), formats.union(tile.formats).count > limit {
      return false
    }
    if let limit = budget.limit(.thresholds),
      !thresholds.isSuperset(of: tile.thresholds),
      thresholds.union(tile.thresholds).count > limit
    {
      return false
    }
    guard case .crossbar(let format) = builder.profile.core.synapses else { return true }
    return (tiles.isEmpty ? tile.arrays : builder.arrays(tiles + [tile], format)) <= format.arrays
  }

  /// Puts a tile on the core.
  mutating func add(_ tile: Tile) {
    tiles.append(tile)
    sums.neurons += tile.neurons
    sums.columns += tile.columns
    sums.axonsIn += tile.axonsIn
    sums.axonsOut += tile.axonsOut
    sums.words += tile.words
    formats.formUnion(tile.formats)
    thresholds.formUnion(tile.thresholds)
  }

  /// The share of the scarcest resource in use; layers with thresholds of their own seldom share a core.
  func fullness(_ budget: CoreBudget) -> Double {
    func share(_ use: Int, _ resource: CoreResource) -> Double {
      budget.limit(resource).map { Double(use) / Double(max(1, $0)) } ?? 0
    }
    let sets = max(share(formats.count, .formats), share(thresholds.count, .thresholds))
    return Self.additive.reduce(sets) { max($0, share(sums.use($1), $1)) }
  }

  /// Whether nothing more can be put on the core.
  func isFull(_ budget: CoreBudget) -> Bool {
    Self.additive.contains { resource in
      budget.limit(resource).map { sums.use(resource) >= $0 } ?? false
    }
  }

  /// Every resource of which the core is short, with what its tiles need.
  func exceeded(
    _ budget: CoreBudget, _ builder: TileBuilder
  ) -> [(resource: CoreResource, needs: Int, has: Int)] {
    CoreResource.allCases.compactMap { resource in
      guard let limit = budget.limit(resource) else { return nil }
      let needs = needs(resource, builder)
      return needs > limit ? (resource, needs, limit) : nil
    }
  }

  private func needs(_ resource: CoreResource, _ builder: TileBuilder) -> Int {
    switch resource {
    case .formats: return formats.count
    case .thresholds: return thresholds.count
    case .axonList: return tiles.map(\.longestAxonList).max() ?? 0
    case .arrays:
      guard case .crossbar(let format) = builder.profile.core.synapses else { return 0 }
      return builder.arrays(tiles, format)
    default: return sums.use(resource)
    }
  }
}
