import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Carries biases by events of the host, on chips whose neurons have no bias registers.
///
/// The host sends one event in every step of a window; the synapses of its axons onto a population are the biases,
/// parallel ones where a bias is beyond one weight. Before (4-bit weights): biases 20 and −3 at start 1. After: one
/// neuron on the host that fires in every step, three axons that are due a step later, of weights 7 −3, 7 0, 6 0.
enum HostGate {
  /// The most parallel synapses of one bias.
  static let mostPlanes = 8

  /// Parallel synapses of one shift that a bias may take on a chip.
  static func planes(_ profile: Profile) -> Int {
    profile.bias.hasRegister || profile.weight.minimumShift != profile.weight.maximumShift
      ? 1 : mostPlanes
  }

  /// Moves the bias of every population on the chip into synapses.
  static func apply(_ lowering: inout Lowering) {
    let biased = lowering.network.populations.indices.filter { index in
      let population = lowering.result.populations[index]
      return population.image.role.isOnCores && GateLowering.hasBias(population.bias)
    }
    guard let first = biased.first else { return }
    guard lowering.network.coding != .spikes, lowering.network.window == nil else {
      lowering.findings.append(
        Diagnostic(
          .error, "SL4006", "needs bias registers, has none on \(lowering.profile.name)",
          at: .layer(lowering.result.populations[first].name),
          notes: ["the host sends events in every step only where it integrates the input itself"],
          remedy: "use a network without biases, or choose another profile"))
      return
    }
    let gate = lowering.result.populations.count
    lowering.result.populations.append(population(lowering.network.timesteps))
    lowering.result.inventory.gates += 1
    for index in biased { connect(gate, to: index, &lowering) }
  }

  /// A neuron on the host that fires in every step.
  private static func population(_ timesteps: Int) -> LoweredPopulation {
    LoweredPopulation(
      name: "gate",
      image: ImagePopulation(
        shape: MapShape(channels: 1), role: .host, reset: .hard, firesOnGreaterOnly: false,
        potentialBits: 32, sites: 1, start: 0, activeSteps: 0..<timesteps, compartments: 1),
      threshold: .uniform(1), initialPotential: .uniform(0), bias: .uniform(1), scale: [1],
      origin: [])
  }

  private static func connect(_ gate: Int, to index: Int, _ lowering: inout Lowering) {
    let population = lowering.result.populations[index]
    let biases = GateLowering.ordered(population.bias, population.image.shape)
    let grid = BiasGrid.exact(
      biases.values, format: lowering.profile.weight, equal: planes(lowering.profile))
    guard let grid else {
      lowering.findings.append(
        Diagnostic(
          .error, "SL4007", "needs biases that are sums of a few legal weights, has others",
          at: .layer(population.name), remedy: "quantize the network for this profile"))
      return
    }
    let mantissas = GateLowering.mantissas(biases.values, grid)
    let count = biases.values.count
    for (plane, shift) in grid.shifts.enumerated() {
      let weights = Array(mantissas[plane * count..<(plane + 1) * count])
      guard weights.contains(where: { $0 != 0 }) else { continue }
      for site in 0..<population.image.sites {
        lowering.result.add(
          SynapseTemplate(
            kind: .broadcast(planes: 1, perNeuron: biases.perNeuron), source: gate, target: index,
            weights: weights, shifts: [UInt8(clamping: shift)], site: site, isLowering: true),
          delay: population.image.start, origin: population.origin)
        lowering.result.inventory.gateSynapses += population.image.shape.count
      }
    }
    lowering.result.populations[index].bias = .uniform(0)
  }
}
