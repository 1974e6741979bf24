import LoomBase
import LoomImage

/// A spike on its way to a core.
struct Arrival: Sendable {
  /// The axon it comes to and what is stored there.
  var event: Event
  /// When it arrives, ns after the start of the bin.
  var nanoseconds: Double
}

/// Runs one sample of an asynchronous image, bin by bin, on one thread.
///
/// In a bin the cores are worked through from the host on. Each takes its queue from the front: one spike,
/// its synapses target after target, whoever reaches θ sends at once to the end of the queues of its
/// destinations (`Schedule.asynchronous` in LoomNetwork has the definition). A queue has one source, so that
/// this order is that of any durations; times are kept beside it and change nothing.
struct AsynchronousLoop {
  private let machine: Machine
  private let timing: StepTiming
  /// Cores, every one behind its source.
  private let order: [Int]
  /// Slices with a bias or a front end: their clock ticks in every bin.
  private let isDriven: [Bool]
  /// Spikes waiting at each core, in order of arrival.
  private var queues: [[Arrival]]
  /// Bias and front-end current by neuron.
  private var constants: [Int64]
  private var potentials: [Int32]
  /// Scratch: the spikes of one slice in one bin, and when each left.
  private var sent: [UInt32] = []
  private var departures: [Double] = []
  /// Scratch: the queue being worked on.
  private var working: [Arrival] = []
  /// Front-end currents of the sample, by accumulator.
  var currents: [Int64]
  var observer: Observer
  private(set) var tally: Tally
  /// A population sent more spikes in a bin than are kept; the sample's results mean nothing.
  private(set) var isOverrun = false

  init(_ emulator: Emulator, observer: Observer) {
    machine = emulator.machine
    timing = emulator.timing
    order = ImageVerifier.eventOrder(emulator.image) ?? Array(emulator.image.cores.indices)
    let driven = Set(emulator.image.frontEnd.map(\.target))
    isDriven = machine.slices.map { $0.hasBias || driven.contains($0.population) }
    queues = Array(repeating: [], count: machine.coreSlices.count)
    constants = machine.biases.map { Int64($0) }
    potentials = machine.initialPotentials
    currents =
      emulator.image.frontEnd.isEmpty ? [] : Array(repeating: 0, count: machine.accumulatorCount)
    self.observer = observer
    tally = Tally(machine)
  }

  /// Prepares the next sample, whose front-end currents are in `currents`.
  mutating func begin() {
    potentials = machine.initialPotentials
    isOverrun = false
    for core in queues.indices { queues[core].removeAll(keepingCapacity: true) }
    for slice in machine.slices where !currents.isEmpty {
      // One current site: an accumulator for each neuron of the slice.
      for offset in 0..<slice.count {
        let neuron = slice.firstNeuron + offset
        constants[neuron] =
          Int64(machine.biases[neuron]) + currents[slice.firstAccumulator + offset]
      }
    }
    observer.begin()
    observer.read(after: -1, machine, potentials)
  }

  /// Runs one bin until everything has come to rest; returns how long that takes, ns.
  mutating func run(bin: Int, hostSpikes: ArraySlice<UInt32>) -> Double {
    inject(hostSpikes)
    var longest = 0.0
    var slowest = -1
    var busiest = 0.0
    for core in order {
      let (rest, work) = run(core: core, bin: bin)
      longest = max(longest, rest)
      if work > busiest { (busiest, slowest) = (work, core) }
    }
    if slowest >= 0 { tally.slowestCoreSteps[slowest] += 1 }
    tally.bounds[0] += 1
    observer.read(after: bin, machine, potentials)
    return timing.duration(boundBy: longest)
  }

  private mutating func inject(_ inputs: ArraySlice<UInt32>) {
    tally.inputSpikes += UInt64(inputs.count)
    for input in inputs {
      let entries =
        Int(
          machine.hostRoutes.offsets[Int(input)])..<Int(
          machine.hostRoutes.offsets[Int(input) + 1])
      tally.inputMessages += UInt64(entries.count)
      for entry in machine.hostRoutes.entries[entries] {
        queues[machine.blocks[Int(entry.block)].core].append(
          Arrival(event: entry.event, nanoseconds: 0))
      }
    }
  }

  /// Works through a core's queue; returns when it rests and how long it was busy, ns.
  private mutating func run(core: Int, bin: Int) -> (rest: Double, work: Double) {
    guard let index = machine.coreSlices[core].first else { return (0, 0) }
    let slice = machine.slices[index]
    let rule = EventKernel.Rule(slice)
    sent.removeAll(keepingCapacity: true)
    departures.removeAll(keepingCapacity: true)
    swap(&working, &queues[core])
    var clock = tick(index, slice, rule, bin: bin)
    var work = clock
    for arrival in working {
      let before = max(clock, arrival.nanoseconds)
      clock = take(arrival.event, slice, rule, at: before)
      work += clock - before
      if sent.count > EventKernel.mostSpikes { isOverrun = true }
      if isOverrun { break }
    }
    working.removeAll(keepingCapacity: true)
    tally.sliceSpikes[index] &+= UInt64(sent.count)
    observer.record(slice, sent, count: sent.count, step: bin, places: machine.places)
    if !isOverrun { send(index, slice) }
    return (clock, work)
  }

  /// The bias clock at the start of a bin.
  ///
  /// Without a constant nothing changes but in the first bin, where v(0) may be beyond θ already.
  private mutating func tick(
    _ index: Int, _ slice: SliceInfo, _ rule: EventKernel.Rule, bin: Int
  ) -> Double {
    guard isDriven[index] || bin == 0 else { return 0 }
    EventKernel.tick(
      rule, constants: constants, thresholds: machine.thresholds, potentials: &potentials,
      sent: &sent)
    guard isDriven[index] else { return depart(slice, from: 0, at: 0) }
    tally.sliceUpdates[index] &+= UInt64(slice.count)
    return depart(slice, from: 0, at: Double(slice.count) * timing.neuronUpdate)
  }

  /// Takes one spike in; returns when that is done, ns.
  private mutating func take(
    _ event: Event, _ slice: SliceInfo, _ rule: EventKernel.Rule, at start: Double
  ) -> Double {
    let first = sent.count
    EventKernel.add(
      event, rule, patterns: machine.patterns, runs: machine.runs, weights: machine.weights,
      thresholds: machine.thresholds, potentials: &potentials, sent: &sent)
    let operations = UInt64(machine.patterns[Int(event.pattern)].synapses)
    let block = machine.blockOfAxon[Int(event.axon)]
    tally.blockEvents[block] &+= 1
    tally.blockOperations[block] &+= operations
    let done = start + timing.axonIn + Double(operations) * timing.synapticOperation
    return depart(slice, from: first, at: done)
  }

  /// Lets the spikes from `first` on leave one after another; returns when the last has left, ns.
  private mutating func depart(_ slice: SliceInfo, from first: Int, at start: Double) -> Double {
    var clock = start
    for spike in first..<sent.count {
      let neuron = slice.firstNeuron + Int(sent[spike])
      let entries = machine.routes.offsets[neuron + 1] - machine.routes.offsets[neuron]
      clock += timing.neuronSpike + Double(entries) * timing.axonOut
      departures.append(clock)
    }
    return clock
  }

  /// Puts every spike of a slice at the end of its destinations' queues.
  private mutating func send(_ index: Int, _ slice: SliceInfo) {
    for (position, spike) in sent.enumerated() {
      let neuron = slice.firstNeuron + Int(spike)
      let entries =
        Int(machine.routes.offsets[neuron])..<Int(machine.routes.offsets[neuron + 1])
      for entry in entries {
        let route = machine.routes.entries[entry]
        let block = Int(route.block)
        guard let flow = slice.flows.first(where: { machine.flows[$0].block == block }) else {
          continue
        }
        tally.flowMessages[flow] &+= 1
        let time = departures[position] + machine.flows[flow].path.nanoseconds
        queues[machine.blocks[block].core].append(Arrival(event: route.event, nanoseconds: time))
      }
    }
    for core in queues.indices where queues[core].count > 4 * EventKernel.mostSpikes {
      isOverrun = true
    }
  }
}
