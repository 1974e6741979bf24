import LoomBase
import LoomHardware
import LoomNetwork

/// Lists what a network of a window code must not have: the code says what a spike is worth only inside the
/// one window of a feed-forward network.
struct WindowCheck {
  let code: SpikeCode
  var diagnostics: [Diagnostic] = []

  /// Every violation of a spiking network; none for rate codes.
  static func findings(_ network: SpikingNetwork) -> [Diagnostic] {
    guard network.code.isWindowed else { return [] }
    var check = WindowCheck(code: network.code)
    check.schedule(
      network.schedule, network.timesteps, network.readoutStart, network.coding, network.name)
    for population in network.populations {
      check.population(population.name, population.role, population.reset, population.comparison)
    }
    for projection in network.projections {
      check.delay(projection.alignedDelay, network.populations[projection.target.index].name)
    }
    for population in network.outputs.map({ network.populations[$0.index] }) {
      check.output(population.name, population.role)
    }
    return check.diagnostics
  }

  /// Every violation of a fixed-point network; none for rate codes.
  static func findings(_ network: FixedPointNetwork) -> [Diagnostic] {
    guard network.code.isWindowed else { return [] }
    var check = WindowCheck(code: network.code)
    check.schedule(
      network.schedule, network.timesteps, network.readoutStart, network.coding, network.name)
    for population in network.populations {
      check.population(population.name, population.role, population.reset, population.comparison)
    }
    for projection in network.projections {
      check.delay(projection.alignedDelay, network.populations[projection.target.index].name)
    }
    for population in network.outputs.map({ network.populations[$0.index] }) {
      check.output(population.name, population.role)
    }
    guard check.diagnostics.isEmpty, let window = network.window else { return check.diagnostics }
    for population in network.populations where population.role == .hidden {
      check.room(population, window)
    }
    return check.diagnostics
  }

  private mutating func fail(_ message: String, _ layer: String, _ remedy: String) {
    diagnostics.append(
      Diagnostic(.error, "SL3013", message, at: .layer(layer), remedy: remedy))
  }

  private mutating func schedule(
    _ schedule: Schedule, _ timesteps: Int, _ readoutStart: Int, _ coding: Coding, _ name: String
  ) {
    let legal = WindowCode.legalTimesteps(code)
    if !legal.contains(timesteps) {
      fail(
        "needs \(legal.lowerBound) to \(legal.upperBound) time-steps for \(code.rawValue) codes, has "
          + "\(timesteps)", name, "choose --timesteps within that range")
    }
    if schedule != .aligned {
      fail(
        "needs an aligned schedule for \(code.rawValue) codes, has a free-running one", name,
        "use rate codes for networks that spike by birth")
    }
    if readoutStart != 0 {
      fail(
        "needs a readout of the whole window for \(code.rawValue) codes, has one from step "
          + "\(readoutStart)", name, "use a delayed readout with rate codes only")
    }
    if coding == .spikes {
      fail(
        "needs an analog first layer for \(code.rawValue) codes, has injected spikes", name,
        "use --coding direct, or a method of rate codes")
    }
  }

  private mutating func population(
    _ name: String, _ role: PopulationRole, _ reset: ResetMode, _ comparison: ThresholdComparison
  ) {
    if role == .input {
      fail(
        "needs an analog first layer for \(code.rawValue) codes, has an input population", name,
        "use --coding direct, or a method of rate codes")
    }
    guard role == .hidden else { return }
    if reset != .soft {
      fail(
        "needs soft reset for \(code.rawValue) codes, has hard reset", name,
        "use a method of rate codes")
    }
    if comparison != .greaterOrEqual {
      fail(
        "needs the comparison v ≥ θ for \(code.rawValue) codes, has v > θ", name,
        "use a method of rate codes")
    }
  }

  private mutating func delay(_ delay: Int, _ name: String) {
    guard delay != 0 else { return }
    fail(
      "needs projections without delays for \(code.rawValue) codes, has one of \(delay)", name,
      "use rate codes for recurrent networks")
  }

  private mutating func output(_ name: String, _ role: PopulationRole) {
    guard role != .readout else { return }
    fail(
      "needs readouts as outputs for \(code.rawValue) codes, has a population that spikes", name,
      "reconvert with a readout behind it")
  }

  private mutating func room(_ population: FixedPopulation, _ window: WindowCode) {
    let limit = FixedPoint.maximum(bits: min(max(population.potentialBits, 2), 32))
    let thresholds: [Int32] =
      switch population.threshold {
      case .uniform(let value): [value]
      case .perChannel(let list), .perNeuron(let list): list
      }
    let largest = Int64(thresholds.max() ?? 0) * Int64(window.largestMultiple)
    if largest > limit {
      fail(
        "needs a potential of \(largest) for \(code.rawValue) codes, has at most \(limit)",
        population.name, "quantize the network for this profile")
    }
  }
}
