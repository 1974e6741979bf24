import LoomBase
import LoomHardware
import LoomNetwork

/// Lists everything the network asks of a neuron that the chip does not have.
enum CapabilityCheck {
  /// The findings, in order of populations.
  static func findings(_ network: SpikingNetwork, profile: Profile) -> [Diagnostic] {
    let host = HostPopulations.choose(network, profile: profile)
    var all = host.findings
    let onChip = network.populations.indices.filter {
      !host.populations.contains($0) && network.populations[$0].role != .input
    }.map { network.populations[$0] }
    let neuron = profile.neuron
    let hidden = onChip.filter { $0.role == .hidden }
    if neuron.softReset == .none {
      all += common(
        "SL3002", "needs soft reset, has none on \(profile.name)",
        hidden.filter { $0.reset == .soft },
        neuron.hardReset
          ? "convert with --reset hard, or compile the model itself for this profile"
          : "choose another profile")
    }
    if !neuron.hardReset {
      all += common(
        "SL3003", "needs hard reset, has none on \(profile.name)",
        hidden.filter { $0.reset == .hard },
        "use soft reset")
    }
    all += onChip.flatMap { comparators($0, profile: profile) }
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

  /// One finding for all layers that lack the same.
  private static func common(
    _ code: String, _ message: String, _ layers: [Population], _ remedy: String
  ) -> [Diagnostic] {
    guard let first = layers.first else { return [] }
    let others = layers.dropFirst().prefix(8).map { "'\($0.name)'" }.joined(separator: ", ")
    return [
      Diagnostic(
        .error, code, message, at: .layer(first.name),
        notes: layers.count == 1
          ? []
          : [
            "and so do \(layers.count - 1) more layers: \(others)\(layers.count > 9 ? ", …" : "")"
          ],
        remedy: remedy)
    ]
  }

  private static func comparators(_ population: Population, profile: Profile) -> [Diagnostic] {
    let sites = profile.neuron.comparatorSites
    guard population.sites > 1, population.sites > sites else { return [] }
    return [
      Diagnostic(
        .error, "SL3004", "needs a comparator of \(population.sites) current sites, has \(sites)",
        at: .layer(population.name),
        remedy: "reconvert with max pooling as pairs, a + ReLU(b − a)")
    ]
  }
}
