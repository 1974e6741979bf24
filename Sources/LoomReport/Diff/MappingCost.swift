import LoomBase
import LoomHardware
import LoomImage

/// What a mapping takes of a chip, and how far apart it puts what talks to each other.
struct MappingCost {
  /// Numbers by name, in the order of the table; nil: cannot be known.
  var numbers: [(name: String, value: Double?)] = []

  /// Measures an image; hops and memory need the profile it was compiled for.
  init(_ image: HardwareImage, profile: Profile?) {
    let positions = image.cores.map(\.position)
    add("cores", positions.count)
    add("chips", Set(positions.map(\.chip)).count)
    add("neurons", image.cores.reduce(0) { $0 + $1.neuronCount })
    add("axons", image.cores.reduce(0) { $0 + $1.axonCount })
    add("routeEntries", image.cores.reduce(0) { $0 + $1.routes.cores.count })
    let usages = profile.map { profile in
      image.cores.indices.map { SynapseLayout.usage(ofCore: $0, in: image, profile: profile) }
    }
    add("outputEntries", usages?.reduce(0) { $0 + $1.axonsOut })
    add("synapses", usages?.reduce(0) { $0 + $1.synapses })
    add("synapseWords", usages?.reduce(0) { $0 + $1.synapseWords })
    add("arrays", usages?.reduce(0) { $0 + $1.arrays })
    addHops(image, profile)
  }

  private mutating func add(_ name: String, _ value: Int?) {
    numbers.append((name, value.map(Double.init)))
  }

  /// Whether every core of an image has a place on a chip of a profile.
  static func canPlace(_ image: HardwareImage, _ topology: Topology) -> Bool {
    topology.chipColumns > 0
      && image.cores.allSatisfy {
        $0.position.chip < topology.maximumChips && $0.position.column < topology.tileColumns
          && $0.position.row < topology.tileRows && $0.position.slot < topology.coresPerTile
      }
  }

  /// Hops of one spike of every neuron to every axon it reaches.
  private mutating func addHops(_ image: HardwareImage, _ profile: Profile?) {
    var sum: MeshHops?
    var within = 0
    if let topology = profile?.topology, MappingCost.canPlace(image, topology) {
      var total = MeshHops()
      for core in image.cores {
        for (destination, entries) in MappingCost.destinations(core, of: image.cores.count) {
          let hops = MeshHops(
            from: core.position, to: image.cores[destination].position, topology)
          total.eastWest += hops.eastWest * entries
          total.northSouth += hops.northSouth * entries
          total.betweenChips += hops.betweenChips * entries
          within += hops.staysInTile ? entries : 0
        }
      }
      sum = total
    }
    add("entriesWithinTile", sum.map { _ in within })
    add("hopsEastWest", sum?.eastWest)
    add("hopsNorthSouth", sum?.northSouth)
    add("hopsBetweenChips", sum?.betweenChips)
    add("hops", sum?.total)
    let entries = image.cores.reduce(0) { $0 + $1.routes.cores.count }
    let mean = sum.flatMap { entries > 0 ? Double($0.total) / Double(entries) : nil }
    numbers.append(("hopsPerRouteEntry", mean))
  }

  /// The cores a core sends to, with the number of its route entries to each.
  private static func destinations(_ core: ImageCore, of count: Int) -> [(Int, Int)] {
    var entries: [UInt32: Int] = [:]
    for destination in core.routes.cores { entries[destination, default: 0] += 1 }
    return entries.keys.sorted().map { (Int($0), entries[$0] ?? 0) }
  }
}
