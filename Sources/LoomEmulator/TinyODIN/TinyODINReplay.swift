public import LoomBase
import LoomHardware
import LoomImage

/// A sample's steps on a tinyODIN core, to the cycle.
public struct TinyODINReplay: Hashable, Sendable {
  /// Clock cycles of each step (`TinyODINStepTimer`).
  public var stepCycles: [Int]
  /// Spikes of the image, whose neurons fire at the ends of steps; those of copies count.
  public var spikes: Int
  /// How many of them the core's queue would lose.
  public var lostSpikes: Int
  /// Spikes of the core itself, whose neurons fire event by event, for the same events; nil if it never came to rest.
  public var eventwiseSpikes: Int?
}

extension Emulator {
  /// Replays a sample's messages on a tinyODIN core: what each step takes, and how often the core itself would fire.
  ///
  /// What the image computes stays as it is: the spikes are those of `trace`. Axon a is row a, and a neuron has
  /// the number of the axon its spikes go to (`OwnRows`).
  ///
  /// - Throws: SL6052 for an image that is not one core of 256 rows and 4-bit weights with plain spikes and hard
  ///   reset; as `trace`.
  public func replayOnTinyODIN(
    _ samples: Samples, index: Int
  ) throws(DiagnosticsError) -> TinyODINReplay {
    let core = try TinyODINImage(image, profile, machine)
    let trace = try trace(samples, index: index)
    let layout = try host.layout(of: samples)
    let hostSpikes = host.injected(samples, index: index, layout: layout).spikes
    let events = core.events(of: hostSpikes, machine, steps: trace.steps)
    var replay = core.replay(events) { trace.didSpike(population: $0, step: $1, neuron: $2) }
    replay.eventwiseSpikes = core.eventwiseSpikes(of: events)
    return replay
  }
}

/// An image's only core as a tinyODIN core holds it.
struct TinyODINImage {
  /// A neuron that can fire: where its spikes are seen, and its numbers on the core.
  private struct Speaker {
    var population: Int
    var place: Int
    var numbers: [Int]
  }

  let timing: TinyODINTiming
  private var neurons = [TinyODINNeuron](
    repeating: TinyODINNeuron(threshold: -1), count: TinyODINTiming.neurons)
  private var weights = [Int8](
    repeating: 0, count: TinyODINTiming.neurons * TinyODINTiming.neurons)
  private var speakers: [Speaker] = []

  init(
    _ image: HardwareImage, _ profile: Profile, _ machine: Machine
  ) throws(DiagnosticsError) {
    let count = TinyODINTiming.neurons
    guard image.cores.count == 1, profile.routing.ownRow,
      image.schedule.code == .rate, !image.schedule.isAsynchronous,
      machine.axons.count <= count, machine.biases.allSatisfy({ $0 == 0 }),
      machine.slices.allSatisfy({ $0.sites == 1 && ($0.isHard || $0.isReadout) && $0.firesOnEqual }
      ),
      let numbers = OwnRows.numbers(ofCore: 0, in: image, limit: count)
    else {
      throw TinyODINImage.unsuitable(
        "one core of \(count) rows, rate code, hard reset, no bias registers", "another image")
    }
    timing = TinyODINTiming(lastNeuron: numbers.joined().max() ?? 0)
    for slice in machine.slices {
      for local in 0..<slice.count {
        let neuron = slice.firstNeuron + local
        try add(neuron, numbers[neuron], slice, machine)
      }
    }
    for axon in machine.axons { try addRow(axon, numbers, machine) }
  }

  private static func unsuitable(_ needs: String, _ has: String) -> DiagnosticsError {
    DiagnosticsError(
      Diagnostic(
        .error, "SL6052", "needs \(needs) for a tinyODIN core, has \(has)",
        remedy: "compile for the profile 'tinyodin'"))
  }

  private mutating func add(
    _ neuron: Int, _ numbers: [Int], _ slice: SliceInfo, _ machine: Machine
  ) throws(DiagnosticsError) {
    let threshold = slice.isReadout ? -1 : Int(machine.thresholds[neuron])
    let potential = Int(machine.initialPotentials[neuron])
    guard (-1...2047).contains(threshold), (-2048...2047).contains(potential) else {
      throw Self.unsuitable("thresholds and potentials of 12 bits", "\(threshold), \(potential)")
    }
    for number in numbers {
      neurons[number] = TinyODINNeuron(
        isDisabled: slice.isReadout, threshold: threshold, potential: potential)
    }
    guard !slice.isReadout else { return }
    speakers.append(
      Speaker(
        population: slice.population, place: Int(machine.places[neuron]), numbers: numbers))
  }

  private mutating func addRow(
    _ axon: Event, _ numbers: [[Int]], _ machine: Machine
  ) throws(DiagnosticsError) {
    let block = machine.blocks[block(of: axon, machine)]
    let slice = machine.slices[block.slice]
    let pattern = machine.patterns[Int(axon.pattern)]
    for index in Int(pattern.firstRun)..<Int(pattern.firstRun + pattern.runCount) {
      let run = machine.runs[index]
      for synapse in 0..<Int(run.count) {
        let weight = machine.weight(
          of: block, at: Int(axon.weightBase) + Int(run.weight) + synapse)
        guard (-8...7).contains(weight) else {
          throw Self.unsuitable("weights of 4 bits", "\(weight)")
        }
        let neuron = slice.firstNeuron + Int(run.target) + synapse - slice.firstAccumulator
        for number in numbers[neuron] {
          weights[Int(axon.axon) * TinyODINTiming.neurons + number] = Int8(weight)
        }
      }
    }
  }

  private func block(of axon: Event, _ machine: Machine) -> Int {
    machine.blocks.firstIndex {
      ($0.firstAxon..<($0.firstAxon + $0.axonCount)).contains(Int(axon.axon))
    } ?? 0
  }

  /// The rows of the host's events, step by step, in the order in which the host injects.
  func events(of spikes: [[UInt32]], _ machine: Machine, steps: Int) -> [[Int]] {
    var events = [[Int]](repeating: [], count: steps)
    let routes = machine.hostRoutes
    for (step, sources) in spikes.enumerated() {
      for source in sources {
        let entries = Int(routes.offsets[Int(source)])..<Int(routes.offsets[Int(source) + 1])
        for entry in routes.entries[entries] {
          let due = step + machine.blocks[Int(entry.block)].delay
          if due < steps { events[due].append(Int(entry.event.axon)) }
        }
      }
    }
    return events
  }

  /// What the steps of a sample take, of which the host's events and the neurons that spike are known.
  func replay(
    _ events: [[Int]], didSpike: (_ population: Int, _ step: Int, _ place: Int) -> Bool
  ) -> TinyODINReplay {
    var timer = TinyODINStepTimer(timing)
    var replay = TinyODINReplay(stepCycles: [], spikes: 0, lostSpikes: 0, eventwiseSpikes: nil)
    for step in events.indices {
      let fired = speakers.filter { didSpike($0.population, step, $0.place) }.flatMap(\.numbers)
      replay.spikes += fired.count
      replay.stepCycles.append(timer.stepCycles(events: events[step], fired: fired))
    }
    replay.lostSpikes = timer.lostSpikes
    return replay
  }

  /// How often the core's own neurons fire, event by event; nil if they keep each other going without end.
  func eventwiseSpikes(of events: [[Int]]) -> Int? {
    var controller = TinyODINController(
      TinyODINConfiguration(timing: timing, maximumCycles: .max, maximumBusyCycles: 1 << 29),
      neurons: TinyODINMembranes(neurons, weights: weights))
    do throws(TinyODINRunError) {
      for step in events {
        for source in step {
          _ = try controller.take(.spike(source: source), notBefore: 0, step: 0)
        }
        try controller.drain()
        _ = try controller.take(.leakOfAll, notBefore: controller.ready, step: 0)
      }
      try controller.finish()
    } catch {
      return nil
    }
    return controller.outputs.count
  }
}
