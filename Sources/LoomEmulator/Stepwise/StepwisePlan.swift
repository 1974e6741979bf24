import LoomBase
import LoomImage

/// What a stepwise run needs to know before its first sample.
///
/// A run of T′ < T steps has the windows of all populations cut by T − T′, so an event belongs to it if the
/// step it was caused in, counted from the end of its population's window at T′ = 0, is below T′:
/// - updates, spikes and messages out of a population whose last active step is a: step − (a − T);
/// - events due at an axon of delay d whose source's last active step is a: both the sending,
///   step − d − (a − T), and the end of the run, step − D.
struct StepwisePlan: Sendable {
  /// T.
  let timesteps: Int
  /// D.
  let depth: Int
  /// The lengths whose records are wanted.
  let lengths: [RunLength]
  let rule: ExitRule?
  /// By slice and by block: what is taken off a chip step.
  var sliceOffsets: [Int] = []
  var blockOffsets: [Int] = []
  /// The latest start of an answering population: a sample that stops after t aligned steps has run t +
  /// this many chip steps.
  var outputStart = 0
  /// The scores of the first output, among which is the class.
  let classes: Int
  /// Whether all populations end with the run, so that a run of T′ steps is the beginning of this one.
  var isPrefix = true
  /// By score: its neuron, its population's start, and whether it counts spikes.
  var scoreNeurons: [Int] = []
  var scoreStarts: [Int] = []
  var countsSpikes: [Bool] = []
  /// By score whether its readings are spike counts, from t0 on or of the whole window.
  var readsCounts: [Bool] = []
  /// Crossbars: by array its core.
  var arrayCores: [Int] = []

  init(_ emulator: Emulator, lengths: [RunLength], rule: ExitRule?) {
    let image = emulator.image
    let machine = emulator.machine
    timesteps = image.schedule.timesteps
    depth = image.schedule.steps - timesteps
    self.lengths = lengths
    self.rule = rule
    classes = emulator.classes
    let ends = image.populations.map { $0.activeSteps.upperBound - image.schedule.timesteps }
    for slice in machine.slices {
      sliceOffsets.append(ends[slice.population])
      if ends[slice.population] != depth { isPrefix = false }
    }
    var block = 0
    for core in image.cores {
      for axons in core.axonBlocks {
        let source = image.templates[axons.template].source
        blockOffsets.append(min(machine.blocks[block].delay + ends[source], depth))
        block += 1
      }
    }
    addScores(image, machine)
    for (core, range) in zip(machine.coreArrays, machine.coreArrays.dropFirst()).enumerated() {
      arrayCores += Array(repeating: core, count: range.1 - range.0)
    }
  }

  private mutating func addScores(_ image: HardwareImage, _ machine: Machine) {
    let observer = Observer(image, machine)
    scoreNeurons = Array(repeating: 0, count: observer.scoreCount)
    scoreStarts = scoreNeurons
    countsSpikes = Array(repeating: false, count: observer.scoreCount)
    readsCounts = countsSpikes
    for output in observer.outputs {
      outputStart = max(outputStart, output.window.lowerBound)
      for index in output.slices {
        let slice = machine.slices[index]
        for neuron in slice.firstNeuron..<(slice.firstNeuron + slice.count) {
          let place = Int(machine.places[neuron])
          let score =
            output.firstScore + place % output.shape.channels * output.shape.positions
            + place / output.shape.channels
          scoreNeurons[score] = neuron
          scoreStarts[score] = output.window.lowerBound
          readsCounts[score] = output.countsSpikes
          countsSpikes[score] = output.countsSpikes && image.spikeCounts == nil
        }
      }
    }
  }

  /// The first length that an event of a chip step belongs to, minus one.
  func aligned(_ step: Int, _ offset: Int) -> Int { min(max(step - offset, 0), timesteps - 1) }

  /// Whether the times of a length follow from this run.
  func isTimed(_ length: RunLength) -> Bool { isPrefix || length.timesteps == timesteps }

  /// Numbers the host reads for one sample of a length.
  func readouts(_ length: RunLength) -> Int {
    readsCounts.reduce(0) { $0 + ($1 || length.readoutStart == 0 ? 1 : 2) }
  }
}

/// Which arrays of crossbars are read in a step, and on behalf of which length at least.
struct ArrayReadLog: Sendable {
  /// By block and by slice what is taken off a chip step (`StepwisePlan`).
  let blockOffsets: [Int]
  let sliceOffsets: [Int]
  /// By array the largest offset of its readers in the present step; −1: not read.
  private var largest: [Int]
  private var touched: [Int] = []

  init(_ plan: StepwisePlan) {
    blockOffsets = plan.blockOffsets
    sliceOffsets = plan.sliceOffsets
    largest = Array(repeating: -1, count: plan.arrayCores.count)
  }

  /// Read for an event of a block.
  mutating func note(array: Int, block: Int) { note(array, offset: blockOffsets[block]) }

  /// Read whatever comes, because slices of its core are active.
  mutating func note(array: Int, slices: [Int]) {
    for slice in slices { note(array, offset: sliceOffsets[slice]) }
  }

  private mutating func note(_ array: Int, offset: Int) {
    if largest[array] < 0 { touched.append(array) }
    largest[array] = max(largest[array], offset)
  }

  /// The arrays read since the last call, with their largest offsets.
  mutating func take() -> [(array: Int, offset: Int)] {
    let reads = touched.map { ($0, largest[$0]) }
    for array in touched { largest[array] = -1 }
    touched.removeAll(keepingCapacity: true)
    return reads
  }
}
