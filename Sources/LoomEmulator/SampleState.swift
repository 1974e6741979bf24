import LoomBase

/// Everything that changes while one sample runs; each thread has one.
struct SampleState: Sendable {
  var potentials: [Int32]
  var accumulators: [Int32]
  /// The sums of narrow slices, at the same places, and the potentials of short ones; empty where there are none.
  var narrow: [Int16]
  /// Bias plus front-end current, for narrow updates.
  var drive: [Int32]
  var wide = WideKernels.State()
  var window = WindowKernels.State()
  /// Slices updated in 64 bits.
  var isWide: [Bool]
  /// Slices whose potentials are in `narrow`, not in `potentials`.
  var isShort: [Bool]
  /// Slices with a bias or front-end current that is not zero.
  var isDriven: [Bool]
  /// Slices none of whose neurons fired in the last update: without input nothing changes in them.
  var isQuiet: [Bool]
  /// Slices that got events in this step.
  var isReached: [Bool]
  /// Slices whose gate fired for this step.
  var isGated: [Bool]
  /// Who fired in the last steps.
  var spikes: SpikeBits
  /// The same, listed for those who hear many of them.
  var lists: SpikeLists
  /// What cores do that do many steps at once.
  var stretch: StretchState
  /// Events: block after block, slot after slot within a block.
  var queue: [Event]
  /// Events queued in each slot.
  var fill: [Int32]
  /// Scratch: fired marks and fired neurons of one slice.
  var fired: [UInt8]
  var firing: [UInt32]
  /// Scratch: messages of each flow of the slice that sends.
  var flowCounts: [Int32]
  /// Scratch: messages on each link in this step.
  var linkLoads: [Int32]
  /// Crossbars: the step (plus one) in which an array last had an event.
  var arrayMarks: [Int]

  init(_ machine: Machine, hasFrontEnd: Bool) {
    potentials = LargePages.array(repeating: 0, count: machine.neuronCount)
    accumulators = LargePages.array(repeating: 0, count: machine.accumulatorCount)
    narrow = LargePages.array(
      repeating: 0,
      count: machine.slices.contains(where: \.isNarrow) ? machine.accumulatorCount : 0)
    drive = machine.biases
    let slices = machine.slices.count
    isWide = Array(repeating: false, count: slices)
    isShort = isWide
    isDriven = machine.slices.map(\.hasBias)
    isQuiet = Array(repeating: false, count: slices)
    isReached = isQuiet
    isGated = isQuiet
    spikes = SpikeBits(machine)
    lists = SpikeLists(machine.listedNeurons)
    stretch = StretchState(machine)
    queue = Array(
      repeating: Event(pattern: 0, weightBase: 0, axon: 0),
      count: machine.queueCapacity)
    fill = LargePages.array(repeating: 0, count: machine.slotCount)
    let largest = machine.slices.map(\.count).max() ?? 0
    fired = Array(repeating: 0, count: largest + 8)
    firing = Array(repeating: 0, count: largest + 8)
    flowCounts = Array(
      repeating: 0, count: machine.slices.map(\.flows.count).max() ?? 0)
    linkLoads = Array(repeating: 0, count: machine.mesh.linkKinds.count * machine.stepsTogether)
    arrayMarks = Array(repeating: 0, count: machine.coreArrays.last ?? 0)
    if machine.slices.contains(where: { $0.sites > 1 }) {
      wide.siteSums = Array(repeating: 0, count: machine.accumulatorCount)
      wide.greatest = Array(repeating: 0, count: machine.neuronCount)
    }
    if machine.slices.contains(where: \.code.isWindowed) {
      window.received = Array(repeating: 0, count: machine.accumulatorCount)
      window.isSilent = Array(repeating: true, count: slices)
    }
    if machine.slices.contains(where: { $0.code == .timeToFirstSpike }) {
      window.ramped = window.received
    }
    if hasFrontEnd {
      wide.currents = Array(repeating: 0, count: machine.accumulatorCount)
    }
  }

  /// Back to the state before the first step, with the front-end currents in `wide.currents`.
  mutating func reset(_ machine: Machine) {
    for neuron in potentials.indices { potentials[neuron] = machine.initialPotentials[neuron] }
    SampleState.clear(&accumulators, 0)
    SampleState.clear(&narrow, 0)
    SampleState.clear(&fill, 0)
    SampleState.clear(&arrayMarks, 0)
    SampleState.clear(&isQuiet, false)
    SampleState.clear(&isReached, false)
    SampleState.clear(&isGated, false)
    SampleState.clear(&lists.heads, SpikeLists.Head())
    SampleState.clear(&wide.siteSums, 0)
    SampleState.clear(&wide.greatest, 0)
    SampleState.clear(&window.received, 0)
    SampleState.clear(&window.ramped, 0)
    SampleState.clear(&window.isSilent, true)
    for index in machine.slices.indices where !machine.slices[index].code.isWindowed {
      chooseWidth(machine, index)
    }
  }

  /// Takes the narrow update where the currents of this sample prove it exact.
  private mutating func chooseWidth(_ machine: Machine, _ index: Int) {
    let slice = machine.slices[index]
    var greatest: Int64 = 0
    if !wide.currents.isEmpty {
      for place in slice.firstAccumulator..<(slice.firstAccumulator + slice.count * slice.sites) {
        greatest = max(greatest, abs(wide.currents[place]))
      }
    }
    isDriven[index] = slice.hasBias || greatest > 0
    let bound = slice.currentBound + greatest + slice.highest + 1
    isWide[index] =
      slice.sites > 1 || greatest >= 1 << 31 || bound >= 1 << 31
      || Int64(slice.thresholds.upperBound) - slice.lowest >= 1 << 31
    isShort[index] = slice.shortReach > 0 && !isWide[index] && greatest == 0
    if isShort[index] { shorten(machine, slice) }
    guard !isWide[index], !wide.currents.isEmpty else { return }
    for neuron in 0..<slice.count {
      let current = wide.currents[slice.firstAccumulator + neuron]
      drive[slice.firstNeuron + neuron] =
        machine.biases[slice.firstNeuron + neuron] &+ Int32(truncatingIfNeeded: current)
    }
  }

  /// Puts the initial potentials of a slice among its sums.
  private mutating func shorten(_ machine: Machine, _ slice: SliceInfo) {
    let first = slice.firstAccumulator
    precondition(
      first + slice.count <= narrow.count
        && slice.firstNeuron + slice.count <= machine.initialPotentials.count,
      "a slice lies within its arrays")
    unsafe narrow.withUnsafeMutableBufferPointer { narrow in
      unsafe machine.initialPotentials.withUnsafeBufferPointer { initial in
        for neuron in 0..<slice.count {
          unsafe narrow[first &+ neuron] = Int16(
            truncatingIfNeeded: initial[slice.firstNeuron &+ neuron] &>> slice.narrowShift)
        }
      }
    }
  }

  /// Has a slice go on with potentials in 32 bits.
  mutating func widen(_ index: Int, _ slice: SliceInfo) {
    show(slice)
    isShort[index] = false
    for place in slice.firstAccumulator..<(slice.firstAccumulator + slice.count) {
      narrow[place] = 0
    }
  }

  /// Copies potentials that are in 16 bits to where all others are.
  mutating func show(_ slice: SliceInfo) {
    for neuron in 0..<slice.count {
      potentials[slice.firstNeuron + neuron] =
        Int32(narrow[slice.firstAccumulator + neuron]) << slice.narrowShift
    }
  }

  private static func clear<Value>(_ values: inout [Value], _ value: Value) {
    for index in values.indices { values[index] = value }
  }
}
