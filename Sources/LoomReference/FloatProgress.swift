import LoomBase
import LoomNetwork

/// The events a population still has to deliver: those of the current step and of its longest delay.
struct EventHistory {
  private var ring: [[WeightedEvent]]

  init(longestDelay: Int) {
    ring = [[WeightedEvent]](repeating: [], count: longestDelay + 1)
  }

  /// The events of a step no older than the longest delay; none before step 0.
  func events(ofStep step: Int) -> [WeightedEvent] {
    step < 0 ? [] : ring[step % ring.count]
  }

  mutating func record(_ events: [WeightedEvent], ofStep step: Int) {
    ring[step % ring.count] = events
  }
}

/// The spikes of one population, neuron by neuron and together.
struct SpikeCounts {
  private(set) var perNeuron: [Int32]
  private(set) var total = 0

  init(neurons: Int) { perNeuron = [Int32](repeating: 0, count: neurons) }

  mutating func add(_ spikes: SpikeList) {
    for spike in spikes { perNeuron[Int(spike)] += 1 }
    total += spikes.count
  }
}

/// Everything that changes while one sample runs.
struct FloatProgress {
  var states: [FloatState]
  var injected: [SpikeList] = []
  /// By population, channel-first: where the numbers of drawn neurons start; empty for others.
  var streams: [[UInt64]] = []
  private(set) var histories: [EventHistory]
  private(set) var spikeCounts: [SpikeCounts]
  private let parameters: [FloatParameters]

  init(parameters: [FloatParameters], stepsRemembered: [Int]) {
    states = parameters.map { FloatState($0) }
    histories = stepsRemembered.map { EventHistory(longestDelay: $0) }
    spikeCounts = parameters.map { SpikeCounts(neurons: $0.shape.count) }
    self.parameters = parameters
  }

  mutating func record(_ spikes: SpikeList, of population: Int, step: Int) {
    histories[population].record(parameters[population].events(spikes), ofStep: step)
    spikeCounts[population].add(spikes)
  }
}
