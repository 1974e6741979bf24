import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Stage 5: the hardware image of a partitioned network.
///
/// Before: tiles on cores. After: slices, axon blocks without gaps, routes, front end, provenance. Positions
/// come last, since placement weighs the routes.
struct Emission {
  let network: FixedPointNetwork
  let lowered: LoweredNetwork
  let profile: Profile
  let options: CompilerOptions
  let remarks: [String]

  /// The image, every core still on the first place of the first chip.
  func image(_ partition: Partition) -> HardwareImage {
    let blocks = partition.cores.map { axonBlocks($0) }
    let routes = Routing(lowered, cores: partition.cores).tables(
      blocks, lowered.templates, lowered.images.map(\.shape))
    let cores = partition.cores.indices.map { core in
      ImageCore(
        position: CorePosition(chip: 0, column: 0, row: 0, slot: 0),
        slices: partition.cores[core].map { slice($0) },
        axonBlocks: blocks[core], routes: routes.cores[core])
    }
    var image = HardwareImage(
      profileName: profile.name, structureDigest: profile.structureDigest,
      schedule: ImageSchedule(
        timesteps: network.timesteps, depth: lowered.depth, readoutStart: network.readoutStart,
        freeRunning: network.schedule == .freeRunning, code: network.code,
        isAsynchronous: network.schedule == .asynchronous),
      input: input, frontEnd: network.frontEnd.map { frontEnd($0) }, hostRoutes: routes.host,
      populations: lowered.images, templates: lowered.templates, cores: cores,
      outputs: network.outputs.map(\.index), provenance: options.provenance ? provenance : nil,
      hostNeurons: lowered.populations.indices.filter { lowered.images[$0].role == .host }.map {
        slice(population: $0, box: MapBox(lowered.images[$0].shape))
      })
    image.spikeCounts = network.spikeCountReadout
    if network.coding == .poisson { image.draw = PoissonDraw(seed: network.seed) }
    return image
  }

  private func axonBlocks(_ tiles: [Tile]) -> [AxonBlock] {
    var blocks: [AxonBlock] = []
    var axon = 0
    for (slice, tile) in tiles.enumerated() {
      for input in tile.inputs {
        blocks.append(
          AxonBlock(
            firstAxon: axon, template: input.template, sources: input.sources, slice: slice,
            delay: input.delay))
        axon += input.sources.count
      }
    }
    return blocks
  }

  private func slice(_ tile: Tile) -> NeuronSlice {
    slice(population: tile.population, box: tile.box)
  }

  private func slice(population index: Int, box: MapBox) -> NeuronSlice {
    let population = lowered.populations[index]
    let shape = population.image.shape
    return NeuronSlice(
      population: index, box: box,
      thresholds: SliceOrder.values(population.threshold, box, shape),
      initialPotentials: SliceOrder.values(population.initialPotential, box, shape),
      biases: SliceOrder.values(population.bias, box, shape))
  }

  private var input: ImageInput {
    var factor = 1.0
    var isBytes = false
    switch network.inputQuantization {
    case .bytes: isBytes = true
    case .floats(let value): factor = value
    }
    return ImageInput(
      shape: network.input.shape, isSpikes: network.coding == .spikes, isBytes: isBytes,
      floatFactor: factor, preprocessing: network.input.preprocessing)
  }

  private func frontEnd(_ projection: FixedFrontEnd) -> ImageFrontEnd {
    let kind: ImageFrontEnd.Kind =
      switch projection.connectivity {
      case .convolution(let geometry): .convolution(TemplateGeometry(geometry))
      case .dense: .dense
      case .sparse(let pattern):
        .sparse(
          targetOffsets: pattern.targetOffsets.map { UInt32($0) },
          sources: pattern.sources.map { UInt32($0) })
      }
    let offsets: [Int64] =
      switch projection.offset {
      case .uniform(let value): [value]
      case .perChannel(let list), .perNeuron(let list): list
      }
    return ImageFrontEnd(
      kind: kind, target: projection.target.index, weights: projection.weights, offsets: offsets,
      rightShift: projection.rightShift, biasMantissaBits: projection.biasMantissaBits,
      biasMaximumExponent: projection.biasMaximumExponent, site: projection.site)
  }

  private var provenance: ImageProvenance {
    ImageProvenance(
      network: network.name, method: network.method, tool: options.tool,
      populations: lowered.populations.map {
        PopulationProvenance(name: $0.name, origin: $0.origin)
      },
      templates: lowered.origins, scales: lowered.populations.map(\.scale), remarks: remarks)
  }
}

extension FixedPointNetwork {
  /// The host's constants of a readout by spike counts; nil where potentials are read.
  fileprivate var spikeCountReadout: SpikeCountReadout? {
    guard readout == .spikeCounts else { return nil }
    let answering = outputs.map { populations[$0.index] }
    return SpikeCountReadout(
      worth: answering.map { population in
        (0..<population.shape.channels).map { population.worth(channel: $0) }
      },
      offset: answering.map { population in
        (0..<population.shape.channels).map {
          population.scoreOffset.isEmpty
            ? 0 : population.scoreOffset[min($0, population.scoreOffset.count - 1)]
        }
      })
  }
}
