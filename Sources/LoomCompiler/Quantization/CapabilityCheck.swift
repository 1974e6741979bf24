import LoomBase
import LoomHardware
import LoomNetwork

/// Lists everything the network asks of a neuron that the chip does not have.
enum CapabilityCheck {
  /// The findings, in order of populations.
  static func findings(_ network: SpikingNetwork, profile: Profile) -> [Diagnostic] {
    let host = HostPopulations.choose(network, profile: profile)
    var all = host.findings
    for (index, population) in network.populations.enumerated()
    where !host.populations.contains(index) {
      all += findings(population, profile: profile)
    }
    let neuron = profile.neuron
    let reads = network.outputs.filter { network.populations[$0.index].role == .readout }
    if let first = reads.first, !neuron.potentialReadout {
      all.append(
        Diagnostic(
          .error, "SL3006", "needs potentials to be read, has spike counts only",
          at: .layer(network.populations[first.index].name),
          remedy: "reconvert with --readout counts, or compile the model itself for this profile"))
    }
    return all
  }

  private static func findings(_ population: Population, profile: Profile) -> [Diagnostic] {
    guard population.role != .input else { return [] }
    let neuron = profile.neuron
    var found: [Diagnostic] = []
    func add(_ code: String, _ message: String, _ remedy: String) {
      found.append(
        Diagnostic(.error, code, message, at: .layer(population.name), remedy: remedy))
    }
    if population.role == .hidden, population.reset == .soft, neuron.softReset == .none {
      add(
        "SL3002", "needs soft reset, has none on \(profile.name)",
        "train or convert with hard reset, or choose another profile")
    }
    if population.role == .hidden, population.reset == .hard, !neuron.hardReset {
      add("SL3003", "needs hard reset, has none on \(profile.name)", "use soft reset")
    }
    if population.sites > 1, population.sites > neuron.comparatorSites {
      add(
        "SL3004",
        "needs a comparator of \(population.sites) current sites, has \(neuron.comparatorSites)",
        "reconvert with max pooling as pairs, a + ReLU(b − a)")
    }
    return found
  }
}
