import LoomBase
import LoomImage

/// Routing tables: for every neuron the axons its spikes go to.
///
/// Before: core 3 lists source 17 of population 2 as axon 40. After: the core that holds that neuron has the
/// entry (3, 40), entries ascending by core and axon.
struct Routing {
  /// The first neuron of each core among all neurons of the image; those the host injects come last.
  private var coreBase: [Int] = []
  /// The place of each neuron of each population (channel-last) among all neurons.
  private var places: [[UInt32]]
  private var total = 0

  init(_ network: LoweredNetwork, cores: [[Tile]]) {
    places = network.populations.map { [UInt32](repeating: 0, count: $0.image.shape.count) }
    for core in cores {
      coreBase.append(total)
      for tile in core { number(tile, network.populations[tile.population].image.shape) }
    }
    coreBase.append(total)
    for (index, population) in network.populations.enumerated()
    where !population.image.role.isOnCores {
      for neuron in 0..<population.image.shape.count {
        places[index][neuron] = UInt32(total + neuron)
      }
      total += population.image.shape.count
    }
  }

  private mutating func number(_ tile: Tile, _ shape: MapShape) {
    var next = UInt32(total)
    for row in tile.box.rows {
      for column in tile.box.columns {
        let base = (row * shape.width + column) * shape.channels
        for channel in tile.box.channels {
          places[tile.population][base + channel] = next
          next += 1
        }
      }
    }
    total = Int(next)
  }

  /// One table for each core and one for the host.
  func tables(
    _ blocks: [[AxonBlock]], _ templates: [SynapseTemplate], _ shapes: [MapShape]
  ) -> (cores: [RouteTable], host: RouteTable) {
    var offsets = [UInt32](repeating: 0, count: total + 1)
    for core in blocks {
      for block in core {
        let source = templates[block.template].source
        block.sources.forEachIndex(in: shapes[source]) { index in
          offsets[Int(places[source][index]) + 1] += 1
        }
      }
    }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    let entries = Int(offsets[total])
    var cores = [UInt32](repeating: 0, count: entries)
    var axons = cores
    for (core, list) in blocks.enumerated() {
      for block in list {
        let source = templates[block.template].source
        var axon = block.firstAxon
        block.sources.forEachIndex(in: shapes[source]) { index in
          let neuron = Int(places[source][index])
          let entry = Int(next[neuron])
          next[neuron] += 1
          cores[entry] = UInt32(core)
          axons[entry] = UInt32(axon)
          axon += 1
        }
      }
    }
    return cut(offsets, cores, axons)
  }

  private func cut(
    _ offsets: [UInt32], _ cores: [UInt32], _ axons: [UInt32]
  ) -> (cores: [RouteTable], host: RouteTable) {
    func table(_ first: Int, _ end: Int) -> RouteTable {
      let range = Int(offsets[first])..<Int(offsets[end])
      return RouteTable(
        offsets: offsets[first...end].map { $0 - offsets[first] }, cores: Array(cores[range]),
        axons: Array(axons[range]))
    }
    let last = coreBase.count - 1
    let tables = (0..<last).map { table(coreBase[$0], coreBase[$0 + 1]) }
    return (tables, total > coreBase[last] ? table(coreBase[last], total) : RouteTable())
  }
}
