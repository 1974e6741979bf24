import LoomBase
import LoomHardware
import LoomImage

/// Cuts every population into tiles and puts tiles on cores.
///
/// Before: populations of 512 and 1 neurons. After: core 0 holds a tile of the first and the second whole.
struct Partition {
  /// The tiles of each core, in order of starts.
  var cores: [[Tile]]
  /// The places of the cores that are pinned; nil: anywhere.
  var positions: [CorePosition?]

  /// Tiles and cores of a lowered network; throws every finding at once.
  ///
  /// `spikes` are those of one neuron in one sample by population; nil: one each.
  static func make(
    _ network: LoweredNetwork, profile: Profile, options: CompilerOptions,
    spikes: [Double]? = nil
  ) throws(DiagnosticsError) -> Partition {
    try checkSize(network, profile)
    let builder = TileBuilder(network, profile, spikes: spikes)
    let topology = profile.topology
    let pinned = try PinnedSlices(options.pins, network, topology)
    var rules = CutRules(
      regions: pinned.free(builder.images.map(\.shape)), pinned: pinned, entriesPerTarget: 1,
      sharesCores: options.sharesCores, memo: TileMemo())
    let compartments = network.populations.reduce(0) { $0 + $1.compartments }
    var isOnOneChip =
      compartments <= topology.coresPerChip * profile.core.neurons
      && Set(pinned.places.map(\.chip)).count < 2
    var partition: Partition?
    if isOnOneChip || profile.core.axonsOutOffChip == 0 {
      partition = try best(builder, rules, options)
      isOnOneChip = isOnOneChip && partition?.cores.count ?? 0 <= topology.coresPerChip
    }
    if !isOnOneChip, profile.core.axonsOutOffChip > 0 {
      // Which destinations are on another chip is known only after placement: make room for all.
      rules.entriesPerTarget = 1 + profile.core.axonsOutOffChip
      partition = nil
    }
    let chosen: Partition
    if let partition { chosen = partition } else { chosen = try best(builder, rules, options) }
    return try fitted(chosen, network, topology)
  }

  /// The partition, if the board has as many cores.
  private static func fitted(
    _ partition: Partition, _ network: LoweredNetwork, _ topology: Topology
  ) throws(DiagnosticsError) -> Partition {
    let available = topology.coresPerChip * topology.maximumChips
    guard partition.cores.count <= available else {
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4012",
            "the whole network needs \(partition.cores.count) cores, has \(available)",
            notes: ["most cores are taken by layer '\(largestLayer(partition, network))'"],
            remedy: "choose a profile with more chips, or a smaller network")
        ])
    }
    return partition
  }

  /// What the packets at all axons of a core count in cores, one attempt for each.
  private static let prices = [0.25, 0.025]

  /// The cut that the options ask for: of slabs and even tiles the one with fewest cores, then fewest packets.
  private static func best(
    _ builder: TileBuilder, _ rules: CutRules, _ options: CompilerOptions
  ) throws(DiagnosticsError) -> Partition {
    if options.partition == .naive,
      let naive = try NaivePartition.make(builder, rules)?.finished()
    {
      return naive
    }
    // Copies of neurons, one for each destination, are known to even tiles only.
    if builder.profile.routing.fanOut > 0, options.pins.isEmpty {
      return try attempt(
        builder, entriesPerTarget: rules.entriesPerTarget, options.sharesCores)
    }
    var choices: [Partition] = []
    for price in prices {
      if let cut = try SlabPartition.make(builder, rules, price: price)?.finished() {
        choices.append(cut)
      }
    }
    do {
      let even = try attempt(
        builder, entriesPerTarget: rules.entriesPerTarget, options.sharesCores)
      if options.pins.isEmpty { choices.append(even) }
    } catch {
      if choices.isEmpty { throw error }
    }
    let best = choices.min { ($0.cores.count, $0.packets) < ($1.cores.count, $1.packets) }
    guard let best else {
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4011", "needs a cut around the pins, has none",
            remedy: "pin smaller parts, or fewer layers")
        ])
    }
    return best
  }

  /// Expected packets of one sample at all input axons.
  var packets: Double {
    cores.reduce(0) { sum, core in core.reduce(sum) { $0 + $1.packets } }
  }

  /// Refuses what cannot fit before anything is allocated for it.
  private static func checkSize(
    _ network: LoweredNetwork, _ profile: Profile
  ) throws(DiagnosticsError) {
    let topology = profile.topology
    let available = topology.coresPerChip * topology.maximumChips * profile.core.neurons
    let needed = network.populations.reduce(0) { $0 + $1.compartments }
    guard needed > available else { return }
    let largest = network.populations.max { $0.compartments < $1.compartments }
    throw DiagnosticsError(
      .doesNotFit,
      [
        Diagnostic(
          .error, "SL4012",
          "the whole network needs \(needed) compartments, has \(available) on all chips",
          notes: [
            "layer '\(largest?.name ?? "")' is the largest, with \(largest?.compartments ?? 0)"
          ],
          remedy: "choose a profile with more chips, or a smaller network")
      ])
  }

  private static func largestLayer(_ partition: Partition, _ network: LoweredNetwork) -> String {
    var tiles = [Int](repeating: 0, count: network.populations.count)
    for core in partition.cores { for tile in core { tiles[tile.population] += 1 } }
    let index = tiles.firstIndex(of: tiles.max() ?? 0) ?? 0
    return network.populations[index].name
  }

  private static func attempt(
    _ builder: TileBuilder, entriesPerTarget: Int, _ sharesCores: Bool
  ) throws(DiagnosticsError) -> Partition {
    var search = TileSearch(builder)
    let images = builder.images
    let order = images.indices.sorted { (images[$0].start, $0) < (images[$1].start, $1) }
    var tiles = [[Tile]](repeating: [], count: images.count)
    // Targets first, so that the output entries of a source are known when it is cut.
    for population in order.reversed() where images[population].role.isOnCores {
      tiles[population] = search.tiles(population)
      for tile in tiles[population] {
        for input in tile.inputs {
          count(
            input, source: builder.network.templates[input.template].source,
            entries: UInt32(entriesPerTarget), images, &search.fanOut)
        }
      }
    }
    guard search.findings.isEmpty else {
      throw DiagnosticsError(.doesNotFit, search.findings.reversed())
    }
    var packing = CorePacking(builder, sharesCores: sharesCores)
    for population in order {
      for tile in tiles[population] { packing.place(search.complete(tile)) }
    }
    let cores = packing.cores
    return Partition(cores: cores, positions: cores.map { _ in nil })
  }

  private static func count(
    _ input: TileInput, source: Int, entries: UInt32, _ images: [ImagePopulation],
    _ fanOut: inout [[UInt32]]
  ) {
    let shape = images[source].shape
    input.sources.forEachIndex(in: shape) { fanOut[source][$0] += entries }
  }
}
