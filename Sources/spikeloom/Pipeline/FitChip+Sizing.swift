import LoomCompiler
import LoomReport

extension FitChip {
  /// The row of a sizing.
  init(_ sizing: ChipSizing) {
    self.init(
      profile: sizing.profile, overrides: sizing.overrides, fits: sizing.fits, cores: sizing.cores,
      availableCores: sizing.availableCores, unsharedCores: sizing.unsharedCores,
      chips: sizing.chips, availableChips: sizing.availableChips, isEstimate: sizing.isEstimate,
      bottleneck: sizing.bottleneck, neurons: sizing.neurons, compartments: sizing.compartments,
      synapses: sizing.synapses, depth: sizing.depth,
      resources: sizing.resources.map {
        FitResource(
          name: $0.name, used: $0.used, perCore: $0.perCore, leastCores: $0.leastCores,
          utilisation: $0.utilisation)
      },
      violations: sizing.violations.map {
        FitViolation(
          resource: $0.resource, layer: $0.layer, needs: $0.needs, has: $0.has,
          diagnostic: $0.diagnostic)
      },
      layers: sizing.layers.map(FitLayer.init))
  }
}

extension FitLayer {
  fileprivate init(_ layer: LayerSizing) {
    self.init(
      name: layer.name, shape: "\(layer.shape)", neurons: layer.neurons,
      compartments: layer.compartments, cores: layer.cores, synapses: layer.synapses,
      words: layer.words, axonsIn: layer.axonsIn, axonsOut: layer.axonsOut,
      fitsCore: !layer.isRefused, isLowering: layer.isLowering,
      expectedSpikes: layer.expectedSpikes, expectedPackets: layer.expectedPackets)
  }
}
