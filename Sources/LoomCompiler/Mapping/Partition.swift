import LoomBase
import LoomHardware
import LoomImage

/// Cuts every population into tiles and puts tiles on cores.
///
/// Before: populations of 512 and 1 neurons. After: core 0 holds a tile of the first and the second whole.
struct Partition {
  /// The tiles of each core, in order of starts.
  var cores: [[Tile]]
  /// The number of tiles of each population.
  var tileCounts: [Int]

  /// Tiles and cores of a lowered network; throws every finding at once.
  static func make(
    _ network: LoweredNetwork, profile: Profile, sharesCores: Bool
  ) throws(DiagnosticsError) -> Partition {
    try checkSize(network, profile)
    let builder = TileBuilder(network, profile)
    var partition = try attempt(builder, entriesPerTarget: 1, sharesCores)
    let topology = profile.topology
    if partition.cores.count > topology.coresPerChip, profile.core.axonsOutOffChip > 0 {
      // Which destinations are on another chip is known only after placement: make room for all.
      let entries = 1 + profile.core.axonsOutOffChip
      partition = try attempt(builder, entriesPerTarget: entries, sharesCores)
    }
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
    let most = partition.tileCounts.max() ?? 0
    let index = partition.tileCounts.firstIndex(of: most) ?? 0
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
    return Partition(cores: packing.cores, tileCounts: tiles.map(\.count))
  }

  private static func count(
    _ input: TileInput, source: Int, entries: UInt32, _ images: [ImagePopulation],
    _ fanOut: inout [[UInt32]]
  ) {
    let shape = images[source].shape
    switch input.sources {
    case .list(let indices):
      for index in indices { fanOut[source][Int(index)] += entries }
    case .box(let box):
      for row in box.rows {
        for column in box.columns {
          let base = (row * shape.width + column) * shape.channels
          for channel in box.channels { fanOut[source][base + channel] += entries }
        }
      }
    }
  }
}
