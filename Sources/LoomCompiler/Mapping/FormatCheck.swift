import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Checks that a fixed-point network uses only what the profile's formats hold: a network quantized for
/// another chip is refused, not run differently.
struct FormatCheck {
  let network: FixedPointNetwork
  let profile: Profile
  var findings: [Diagnostic] = []

  /// Every finding.
  static func findings(_ network: FixedPointNetwork, profile: Profile) -> [Diagnostic] {
    let code = CodeCheck.findings(code: network.code, profile: profile)
    guard code.isEmpty else { return code }
    var check = FormatCheck(network: network, profile: profile)
    let starts = StartSchedule.starts(of: network).starts
    for (index, population) in network.populations.enumerated() where !population.isInjected {
      check.population(population, start: starts[index])
    }
    for projection in network.projections { check.projection(projection) }
    check.inputs()
    return check.findings
  }

  private mutating func fail(_ message: String, _ layer: String) {
    findings.append(
      Diagnostic(
        .error, "SL4020", message, at: .layer(layer),
        remedy: "quantize the network for \(profile.name)"))
  }

  private mutating func population(_ population: FixedPopulation, start: Int) {
    let neuron = profile.neuron
    if population.potentialBits != neuron.potentialBits {
      fail(
        "needs \(population.potentialBits) potential bits, has \(neuron.potentialBits)",
        population.name)
    }
    if population.role == .hidden { hidden(population) }
    if population.sites > max(1, neuron.comparatorSites) {
      fail(
        "needs \(population.sites) current sites, has \(neuron.comparatorSites)", population.name)
    }
    let path = BiasPath.choose(
      role: population.role, start: start, schedule: network.schedule,
      readoutStart: network.readoutStart, profile: profile)
    let format = profile.bias
    if path == .register, !format.hasRegister,
      let bias = list(population.bias).first(where: { $0 != 0 })
    {
      fail("needs a bias of \(bias), has no bias registers", population.name)
    }
    if path == .register, format.mantissaBits > 0 {
      let odd = list(population.bias).first {
        FixedPoint.roundToMantissa(
          Int64($0), mantissaBits: format.mantissaBits, maximumExponent: format.maximumExponent)
          != Int64($0)
      }
      if let odd { fail("needs a bias of \(odd), has no register for it", population.name) }
    }
  }

  private mutating func hidden(_ population: FixedPopulation) {
    let neuron = profile.neuron
    if (population.comparison == .greater) != neuron.firesOnGreaterOnly {
      fail(
        "needs the comparison \(population.comparison.rawValue), has the other one",
        population.name)
    }
    if population.reset == .soft, neuron.softReset == .none {
      fail("needs soft reset, has none", population.name)
    }
    if population.reset == .hard, !neuron.hardReset {
      fail("needs hard reset, has none", population.name)
    }
    let grid = ThresholdGrid(profile, reset: population.reset)
    if let illegal = list(population.threshold).first(where: { !grid.contains(Int64($0)) }) {
      fail(
        "needs a threshold of \(illegal), has multiples of \(grid.smallest) up to \(grid.limit)"
          + (grid.weight == nil ? "" : " that are legal weights"), population.name)
    }
  }

  private mutating func projection(_ projection: FixedProjection) {
    let name = network.populations[projection.target.index].name
    let format = profile.weight
    let largest = format.mantissaLimit
    if projection.weights.contains(where: { abs(Int($0)) > largest }) {
      fail("needs mantissas beyond \(largest), has \(format.bits) bits", name)
    }
    let shifts = format.minimumShift...max(format.minimumShift, format.maximumShift)
    if let shift = projection.shifts.first(where: { !shifts.contains(Int($0)) }) {
      fail("needs a shift of \(shift), has \(shifts.lowerBound) to \(shifts.upperBound)", name)
    }
    if !format.shiftPerChannel, Set(projection.shifts).count > 1 {
      fail("needs a shift per channel, has one per projection", name)
    }
  }

  private mutating func inputs() {
    let hosts = network.populations.filter { $0.role == .input }
    if hosts.count > 1 || hosts.contains(where: { $0.shape != network.input.shape }) {
      fail(
        "needs one input population of the sample's shape \(network.input.shape), has "
          + "\(hosts.count) of " + hosts.map(\.shape.description).joined(separator: ", "),
        hosts.first?.name ?? "input")
    }
    if network.coding == .poisson {
      if network.frontEnd.contains(where: { !network.populations[$0.target.index].isOnHost }) {
        fail("needs input neurons on the host, which draws their spikes, has others", "input")
      }
      if network.code != .rate || network.schedule == .freeRunning {
        fail("needs windows of the rate code for drawn spikes, has others", network.name)
      }
    }
    let drivesChip = network.frontEnd.contains { !network.populations[$0.target.index].isOnHost }
    if drivesChip, !profile.neuron.analogInput {
      fail("needs analog input, has none", "input")
    }
  }

  private func list(_ values: ChannelOrNeuron<Int32>) -> [Int32] {
    switch values {
    case .uniform(let value): [value]
    case .perChannel(let list), .perNeuron(let list): list
    }
  }
}
