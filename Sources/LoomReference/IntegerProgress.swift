import LoomBase
import LoomNetwork

/// Everything that changes while one sample runs through an integer network.
struct IntegerProgress {
  var states: [IntegerState]
  private(set) var histories: [SpikeHistory]
  /// By population, channel-first: where the numbers of drawn neurons start; empty for others.
  var streams: [[UInt64]] = []
  private(set) var rasters: [[UInt8]]
  private(set) var spikeCounts: [[Int32]]
  /// The potentials (channel-last) of output populations just before aligned step t0.
  private(set) var remembered: [[Int32]]
  /// The spikes of each neuron of output populations before aligned step t0.
  private(set) var countsBefore: [[Int32]]
  /// Zeros between uses: the 32-bit sums of each population.
  var scratch: [[Int32]]
  private let recordsSpikes: Bool

  init(
    parameters: [IntegerParameters], stepsRemembered: [Int], timesteps: Int, recordingSpikes: Bool
  ) {
    states = parameters.map { IntegerState($0) }
    histories = stepsRemembered.map { SpikeHistory(longestDelay: $0) }
    rasters = parameters.map {
      recordingSpikes ? [UInt8](repeating: 0, count: $0.shape.count * timesteps) : []
    }
    spikeCounts = parameters.map { [Int32](repeating: 0, count: $0.shape.count) }
    scratch = spikeCounts
    remembered = parameters.map { _ in [] }
    countsBefore = remembered
    recordsSpikes = recordingSpikes
  }

  mutating func rememberAnswers(of outputs: [PopulationID]) {
    for id in outputs {
      remembered[id.index] = states[id.index].potential
      countsBefore[id.index] = spikeCounts[id.index]
    }
  }

  mutating func record(_ spikes: SpikeList, of population: Int, step: Int) {
    histories[population].record(spikes, ofStep: step)
    let count = spikeCounts[population].count
    for spike in spikes {
      spikeCounts[population][Int(spike)] += 1
      if recordsSpikes { rasters[population][step * count + Int(spike)] = 1 }
    }
  }

  /// The spikes of each neuron of an output since t0.
  func countsSinceStart(of population: Int) -> [Int64] {
    zip(spikeCounts[population], countsBefore[population]).map { Int64($0 - $1) }
  }

  /// Notes the spikes of a bin, where a neuron may have several.
  mutating func count(_ spikes: SpikeList, of population: Int, step: Int) {
    let count = spikeCounts[population].count
    for spike in spikes {
      spikeCounts[population][Int(spike)] += 1
      guard recordsSpikes else { continue }
      let place = step * count + Int(spike)
      if rasters[population][place] < 255 { rasters[population][place] += 1 }
    }
  }

  /// What the spikes of a population say, neuron by neuron: their number in a rate code, else the code.
  func values(of population: Int, code: SpikeCode, timesteps: Int) -> [Int64] {
    guard code.isWindowed else { return spikeCounts[population].map { Int64($0) } }
    var values = [Int64](repeating: 0, count: spikeCounts[population].count)
    for step in 0..<timesteps {
      let worth = code.worth(ofStep: step, of: timesteps)
      for spike in histories[population].spikes(ofStep: step) { values[Int(spike)] += worth }
    }
    return values
  }
}
