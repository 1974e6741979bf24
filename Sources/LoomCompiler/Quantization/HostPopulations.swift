import LoomBase
import LoomHardware
import LoomNetwork

/// Populations that the host integrates because the chip takes no analog input, or whose spikes it draws (coding
/// `poisson`, on every chip).
///
/// Before: conv1 driven by the sample, conv2 by conv1's spikes, a chip that takes spikes only. After: conv1's
/// neurons on the host, in the host's own formats; the chip begins with conv2. Exact: the same integers in
/// another place.
enum HostPopulations {
  /// The populations, and what keeps others that are driven by the sample from the host.
  static func choose(
    _ network: SpikingNetwork, profile: Profile
  ) -> (populations: Set<Int>, findings: [Diagnostic]) {
    let draws = network.coding == .poisson
    guard draws || !profile.neuron.analogInput else { return ([], []) }
    var chosen: Set<Int> = []
    var findings: [Diagnostic] = []
    for index in Set(network.frontEnd.map(\.target.index)).sorted() {
      let population = network.populations[index]
      guard let obstacle = obstacle(index, network) else {
        chosen.insert(index)
        continue
      }
      guard !draws else {
        findings.append(
          Diagnostic(
            .error, "SL3031", "needs input neurons whose spikes the host can draw, has others",
            at: .layer(population.name), notes: [obstacle],
            remedy: "convert with --coding direct or rate"))
        continue
      }
      findings.append(
        Diagnostic(
          .error, "SL3005",
          "needs a bias the host writes per neuron and sample, has none on \(profile.name)",
          at: .layer(population.name),
          notes: ["the host cannot integrate the layer instead: \(obstacle)"],
          remedy: "convert with --coding rate, or choose a profile with analog input"))
    }
    return (chosen, findings)
  }

  /// What the user should know of layers that are not on the chip.
  static func remarks(
    _ populations: [FixedPopulation], of network: SpikingNetwork, profile: Profile
  ) -> [Diagnostic] {
    populations.filter(\.isOnHost).map {
      guard network.coding != .poisson else {
        return Diagnostic(
          .remark, "SL3032",
          "needs spikes drawn at random: the host draws those of its \($0.shape.count) neurons (seed "
            + "\(network.seed)) and sends them", at: .layer($0.name))
      }
      return Diagnostic(
        .remark, "SL3030",
        "needs analog input, has none on \(profile.name): the host integrates its "
          + "\($0.shape.count) neurons and sends their spikes", at: .layer($0.name))
    }
  }

  private static func obstacle(_ index: Int, _ network: SpikingNetwork) -> String? {
    let population = network.populations[index]
    if network.window != nil { return "it emits codes of a window" }
    if network.schedule == .freeRunning { return "the network has no window" }
    if population.role != .hidden { return "it has no spikes" }
    if population.sites > 1 { return "it compares \(population.sites) currents" }
    if network.projections.contains(where: { $0.target.index == index }) {
      return "it also takes spikes of the chip"
    }
    if network.outputs.contains(where: { $0.index == index }) { return "it answers" }
    return nil
  }
}

extension Profile {
  /// This chip with the neurons of a host in place of its own: 32-bit integers without further limits.
  var withHostNeurons: Profile {
    var copy = self
    copy.neuron.potentialBits = 32
    copy.neuron.firesOnGreaterOnly = false
    copy.neuron.softReset = .native
    copy.neuron.hardReset = true
    copy.neuron.thresholdShift = 0
    copy.neuron.thresholdMantissaBits = 31
    copy.neuron.distinctThresholds = 0
    copy.neuron.startStep = true
    copy.neuron.analogInput = true
    copy.bias = BiasFormat(mantissaBits: 0, maximumExponent: 0)
    return copy
  }
}
