import LoomBase
import LoomNetwork

/// The constants of a float population, neuron by neuron in channel-last order.
struct FloatParameters: Sendable {
  let shape: MapShape
  let role: PopulationRole
  let threshold: [Float]
  let initialPotential: [Float]
  let bias: [Float]
  /// What a spike of each neuron (channel-first) is worth to its targets.
  let amplitude: [Float]
  let reset: ResetMode
  let comparison: ThresholdComparison
  let sites: Int

  init(_ population: Population) {
    shape = population.shape
    role = population.role
    reset = population.reset
    comparison = population.comparison
    sites = population.sites
    let neurons = population.role != .input
    let hidden = population.role == .hidden
    threshold = hidden ? population.threshold.expanded(in: shape) : []
    initialPotential = neurons ? population.initialPotential.expanded(in: shape) : []
    bias = neurons ? population.bias.expanded(in: shape) : []
    amplitude =
      hidden && population.spikeWorthThreshold
      ? (0..<shape.count).map { population.threshold.value(neuron: $0, in: population.shape) }
      : [Float](repeating: 1, count: shape.count)
  }

  /// The events that spikes of this population mean to its targets.
  func events(_ spikes: SpikeList) -> [WeightedEvent] {
    spikes.map { WeightedEvent(neuron: $0, amplitude: amplitude[Int($0)]) }
  }
}

/// The changing state of a float population during one sample.
struct FloatState {
  /// v, channel-last.
  private(set) var potential: [Float]
  /// The constant current of each site: bias and front end.
  var constant: [[Float]]
  private var runningSums: [[Float]]
  private var runningMaximum: [Float]

  init(_ parameters: FloatParameters) {
    let count = parameters.shape.count
    potential = parameters.initialPotential
    constant = [[Float]](repeating: parameters.bias, count: parameters.sites)
    let comparator = parameters.sites > 1
    runningSums = [[Float]](
      repeating: [Float](repeating: 0, count: count), count: comparator ? parameters.sites : 0)
    runningMaximum = [Float](repeating: 0, count: comparator ? count : 0)
  }

  /// One step: integrate, compare, reset; returns a flag for each neuron that fired.
  mutating func update(_ parameters: FloatParameters, drive: [[Float]]) -> [UInt8] {
    let input = parameters.sites > 1 ? comparatorInput(drive) : drive[0]
    guard parameters.role == .hidden else {
      for neuron in input.indices { potential[neuron] += input[neuron] }
      return []
    }
    let threshold = parameters.threshold
    switch (parameters.reset, parameters.comparison) {
    case (.soft, .greaterOrEqual):
      return FloatState.stepSoft(&potential, input: input, threshold: threshold, strict: false)
    case (.soft, .greater):
      return FloatState.stepSoft(&potential, input: input, threshold: threshold, strict: true)
    case (.hard, .greaterOrEqual):
      return FloatState.stepHard(&potential, input: input, threshold: threshold, strict: false)
    case (.hard, .greater):
      return FloatState.stepHard(&potential, input: input, threshold: threshold, strict: true)
    }
  }

  /// S_i += Σ_i, and what that adds to the largest of them.
  private mutating func comparatorInput(_ drive: [[Float]]) -> [Float] {
    for site in drive.indices {
      for neuron in drive[site].indices { runningSums[site][neuron] += drive[site][neuron] }
    }
    var largest = runningSums[0]
    for site in 1..<runningSums.count {
      for neuron in largest.indices {
        largest[neuron] = max(largest[neuron], runningSums[site][neuron])
      }
    }
    let gained = zip(largest, runningMaximum).map { $0 - $1 }
    runningMaximum = largest
    return gained
  }

  @inline(__always)
  private static func stepSoft(
    _ potential: inout [Float], input: [Float], threshold: [Float], strict: Bool
  ) -> [UInt8] {
    precondition(potential.count == input.count && potential.count == threshold.count)
    var flags = [UInt8](repeating: 0, count: potential.count)
    for neuron in 0..<flags.count {
      let before = potential[neuron] + input[neuron]
      let limit = threshold[neuron]
      let fires = strict ? before > limit : before >= limit
      flags[neuron] = fires ? 1 : 0
      potential[neuron] = before - (fires ? limit : 0)
    }
    return flags
  }

  @inline(__always)
  private static func stepHard(
    _ potential: inout [Float], input: [Float], threshold: [Float], strict: Bool
  ) -> [UInt8] {
    precondition(potential.count == input.count && potential.count == threshold.count)
    var flags = [UInt8](repeating: 0, count: potential.count)
    for neuron in 0..<flags.count {
      let before = potential[neuron] + input[neuron]
      let fires = strict ? before > threshold[neuron] : before >= threshold[neuron]
      flags[neuron] = fires ? 1 : 0
      potential[neuron] = fires ? 0 : before
    }
    return flags
  }
}
