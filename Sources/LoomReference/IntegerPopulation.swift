import LoomBase
import LoomNetwork

/// The constants of an integer population, neuron by neuron in channel-last order.
struct IntegerParameters: Sendable {
  let shape: MapShape
  let role: PopulationRole
  let threshold: [Int32]
  let initialPotential: [Int32]
  let bias: [Int32]
  let reset: ResetMode
  let comparison: ThresholdComparison
  let sites: Int
  let lowest: Int64
  let highest: Int64

  init(_ population: FixedPopulation) {
    shape = population.shape
    role = population.role
    reset = population.reset
    comparison = population.comparison
    sites = population.sites
    let neurons = population.role != .input
    threshold = population.role == .hidden ? population.threshold.expanded(in: shape) : []
    initialPotential =
      neurons
      ? population.initialPotential.expanded(in: shape)
      : [Int32](repeating: 0, count: shape.count)
    bias = neurons ? population.bias.expanded(in: shape) : []
    lowest = neurons ? FixedPoint.minimum(bits: population.potentialBits) : 0
    highest = neurons ? FixedPoint.maximum(bits: population.potentialBits) : 0
  }
}

/// The changing state of an integer population during one sample.
struct IntegerState {
  /// v, channel-last.
  var potential: [Int32]
  /// The constant current of each site: bias and front end.
  private(set) var constant: [[Int64]]
  /// S_i of a comparator; empty for other neurons.
  private var runningSums: [[Int64]]
  /// max_i S_i of the step before; 0 before the first.
  private var runningMaximum: [Int64]

  init(_ parameters: IntegerParameters) {
    let count = parameters.shape.count
    potential = parameters.initialPotential
    constant = [[Int64]](
      repeating: parameters.bias.map { Int64($0) }, count: parameters.sites)
    let comparator = parameters.sites > 1
    runningSums = [[Int64]](
      repeating: [Int64](repeating: 0, count: count), count: comparator ? parameters.sites : 0)
    runningMaximum = [Int64](repeating: 0, count: comparator ? count : 0)
  }

  /// Adds a front end's current (channel-last) to the constants of a site.
  mutating func addConstant(_ currents: [Int32], site: Int) {
    for index in currents.indices { constant[site][index] += Int64(currents[index]) }
  }

  /// One step: integrate, saturate, compare, reset; returns a flag for each neuron that fired.
  mutating func update(_ parameters: IntegerParameters, drive: [[Int64]]) -> [UInt8] {
    let input = parameters.sites > 1 ? comparatorInput(drive) : drive[0]
    IntegerState.integrate(
      &potential, input: input, lowest: parameters.lowest, highest: parameters.highest)
    guard parameters.role == .hidden else { return [] }
    return IntegerState.fire(
      &potential, threshold: parameters.threshold, soft: parameters.reset == .soft,
      strict: parameters.comparison == .greater)
  }

  /// S_i += Σ_i, and what that adds to the largest of them.
  private mutating func comparatorInput(_ drive: [[Int64]]) -> [Int64] {
    for site in drive.indices {
      for neuron in drive[site].indices { runningSums[site][neuron] &+= drive[site][neuron] }
    }
    var gained: [Int64] = []
    gained.reserveCapacity(runningMaximum.count)
    for neuron in runningMaximum.indices {
      var largest = runningSums[0][neuron]
      for site in 1..<runningSums.count { largest = max(largest, runningSums[site][neuron]) }
      gained.append(largest - runningMaximum[neuron])
      runningMaximum[neuron] = largest
    }
    return gained
  }

  private static func integrate(
    _ potential: inout [Int32], input: [Int64], lowest: Int64, highest: Int64
  ) {
    precondition(potential.count == input.count, "an input for each neuron")
    for neuron in 0..<potential.count {
      let sum = Int64(potential[neuron]) &+ input[neuron]
      potential[neuron] = Int32(truncatingIfNeeded: min(max(sum, lowest), highest))
    }
  }

  private static func fire(
    _ potential: inout [Int32], threshold: [Int32], soft: Bool, strict: Bool
  ) -> [UInt8] {
    precondition(potential.count == threshold.count, "a threshold for each neuron")
    var flags = [UInt8](repeating: 0, count: potential.count)
    for neuron in 0..<flags.count {
      let before = potential[neuron]
      let limit = threshold[neuron]
      let fires = strict ? before > limit : before >= limit
      flags[neuron] = fires ? 1 : 0
      potential[neuron] = fires ? (soft ? before &- limit : 0) : before
    }
    return flags
  }
}
