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
  var isReadout: Bool
  var isHard: Bool
  var hasSecondCompartment: Bool
  var firesOnEqual: Bool
  var isLowering: Bool
  var lowest: Int64
  var highest: Int64
  /// Whether any neuron has a bias.
  var hasBias: Bool
  /// Largest magnitude that bias and all synapses together can reach in one step.
  var currentBound: Int64
  /// Compartment updates of the network (or of lowering populations) in one step.
  var updatesPerStep: UInt64
  var flows: Range<Int>
}

/// One block of axons, flattened.
struct BlockInfo: Sendable {
  var core: Int
  var slice: Int
  var firstAxon: Int
  var axonCount: Int
  /// Steps from sending to being due; a message of a neuron takes at least one.
  var delay: Int
  /// The first place of its events in a slot of the queue.
  var queueStart: Int
  /// Whether its synaptic operations are lowering.
  var isLowering: Bool
  /// Whether its messages come from a lowering population.
  var comesFromLowering: Bool
}

/// What an axon's event does.
struct AxonInfo: Sendable {
  var firstRun: UInt32
  var runCount: UInt32
  /// Added to the runs' weight positions: sources that share a pattern differ in this only.
  var weightBase: UInt32
  var synapses: UInt32
}

/// Consecutive accumulators that take consecutive weights.
struct RunInfo: Sendable {
  var target: UInt32
  var weight: UInt32
  var count: UInt32
}

/// Messages from one slice to one block: where they travel.
struct FlowInfo: Sendable {
  var block: Int
  var path: MeshPath
}

/// An image flattened into arrays for the step loop; never changed while samples run.
struct Machine: Sendable {
  var slices: [SliceInfo] = []
  var blocks: [BlockInfo] = []
  var flows: [FlowInfo] = []
  var coreSlices: [Range<Int>] = []
  var coreBlocks: [Range<Int>] = []
  /// By neuron.
  var thresholds: [Int32] = []
  var initialPotentials: [Int32] = []
  var biases: [Int32] = []
  /// The neuron's channel-last index in its population.
  var places: [UInt32] = []
  /// By axon (core after core).
  var axons: [AxonInfo] = []
  var runs: [RunInfo] = []
  /// Weights with their shifts applied, template after template, kernels re-laid for contiguous rows.
  var weights: [Int32] = []
  /// Routes of neurons, then of host inputs: axons and their blocks.
  var routes = FlatRoutes()
  var hostRoutes = FlatRoutes()
  /// Crossbars: for each axon its arrays; empty for packed entries.
  var axonArrayOffsets: [Int] = []
  var axonArrays: [Int] = []
  /// Crossbars: for each core its first array, and one more at the end.
  var coreArrays: [Int] = []
  /// Crossbars: columns in use of each core.
  var coreColumns: [Int] = []
  var accumulatorCount = 0
  var queueCapacity = 0
  var slots = 1
  var mesh = Mesh()

  var neuronCount: Int { thresholds.count }
}

/// Destinations of neurons, flattened.
struct FlatRoutes: Sendable {
  var offsets: [UInt32] = [0]
  var axons: [UInt32] = []
  var blocks: [UInt32] = []

  mutating func append(_ table: RouteTable, firstAxons: [Int], blockOfAxon: [UInt32]) {
    let base = UInt32(axons.count)
    for offset in table.offsets.dropFirst() { offsets.append(base + offset) }
    for (core, axon) in zip(table.cores, table.axons) {
      let global = firstAxons[Int(core)] + Int(axon)
      axons.append(UInt32(global))
      blocks.append(blockOfAxon[global])
    }
  }
}
