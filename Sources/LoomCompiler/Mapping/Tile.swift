import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// A box of one population with the axons it needs and what they take.
struct Tile {
  var population: Int
  var box: MapBox
  /// The axons of each template onto the box that has any.
  var inputs: [TileInput]
  var neurons: Int
  var columns: Int
  var axonsIn: Int
  var axonsOut: Int
  var words: Int
  var synapses: Int
  var longestAxonList: Int
  var formats: Set<SynapseFormat>
  var arrays: Int
  /// The different thresholds of its spiking neurons; empty where the chip does not count them.
  var thresholds: Set<Int32>
  /// Expected packets of one sample at its input axons.
  var packets = 0.0
}

/// The axons of one template onto one box.
struct TileInput {
  var template: Int
  var sources: AxonSources
  var delay: Int
}

/// Builds tiles: receptive fields and their memory.
struct TileBuilder {
  let network: LoweredNetwork
  let profile: Profile
  let images: [ImagePopulation]
  /// The templates onto each population.
  let incoming: [[Int]]
  /// The templates from each population.
  let outgoing: [[Int]]
  /// Sources by target of sparse templates, to find receptive fields without a full scan.
  private let sparse: [Int: SparseSources]
  private let runs: [SynapseRuns]
  /// Expected spikes of a neuron in one sample, by population.
  let spikes: [Double]

  /// `spikes` are those of one neuron in one sample by population; nil: one each.
  init(_ network: LoweredNetwork, _ profile: Profile, spikes: [Double]? = nil) {
    self.network = network
    self.profile = profile
    self.spikes = spikes ?? Array(repeating: 1, count: network.populations.count)
    let images = network.images
    self.images = images
    var incoming = [[Int]](repeating: [], count: images.count)
    var outgoing = incoming
    var sparse: [Int: SparseSources] = [:]
    for (index, template) in network.templates.enumerated() {
      incoming[template.target].append(index)
      outgoing[template.source].append(index)
      if case .sparse(let offsets, let targets) = template.kind {
        sparse[index] = SparseSources(
          offsets: offsets, targets: targets, source: images[template.source].shape,
          target: images[template.target].shape)
      }
    }
    self.incoming = incoming
    self.outgoing = outgoing
    self.sparse = sparse
    runs = network.templates.map {
      SynapseRuns($0, source: images[$0.source].shape, target: images[$0.target].shape)
    }
  }

  /// The sources of a template that meet a box; where weights are planes, those with a weight in this one.
  func sources(_ template: Int, _ box: MapBox) -> AxonSources {
    let found = sparse[template]?.sources(of: box) ?? runs[template].sources(of: box)
    // Where only the geometry is known there are no weights to look at.
    guard profile.splitsWeights, !network.templates[template].weights.isEmpty else { return found }
    return SetCells(network.templates[template], images).live(found, box)
  }

  /// The tile of a box, without its output axons.
  func tile(_ population: Int, _ box: MapBox) -> Tile {
    let image = images[population]
    var tile = Tile(
      population: population, box: box, inputs: [], neurons: box.count * image.compartments,
      columns: box.count * image.sites, axonsIn: 0, axonsOut: 0, words: 0, synapses: 0,
      longestAxonList: 0, formats: [], arrays: 0, thresholds: thresholds(population, box))
    tile.inputs = inputs(population, box)
    for input in tile.inputs {
      let template = network.templates[input.template]
      let usage = BlockMeter.usage(
        template, sources: input.sources, box: box, delay: input.delay, populations: images,
        profile: profile)
      tile.packets += spikes[template.source] * Double(usage.axons)
      tile.axonsIn += usage.axons
      tile.words += usage.words
      tile.synapses += usage.synapses
      tile.longestAxonList = max(tile.longestAxonList, usage.longestAxonList)
      tile.formats.formUnion(usage.formats)
    }
    if case .crossbar(let format) = profile.core.synapses {
      tile.arrays = arrays([tile], format)
    }
    return tile
  }

  /// The axons of each template that has any onto a box.
  func inputs(_ population: Int, _ box: MapBox) -> [TileInput] {
    incoming[population].compactMap { template in
      let sources = sources(template, box)
      guard sources.count > 0 else { return nil }
      return TileInput(template: template, sources: sources, delay: network.delays[template])
    }
  }

  /// The different thresholds of a box; none where the chip does not count them.
  func thresholds(_ index: Int, _ box: MapBox) -> Set<Int32> {
    guard profile.neuron.distinctThresholds > 0, images[index].role.hasThreshold else { return [] }
    let population = network.populations[index]
    switch population.threshold {
    case .uniform(let value): return [value]
    case .perChannel(let list): return Set(list[box.channels])
    case .perNeuron:
      return Set(SliceOrder.values(population.threshold, box, images[index].shape).listed)
    }
  }

  /// The crossbars tiles take when they share a core.
  func arrays(_ tiles: [Tile], _ format: CrossbarFormat) -> Int {
    var slices: [NeuronSlice] = []
    var blocks: [AxonBlock] = []
    var axon = 0
    for tile in tiles {
      for input in tile.inputs {
        blocks.append(
          AxonBlock(
            firstAxon: axon, template: input.template, sources: input.sources,
            slice: slices.count, delay: input.delay))
        axon += input.sources.count
      }
      slices.append(
        NeuronSlice(
          population: tile.population, box: tile.box, thresholds: .uniform(0),
          initialPotentials: .uniform(0), biases: .uniform(0)))
    }
    return CrossbarPlacement(
      blocks: blocks, slices: slices, templates: network.templates, populations: images,
      format: format
    ).arrayCount
  }
}

/// A sparse template by target.
struct SparseSources {
  private var offsets: [Int]
  private var sources: [UInt32]
  private let source: MapShape
  private let target: MapShape

  init(offsets bySource: [UInt32], targets: [UInt32], source: MapShape, target: MapShape) {
    var offsets = [Int](repeating: 0, count: target.count + 1)
    for entry in targets { offsets[Int(entry) + 1] += 1 }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    var sources = [UInt32](repeating: 0, count: targets.count)
    for index in 0..<source.count {
      for entry in bySource[index]..<bySource[index + 1] {
        let place = Int(targets[Int(entry)])
        sources[next[place]] = UInt32(index)
        next[place] += 1
      }
    }
    self.offsets = offsets
    self.sources = sources
    self.source = source
    self.target = target
  }

  /// The sources that meet a box, as a list (or the whole map).
  func sources(of box: MapBox) -> AxonSources {
    var found: [UInt32] = []
    for row in box.rows {
      for column in box.columns {
        let base = (row * target.width + column) * target.channels
        for channel in box.channels {
          found += sources[offsets[base + channel]..<offsets[base + channel + 1]]
        }
      }
    }
    if 4 * found.count > source.count { return marked(found) }
    found.sort()
    var unique: [UInt32] = []
    unique.reserveCapacity(found.count)
    for index in found where unique.last != index { unique.append(index) }
    return unique.count == source.count ? .box(MapBox(source)) : .list(unique)
  }

  /// The same without sorting, for lists that name a good part of the map.
  private func marked(_ found: [UInt32]) -> AxonSources {
    var isNamed = [Bool](repeating: false, count: source.count)
    for index in found { isNamed[Int(index)] = true }
    let unique = isNamed.indices.filter { isNamed[$0] }.map { UInt32($0) }
    return unique.count == source.count ? .box(MapBox(source)) : .list(unique)
  }
}

extension MapBox {
  /// Positions of a population mapped as one row of channels.
  init(row positions: Range<Int>) {
    self.init(channels: positions, rows: 0..<1, columns: 0..<1)
  }

  /// Both halves of a row of channels; nil for a single neuron.
  var halves: (MapBox, MapBox)? {
    guard channels.count > 1 else { return nil }
    let middle = channels.lowerBound + channels.count / 2
    return (
      MapBox(channels: channels.lowerBound..<middle, rows: rows, columns: columns),
      MapBox(channels: middle..<channels.upperBound, rows: rows, columns: columns)
    )
  }

  /// One neuron of a channel in the middle of a map, where receptive fields are whole.
  init(neuronInMiddleOf shape: MapShape, channel: Int) {
    self.init(
      channels: channel..<channel + 1, rows: shape.height / 2..<shape.height / 2 + 1,
      columns: shape.width / 2..<shape.width / 2 + 1)
  }
}
