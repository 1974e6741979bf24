import LoomBase
import LoomHardware
import LoomNetwork

/// A spiking network without weights or thresholds as a fixed-point network that has the sizes of the real one.
///
/// Kernels and matrices stay empty; a bias becomes one that needs as many parallel synapses as biases
/// usually do, thresholds become as many different ones as a core may hold. Nothing of it can be run.
struct WeightlessNetwork {
  let network: SpikingNetwork
  let profile: Profile
  private let onHost: Set<Int>
  /// Whether populations have the same thresholds, so that these never keep two from sharing a core.
  private let sharesThresholds: Bool

  init(network: SpikingNetwork, profile: Profile, sharesThresholds: Bool = false) {
    self.sharesThresholds = sharesThresholds
    self.network = network
    self.profile = profile
    onHost = HostPopulations.choose(network, profile: profile).populations
  }

  /// The network as lowering takes it.
  func fixed() -> FixedPointNetwork {
    FixedPointNetwork(
      name: network.name, method: network.method, profileName: profile.name, input: network.input,
      inputQuantization: .bytes, coding: network.coding, timesteps: network.timesteps,
      readoutStart: network.readoutStart, schedule: network.schedule, code: network.code,
      populations: network.populations.indices.map(population),
      projections: network.projections.map(projection), frontEnd: network.frontEnd.map(frontEnd),
      outputs: network.outputs)
  }

  private func population(_ index: Int) -> FixedPopulation {
    let population = network.populations[index]
    return FixedPopulation(
      name: population.name, shape: population.shape,
      role: isCounted(index) ? .hidden : population.role,
      threshold: thresholds(index), initialPotential: .uniform(0), bias: bias(index),
      reset: population.reset,
      comparison: profile.neuron.firesOnGreaterOnly ? .greater : .greaterOrEqual,
      sites: population.sites, potentialBits: profile.neuron.potentialBits,
      scale: [Double](repeating: 1, count: population.shape.channels), origin: population.origin,
      isOnHost: onHost.contains(index))
  }

  /// Outputs whose potentials the chip does not give are neurons whose spikes are counted.
  private func isCounted(_ index: Int) -> Bool {
    network.populations[index].role == .readout && !profile.neuron.potentialReadout
      && network.outputs.contains { $0.index == index }
  }

  /// Channels of a population differ in their thresholds until the registers of a core are used up
  /// (`ThresholdClusters`), and populations from each other unless they are taken to share theirs.
  private func thresholds(_ index: Int) -> ChannelOrNeuron<Int32> {
    let distinct = profile.neuron.distinctThresholds
    let population = network.populations[index]
    guard population.role == .hidden, distinct > 0 else { return .uniform(1) }
    let first = sharesThresholds ? 1 : Int32(clamping: 1 + index * distinct)
    return .perChannel(
      (0..<population.shape.channels).map { first + Int32(clamping: $0 % distinct) })
  }

  /// A bias folded into the front end takes nothing; another one two mantissas where the format has shifts.
  private func bias(_ index: Int) -> ChannelOrNeuron<Int32> {
    let population = network.populations[index]
    let sites = Set(network.frontEnd.filter { $0.target.index == index }.map(\.site))
    guard hasBias(population), sites.count < population.sites else { return .uniform(0) }
    // A readout's bias waits in its register, where it must stay small (`Precharge`).
    if population.role == .readout, !isCounted(index) { return .uniform(1) }
    let format = profile.weight
    let shift = min(format.maximumShift, format.minimumShift + max(0, format.bits - 1))
    let wish = Int64(format.mantissaLimit) << Int64(min(shift, 20)) + 1
    let value = BiasGrid(
      covering: wish, format: format, equal: HostGate.planes(profile)
    ).round(wish)
    return .perChannel(
      [Int32](repeating: Int32(clamping: value), count: population.shape.channels))
  }

  private func hasBias(_ population: Population) -> Bool {
    switch population.bias {
    case .uniform(let value): value != 0
    case .perChannel(let list), .perNeuron(let list): list.contains { $0 != 0 }
    }
  }

  private func projection(_ projection: Projection) -> FixedProjection {
    var weights: [Int16] = []
    if case .sparse(let pattern) = projection.connectivity {
      weights = [Int16](repeating: 1, count: pattern.sources.count)
    }
    return FixedProjection(
      source: projection.source, target: projection.target,
      connectivity: projection.connectivity, weights: weights,
      shifts: [UInt8(clamping: profile.weight.minimumShift)], site: projection.site,
      alignedDelay: projection.alignedDelay, origin: projection.origin)
  }

  private func frontEnd(_ projection: FrontEndProjection) -> FixedFrontEnd {
    FixedFrontEnd(
      target: projection.target, connectivity: projection.connectivity, weights: [],
      offset: .uniform(0), rightShift: 0, biasMantissaBits: 0, biasMaximumExponent: 0,
      site: projection.site)
  }
}
