import LoomBase
import LoomHardware
import LoomNetwork

/// Sizes a network on a chip whose cores hold one layer each (`SharedKernelMapping`).
struct KernelSizing {
  let network: FixedPointNetwork
  let format: SharedKernelFormat
  let profile: Profile

  /// One core for each layer on the chip, and everything that keeps a layer from its core.
  func size(violations: [SizingViolation], activity: [Double]?) -> ChipSizing {
    var check = KernelCheck(network, format, profile)
    check.run(network.projections.map(plain))
    var findings = EventCheck.findings(network) + check.findings
    let names = network.populations.map(\.name)
    do throws(DiagnosticsError) {
      _ = try KernelAssignment(network: names, demands: check.demands, profile: profile)
        .positions()
    } catch {
      findings += error.diagnostics
    }
    let found = violations + findings.map(Sizer.capability)
    let layers = check.demands.map { layer($0, activity: activity) }
    let topology = profile.topology
    return ChipSizing(
      profile: profile.name, overrides: profile.overrides, violations: found, cores: layers.count,
      availableCores: topology.coresPerChip * topology.maximumChips,
      coresPerChip: topology.coresPerChip, unsharedCores: layers.count, isEstimate: false,
      layers: layers, resources: resources(check.demands),
      bottleneck: found.first?.resource ?? "cores", depth: 0,
      neurons: layers.reduce(0) { $0 + $1.neurons },
      compartments: layers.reduce(0) { $0 + $1.compartments },
      synapses: layers.reduce(0) { $0 + $1.synapses }, lowering: LoweringInventory())
  }

  /// Kernels count as they are stored, weights are not looked at; nil: beyond any memory.
  private func plain(_ projection: FixedProjection) -> FixedProjection? {
    guard projection.weights.isEmpty else {
      return FullKernel.expand(
        projection, sources: network.populations[projection.source.index].shape.channels,
        targets: network.populations[projection.target.index].shape.channels)
    }
    var result = projection
    if case .convolution(let geometry) = projection.connectivity {
      result.connectivity = .convolution(FullKernel.plain(geometry))
    }
    return result
  }

  private func layer(_ demand: KernelDemand, activity: [Double]?) -> LayerSizing {
    let population = network.populations[demand.population]
    let synapses = network.projections.filter { $0.target.index == demand.population }
      .reduce(0) { $0 + self.synapses($1) }
    var row = LayerSizing(
      name: population.name, shape: population.shape, neurons: demand.neurons,
      compartments: demand.neurons, cores: 1, tiles: 1, synapses: synapses,
      words: demand.kernelWords, axonsIn: 0, axonsOut: 0, isRefused: false, isLowering: false)
    if let activity, demand.population < activity.count, population.role == .hidden {
      row.expectedSpikes =
        activity[demand.population] * Double(network.timesteps) * Double(demand.neurons)
    }
    return row
  }

  /// Synapses as spikes meet them, without borders.
  private func synapses(_ projection: FixedProjection) -> Int {
    let target = network.populations[projection.target.index].shape
    let source = network.populations[projection.source.index].shape
    switch projection.connectivity {
    case .convolution(let geometry):
      let perNeuron =
        geometry.kernelHeight * geometry.kernelWidth * source.channels / geometry.groups
      return perNeuron.multipliedReportingOverflow(by: target.count).partialValue
    case .dense: return source.count.multipliedReportingOverflow(by: target.count).partialValue
    case .sparse(let pattern): return pattern.sources.count
    }
  }

  private func resources(_ demands: [KernelDemand]) -> [ResourceSizing] {
    let neurons = max(1, profile.core.classes.map(\.neurons).max() ?? profile.core.neurons)
    let words = max(1, profile.core.classes.map(\.kernelWords).max() ?? 1)
    let used = (
      neurons: demands.reduce(0) { $0 + $1.neurons },
      words: demands.reduce(0) { $0 + min($1.kernelWords, 1 << 40) }
    )
    return [
      ResourceSizing(
        name: "neurons (largest core)", used: used.neurons, perCore: neurons,
        leastCores: (used.neurons + neurons - 1) / neurons,
        utilisation: Double(used.neurons) / Double(neurons * max(1, demands.count))),
      ResourceSizing(
        name: "kernel words (largest core)", used: used.words, perCore: words,
        leastCores: (used.words + words - 1) / words,
        utilisation: Double(used.words) / Double(words * max(1, demands.count))),
    ]
  }
}
