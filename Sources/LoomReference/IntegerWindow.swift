import LoomBase
import LoomNetwork

/// One population of a window code during one sample: it listens for T steps, starts, emits for T.
///
/// `SpikeCode` states the arithmetic line by line. Every value kept here is clamped where it is stored, to
/// the signed width of the potential; sums on the way are 64 bits wide and never clamped.
struct IntegerWindow {
  private let parameters: IntegerParameters
  private let isBitSerial: Bool
  private let timesteps: Int
  /// A of every site, channel-last.
  private var accumulators: [[Int64]]
  /// V of every site, channel-last; used by time to first spike.
  private var values: [[Int64]]
  /// u, channel-last.
  private(set) var potential: [Int32]

  init(_ parameters: IntegerParameters, code: SpikeCode, timesteps: Int) {
    precondition(code.isWindowed, "a rate code has no window to listen to")
    self.parameters = parameters
    self.timesteps = timesteps
    isBitSerial = code == .bitSerial
    let silence = [Int64](repeating: 0, count: parameters.shape.count)
    accumulators = [[Int64]](repeating: silence, count: parameters.sites)
    values = accumulators
    potential = parameters.initialPotential
  }

  /// One listening step: takes in the currents of each site (channel-last).
  mutating func listen(_ arrivals: [[Int64]]) {
    let range = parameters.lowest...parameters.highest
    for site in arrivals.indices {
      if isBitSerial {
        IntegerWindow.double(&accumulators[site], adding: arrivals[site], in: range)
      } else {
        IntegerWindow.add(arrivals[site], to: &accumulators[site], in: range)
        IntegerWindow.add(accumulators[site], to: &values[site], in: range)
      }
    }
  }

  /// The start: u ← the largest site's total, + B.
  ///
  /// `constants` holds bias and front-end current of each site, which act once.
  mutating func start(constants: [[Int64]]) {
    let totals = isBitSerial ? accumulators : values
    precondition(totals.count == constants.count, "constants for each site")
    for neuron in potential.indices {
      var largest = totals[0][neuron] + constants[0][neuron]
      for site in 1..<totals.count {
        largest = max(largest, totals[site][neuron] + constants[site][neuron])
      }
      let sum = largest + Int64(parameters.initialPotential[neuron])
      potential[neuron] = Int32(min(max(sum, parameters.lowest), parameters.highest))
    }
  }

  /// One emitting step: returns a flag for each neuron that fires (channel-last).
  mutating func emit(step: Int) -> [UInt8] {
    isBitSerial ? emitBit() : emitFirst(step: step)
  }

  /// y = 2·u; s = y ≥ θ; u ← s ? y − θ : y.
  private mutating func emitBit() -> [UInt8] {
    var flags = [UInt8](repeating: 0, count: potential.count)
    for neuron in potential.indices {
      let doubled = 2 * Int64(potential[neuron])
      let threshold = Int64(parameters.threshold[neuron])
      let fires = doubled >= threshold
      flags[neuron] = fires ? 1 : 0
      let rest = fires ? doubled - threshold : doubled
      potential[neuron] = Int32(min(max(rest, parameters.lowest), parameters.highest))
    }
    return flags
  }

  /// s = u ≥ δ·(T − j); after its spike u stays at the lowest potential, which reaches no threshold.
  private mutating func emitFirst(step: Int) -> [UInt8] {
    var flags = [UInt8](repeating: 0, count: potential.count)
    let remaining = Int64(timesteps - step)
    for neuron in potential.indices
    where Int64(potential[neuron]) >= Int64(parameters.threshold[neuron]) * remaining {
      flags[neuron] = 1
      potential[neuron] = Int32(parameters.lowest)
    }
    return flags
  }

  /// sums ← 2·sums + arrivals.
  private static func double(
    _ sums: inout [Int64], adding arrivals: [Int64], in range: ClosedRange<Int64>
  ) {
    precondition(sums.count == arrivals.count, "an arrival for each neuron")
    for neuron in 0..<sums.count {
      let sum = 2 &* sums[neuron] &+ arrivals[neuron]
      sums[neuron] = min(max(sum, range.lowerBound), range.upperBound)
    }
  }

  /// sums ← sums + arrivals.
  private static func add(
    _ arrivals: [Int64], to sums: inout [Int64], in range: ClosedRange<Int64>
  ) {
    precondition(sums.count == arrivals.count, "an arrival for each neuron")
    for neuron in 0..<sums.count {
      let sum = sums[neuron] &+ arrivals[neuron]
      sums[neuron] = min(max(sum, range.lowerBound), range.upperBound)
    }
  }
}
