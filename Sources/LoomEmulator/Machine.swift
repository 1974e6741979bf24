import LoomBase
import LoomImage

/// One slice of neurons, flattened: what a step needs to know of it.
struct SliceInfo: Sendable {
  var core: Int
  var population: Int
  /// The first neuron in the machine's numbering (core after core, slice after slice).
  var firstNeuron: Int
  var count: Int
  var sites: Int
  /// The first accumulator: site after site, slice order within a site.
  var firstAccumulator: Int
  var activeFrom: Int
  var activeTo: Int
  /// The chip step of aligned index 0.
  var start: Int
  /// What its spikes say.
  var code: SpikeCode
  var isReadout: Bool
  /// Whether its neurons send what reached them in a step as sums.
  var sendsSums: Bool
  /// Whether every spike also goes to the host, which counts it.
  var reportsToHost: Bool
  var isHard: Bool
  var hasSecondCompartment: Bool
  var firesOnEqual: Bool
  var isLowering: Bool
  var lowest: Int64
  var highest: Int64
  /// The least and the greatest of its neurons.
  var thresholds: ClosedRange<Int32>
  /// Whether any neuron has a bias.
  var hasBias: Bool
  /// Largest magnitude that bias and all synapses together can reach in one step.
  var currentBound: Int64
  /// Compartment updates of the network (or of lowering populations) in one step.
  var updatesPerStep: UInt64
  /// Copies of its neurons beyond the first of each, all updated.
  var extraCopies: Int
  var flows: Range<Int>
  /// Whether its sums of a step are kept in 16 bits, in units of 2^`narrowShift`.
  var isNarrow: Bool
  var narrowShift: Int32
  /// How far its potentials may go in 16 bits, in the same units, among the sums (`MachineBuilder.shorten`); 0: they stand
  /// in 32.
  var shortReach: Int16 = 0
  /// Where its neurons' bits begin in the spikes of a step.
  var firstWord = 0
  /// Its neurons' fields.
  var fields = 0..<0
  /// Whether any of its spikes waits in a queue rather than as a bit.
  var queuesSpikes = true
  /// How its thresholds and what drives its neurons repeat (`Periods`).
  var periods = Periods()
  /// Its neurons for many steps at once; empty where it does step after step.
  var patches = 0..<0

  /// Whether spikes due in a step change anything: window codes stop listening after `start`.
  func takesIn(step: Int) -> Bool {
    step >= activeFrom && step < activeTo && (step <= start || !code.isWindowed)
  }
}

/// One block of axons, flattened.
struct BlockInfo: Sendable {
  var core: Int
  var slice: Int
  var firstAxon: Int
  var axonCount: Int
  /// Steps from sending to being due; a message of a neuron takes at least one.
  var delay: Int
  /// The first place of its events in the queue: slot after slot, `capacity` places each.
  var queueStart: Int
  /// Events that can be due in one step: one for each route entry that leads here.
  var capacity: Int
  /// The first of its slots' counts of events.
  var fillStart: Int
  /// Whether its synaptic operations are lowering.
  var isLowering: Bool
  /// Whether its messages are lowering: from a lowering population, or to a further plane of weights.
  var comesFromLowering: Bool
  /// Whether its messages carry sums, each added to one neuron, in place of meeting synapses.
  var takesSums: Bool
  /// Whether its only axon, of one neuron, meets all neurons of the slice: then what it brings is in `Machine.gatedDrive`.
  var isGate = false
  /// What it takes as bits, from slices or from the host; empty where all its spikes wait in its queue.
  var sources = 0..<0
  /// Whether these are bits of the host's inputs.
  var isFromHost = false
  /// The same synapses target by target, met so when so many neurons fired, or more; empty where nothing is gained.
  var intakes = 0..<0
  var leastSpikes = 0
  /// What spikes do here, list by list, for many steps at once.
  var charges = 0..<0
}

/// What sources that meet the same targets have in common.
package struct PatternInfo: Sendable {
  var firstRun: UInt32
  var runCount: UInt32
  /// Operations of one event.
  var synapses: UInt32
  /// How many of them are lowering in a block that is not (`CellCounts`).
  var lowering: UInt32

  package init(firstRun: UInt32, runCount: UInt32, synapses: UInt32, lowering: UInt32) {
    self.firstRun = firstRun
    self.runCount = runCount
    self.synapses = synapses
    self.lowering = lowering
  }
}

/// A spike at an axon, as it waits in a queue.
///
/// It says all that its core needs to know, so that the core
/// reads its queue in order and no table at random.
package struct Event: Sendable {
  var pattern: UInt32
  /// Added to the runs' weight positions: sources that share a pattern differ in this only.
  ///
  /// In messages that carry sums (`BlockInfo.takesSums`) the bits of the sum.
  var weightBase: UInt32
  var axon: UInt32

  package init(pattern: UInt32, weightBase: UInt32, axon: UInt32) {
    self.pattern = pattern
    self.weightBase = weightBase
    self.axon = axon
  }
}

/// One destination of a neuron.
struct RouteEntry: Sendable {
  var block: UInt32
  var event: Event
}

/// Consecutive accumulators that take consecutive weights.
package struct RunInfo: Sendable {
  var target: UInt32
  var weight: UInt32
  var count: UInt32

  package init(target: UInt32, weight: UInt32, count: UInt32) {
    self.target = target
    self.weight = weight
    self.count = count
  }
}

/// Messages that travel alike: from one slice to one block, or on a chip with multicast from the neurons of a slice
/// whose spikes go to the same cores.
struct FlowInfo: Sendable {
  /// The block; nil with multicast.
  var block: Int?
  /// The way; with multicast of all copies together, each link once.
  var path: MeshPath
  /// Whether its messages are lowering.
  var isLowering: Bool
  /// Whose bits are its messages; −1 where messages wait in the block's queue.
  var field = -1
}

/// An image flattened into arrays for the step loop; never changed while samples run.
struct Machine: Sendable {
  /// T.
  var timesteps = 1
  var slices: [SliceInfo] = []
  var blocks: [BlockInfo] = []
  /// By axon (core after core) the block it belongs to.
  var blockOfAxon: [Int] = []
  var flows: [FlowInfo] = []
  /// Multicast: by neuron the flow its spikes make, −1 where they go nowhere; empty on other chips.
  var flowOfNeuron: [Int32] = []
  var coreSlices: [Range<Int>] = []
  var coreBlocks: [Range<Int>] = []
  /// By neuron.
  var thresholds: [Int32] = []
  var initialPotentials: [Int32] = []
  var biases: [Int32] = []
  /// By population the one its events are counted for: that of its sums, for neurons of partial sums.
  var countedFor: [Int] = []
  /// The neuron's channel-last index in its population's map, whatever order it is mapped in.
  var places: [UInt32] = []
  /// By neuron: its copies beyond the first; empty where fan-out has no limit.
  var extraCopies: [UInt32] = []
  /// Whether any axon has operations that are lowering in a block that is not.
  var hasLoweringCells = false
  /// By axon (core after core).
  var axons: [Event] = []
  var patterns: [PatternInfo] = []
  var runs: [RunInfo] = []
  /// Weights with their shifts applied, template after template, kernels re-laid for contiguous rows.
  var weights: [Int32] = []
  /// The same where 16 bits are enough for all of them and there are many: then `weights` is empty.
  var shortWeights: [ShortWeight] = []
  /// The same of templates whose targets are narrow slices, in units of their 2^`narrowShift`.
  var narrowWeights: [Int16] = []
  /// The same where 8 bits are enough for all of them and there are many: then `narrowWeights` is empty.
  var byteWeights: [Int8] = []
  /// By neuron, of slices with a `shortReach`, in units of their 2^`narrowShift`: the greatest potential at which it is silent,
  /// and its bias; empty without such slices.
  var shortLimits: [Int16] = []
  var shortBiases: [Int16] = []
  /// What drives neurons in the steps in which their gate fires: their bias and what the gate brings; empty without gates.
  var gatedDrive: [Int32] = []
  /// What blocks take as bits: by block the slices, of these the segments.
  var sources: [BlockSource] = []
  var segments: [SegmentInfo] = []
  /// The runs of segments, in their order.
  var segmentRuns: [RunInfo] = []
  /// What is counted of spikes that are bits, slice after slice.
  var fields: [FieldInfo] = []
  var fieldMasks: [UInt64] = []
  /// Segments turned round, of blocks in which several lead to the same targets.
  var intakes: [IntakeInfo] = []
  var intakeSpans: [IntakeSpan] = []
  var listedNeurons: [ListedNeurons] = []
  /// By core whether it can do many steps at once, patch after patch.
  var hasPatches: [Bool] = []
  var patches: [PatchInfo] = []
  var patchSpans: [PatchSpan] = []
  var timedNeurons: [TimedNeurons] = []
  /// By list its family; −1: none.
  var familyOfList: [Int] = []
  var families: [ListFamily] = []
  var charges: [ListCharge] = []
  /// Words of 64 neurons' bits in a step: those of slices, from `hostWord` on those of the host's inputs.
  var wordCount = 0
  var hostWord = 0
  /// The host's fields.
  var hostFields = 0..<0
  /// Routes of neurons and of the host's inputs to blocks whose spikes wait in a queue.
  var queuedRoutes = FlatRoutes()
  var queuedHostRoutes = FlatRoutes()
  /// Routes of neurons, and of host inputs.
  var routes = FlatRoutes()
  var hostRoutes = FlatRoutes()
  /// Crossbars: for each axon its arrays; empty for packed entries.
  var axonArrayOffsets: [Int] = []
  var axonArrays: [Int] = []
  /// Crossbars: for each core its first array, and one more at the end.
  var coreArrays: [Int] = []
  /// Crossbars: columns in use of each core.
  var coreColumns: [Int] = []
  /// Crossbars: whether a core at work reads all its arrays in every step, spikes or none.
  var readsWhenSilent = false
  /// Places of accumulators; those of a slice begin a line of the cache, and seven more than it has are its own.
  var accumulatorCount = 0
  /// Places in the queues of all blocks, and their slots.
  ///
  /// A block has as many slots as its delay has
  /// steps, and one more.
  var queueCapacity = 0
  var slotCount = 0
  var longestDelay = 1
  /// Steps that a group of cores may do before the next group does any.
  var stepsTogether = 1
  /// The groups, in the order in which spikes reach them (`CoreOrder`).
  var coreGroups: [[Int]] = []
  var mesh = Mesh()
  /// By crossbar array the block whose cells it holds first.
  var arrayBlocks: [Int] = []

  var neuronCount: Int { thresholds.count }

  /// The inputs that the host injects spikes of.
  var hostInputs: Int { hostRoutes.offsets.count - 1 }

  /// The slots of a block: for all steps a message waits, and for those in the works at once.
  func slots(delay: Int) -> Int { max(1, delay) + stepsTogether }

  /// The slot that a neuron's messages of a step go to.
  func sendSlot(delay: Int, step: Int) -> Int {
    (step + max(1, delay)) % slots(delay: delay)
  }

  /// A weight of a block, whichever array holds it.
  func weight(of block: BlockInfo, at place: Int) -> Int32 {
    let slice = slices[block.slice]
    guard slice.isNarrow, !block.isGate else {
      return shortWeights.isEmpty ? weights[place] : ShortWeight.widened(shortWeights[place])
    }
    let weight = byteWeights.isEmpty ? Int32(narrowWeights[place]) : Int32(byteWeights[place])
    return weight << slice.narrowShift
  }
}

/// Destinations of neurons, flattened.
struct FlatRoutes: Sendable {
  var offsets: [UInt32] = [0]
  var entries: [RouteEntry] = []

  /// The same without what blocks take as bits.
  func queued(_ blocks: [BlockInfo]) -> FlatRoutes {
    guard blocks.contains(where: { !$0.sources.isEmpty }) else { return self }
    var queued = FlatRoutes()
    queued.offsets.reserveCapacity(offsets.count)
    for sender in 0..<(offsets.count - 1) {
      for entry in entries[Int(offsets[sender])..<Int(offsets[sender + 1])]
      where blocks[Int(entry.block)].sources.isEmpty {
        queued.entries.append(entry)
      }
      queued.offsets.append(UInt32(queued.entries.count))
    }
    return queued
  }

  mutating func append(
    _ table: RouteTable, firstAxons: [Int], blockOfAxon: [UInt32], axons: [Event]
  ) {
    let base = UInt32(entries.count)
    for offset in table.offsets.dropFirst() { offsets.append(base + offset) }
    for (core, axon) in zip(table.cores, table.axons) {
      let global = firstAxons[Int(core)] + Int(axon)
      entries.append(RouteEntry(block: blockOfAxon[global], event: axons[global]))
    }
  }
}
