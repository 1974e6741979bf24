public import LoomBase
public import LoomHardware

/// What one axon block takes in a core's memories.
public struct BlockUsage: Sendable, Hashable {
  /// Input axons.
  public var axons: Int = 0
  /// Stored synapses.
  public var synapses: Int = 0
  /// Words of packed entries; 0 for crossbars.
  public var words: Int = 0
  /// The longest list of one axon, in words.
  public var longestAxonList: Int = 0
  /// The formats used, ascending; empty for crossbars.
  public var formats: [SynapseFormat] = []
  /// Rows of crossbars; 0 for packed entries.
  public var rows: Int = 0

  /// Creates a zero usage.
  public init() {}
}

/// What one core takes of its limits.
public struct CoreUsage: Sendable, Hashable {
  /// Compartments, copies of neurons included.
  public var neurons: Int = 0
  /// Neurons × current sites, copies of neurons included, × the columns a weight takes where cells have fewer
  /// bits: columns of crossbars.
  public var columns: Int = 0
  /// Input axons.
  public var axonsIn: Int = 0
  /// Output entries: one for each route entry, plus the profile's extra for one to another chip.
  public var axonsOut: Int = 0
  /// Stored synapses.
  public var synapses: Int = 0
  /// Words of packed entries or of shared kernels; 0 for crossbars.
  public var synapseWords: Int = 0
  /// Bits taken of the synapse memory (crossbars: whole arrays).
  public var synapseBits: Int = 0
  /// The formats used, ascending; empty for crossbars.
  public var formats: [SynapseFormat] = []
  /// The longest list of one axon, in words.
  public var longestAxonList: Int = 0
  /// Crossbars in use.
  public var arrays: Int = 0
  /// Different thresholds of spiking neurons.
  public var distinctThresholds: Int = 0

  /// Creates a zero usage.
  public init() {}
}

/// Physical accounting shared by compiler, verifier and explanation.
///
/// A second compartment that does a soft reset counts as a compartment only: its synapse is wired inside
/// the neuron (a dendritic tree) and takes neither axon nor synapse memory.
public enum SynapseLayout {
  /// What an axon block with these sources onto this slice takes.
  public static func blockUsage(
    template: SynapseTemplate, sources: AxonSources, box: MapBox, delay: Int,
    populations: [ImagePopulation], profile: Profile
  ) -> BlockUsage {
    var rule: PackedEntryRule?
    if case .packedEntries(let format) = profile.core.synapses {
      rule = PackedEntryRule(format: format, weightBits: profile.weight.bits)
    }
    var scan = BlockScan(
      runs: SynapseRuns(
        template, source: populations[template.source].shape,
        target: populations[template.target].shape),
      box: box, delay: delay, rule: rule)
    scan.visit(template, sources)
    var usage = scan.usage
    usage.axons = sources.count
    usage.formats = scan.formats.sorted()
    if case .crossbar = profile.core.synapses {
      var planes = 1
      if case .broadcast(let count, _) = template.kind { planes = count }
      if case .sums = template.kind { planes = 0 }
      usage.rows = usage.axons * planes
    }
    if profile.core.synapses.hasBinaryCells {
      usage.synapses = SetCells(template, populations).count(sources, box)
    }
    return usage
  }

  /// The synapses an axon block stores, zero weights included.
  public static func storedSynapses(
    template: SynapseTemplate, sources: AxonSources, box: MapBox, populations: [ImagePopulation]
  ) -> Int {
    var scan = BlockScan(
      runs: SynapseRuns(
        template, source: populations[template.source].shape,
        target: populations[template.target].shape), box: box, delay: 1, rule: nil)
    scan.visit(template, sources)
    return scan.usage.synapses
  }

  /// What a core takes, without its output entries (`axonsOut` is 0); also for cores still being built.
  public static func usage(
    slices: [NeuronSlice], blocks: [AxonBlock], templates: [SynapseTemplate],
    populations: [ImagePopulation], profile: Profile
  ) -> CoreUsage {
    var usage = CoreUsage()
    for slice in slices {
      let population = populations[slice.population]
      usage.neurons += slice.box.count * population.compartments
      usage.columns += slice.box.count * population.sites
    }
    usage.distinctThresholds = thresholds(slices, populations).count
    var formats: Set<SynapseFormat> = []
    for block in blocks {
      let part = blockUsage(
        template: templates[block.template], sources: block.sources, box: slices[block.slice].box,
        delay: block.delay, populations: populations, profile: profile)
      usage.axonsIn += part.axons
      usage.synapses += part.synapses
      usage.synapseWords += part.words
      usage.longestAxonList = max(usage.longestAxonList, part.longestAxonList)
      formats.formUnion(part.formats)
    }
    usage.formats = formats.sorted()
    switch profile.core.synapses {
    case .packedEntries(let format):
      usage.synapseBits = usage.synapseWords * format.wordBits
    case .crossbar(let format):
      usage.arrays =
        CrossbarPlacement(
          blocks: blocks, slices: slices, templates: templates, populations: populations,
          format: format
        ).arrayCount
      usage.columns *= format.columnsPerWeight(bits: profile.weight.bits)
      let cellBits = format.cellBits > 0 ? format.cellBits : profile.weight.bits
      usage.synapseBits = usage.arrays * format.rows * format.columns * cellBits
    case .sharedKernels:
      for block in blocks {
        let words = SharedKernelMemory.words(
          of: templates[block.template], populations: populations)
        usage.synapseWords = min(1 << 44, usage.synapseWords + (words ?? 1 << 40))
      }
      usage.synapseBits = usage.synapseWords * profile.weight.bits
    }
    return usage
  }

  /// What a core of an image takes.
  public static func usage(
    ofCore index: Int, in image: HardwareImage, profile: Profile
  ) -> CoreUsage {
    let core = image.cores[index]
    var usage = usage(
      slices: core.slices, blocks: core.axonBlocks, templates: image.templates,
      populations: image.populations, profile: profile)
    usage.axonsOut = core.routes.cores.count
    let copies = NeuronCopies.extra(core, fanOut: profile.routing.fanOut)
    var first = 0
    for slice in core.slices where !copies.isEmpty {
      let population = image.populations[slice.population]
      let extra = copies[first..<(first + slice.box.count)].reduce(0) { $0 + Int($1) }
      usage.neurons += extra * population.compartments
      usage.columns += extra * population.sites
      first += slice.box.count
    }
    if profile.core.axonsOutOffChip > 0 {
      for destination in core.routes.cores
      where image.cores[Int(destination)].position.chip != core.position.chip {
        usage.axonsOut += profile.core.axonsOutOffChip
      }
    }
    return usage
  }

  /// The different thresholds of the spiking neurons of slices.
  static func thresholds(_ slices: [NeuronSlice], _ populations: [ImagePopulation]) -> Set<Int32> {
    var values: Set<Int32> = []
    for slice in slices where populations[slice.population].role.hasThreshold {
      switch slice.thresholds {
      case .uniform(let value): values.insert(value)
      case .perChannel(let list), .perNeuron(let list): values.formUnion(list)
      }
    }
    return values
  }
}

/// Adds up the axons of one block.
///
/// Sources that meet the same targets are looked at once: all channels of
/// a convolution's group at one position, all sources of a dense template.
private struct BlockScan {
  let runs: SynapseRuns
  let box: MapBox
  let delay: Int
  let rule: PackedEntryRule?
  var usage = BlockUsage()
  var formats: Set<SynapseFormat> = []
  private var buffer: [SynapseRun] = []

  init(runs: SynapseRuns, box: MapBox, delay: Int, rule: PackedEntryRule?) {
    self.runs = runs
    self.box = box
    self.delay = delay
    self.rule = rule
  }

  mutating func visit(_ template: SynapseTemplate, _ sources: AxonSources) {
    switch (template.kind, sources) {
    case (.convolution(let geometry), .box(let part)):
      visitConvolution(part, perGroup: runs.source.channels / geometry.groups)
    case (.dense, _):
      let first = template.denseSources(runs.source).lowerBound
      if sources.count > 0 { add(first, times: sources.count) }
    case (_, .box(let part)):
      for row in part.rows {
        for column in part.columns {
          for channel in part.channels { add(index(channel, row, column), times: 1) }
        }
      }
    case (_, .list(let indices)):
      for index in indices { add(Int(index), times: 1) }
    }
  }

  private mutating func visitConvolution(_ part: MapBox, perGroup: Int) {
    for row in part.rows {
      for column in part.columns {
        var channel = part.channels.lowerBound
        while channel < part.channels.upperBound {
          let end = min((channel / perGroup + 1) * perGroup, part.channels.upperBound)
          add(index(channel, row, column), times: end - channel)
          channel = end
        }
      }
    }
  }

  private func index(_ channel: Int, _ row: Int, _ column: Int) -> Int {
    (row * runs.source.width + column) * runs.source.channels + channel
  }

  private mutating func add(_ source: Int, times: Int) {
    buffer.removeAll(keepingCapacity: true)
    runs.append(source: source, box: box, to: &buffer)
    for run in buffer { usage.synapses += run.count * times }
    guard let rule else { return }
    var words = 0
    for group in rule.groups(buffer, delay: delay) {
      words += group.words
      formats.insert(group.format)
    }
    usage.words += words * times
    usage.longestAxonList = max(usage.longestAxonList, words)
  }
}
