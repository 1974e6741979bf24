import LoomBase
import LoomHardware

/// Small chips of our own, so that tests do not depend on bundled numbers.
enum TestProfiles {
  static func topology(columns: Int = 4, rows: Int = 4, perTile: Int = 2, chips: Int = 4)
    -> Topology
  {
    Topology(
      tileColumns: columns, tileRows: rows, coresPerTile: perTile, maximumChips: chips,
      chipColumns: 2)
  }

  /// Packed entries, second-compartment soft reset, fires on v > θ, no start step.
  static func loihiLike(
    neurons: Int = 64, axonsIn: Int = 512, axonsOut: Int = 512, memoryBits: Int = 65536,
    longestDelay: Int = 8, distinctThresholds: Int = 16, minimumShift: Int = 0
  ) -> Profile {
    Profile(
      name: "loihi-like", summary: "test", synchronisation: .barrier,
      topology: topology(chips: 16),
      core: CoreLimits(
        neurons: neurons, axonsIn: axonsIn, axonsOut: axonsOut, axonsOutOffChip: 1,
        synapses: .packedEntries(
          PackedEntryFormat(
            memoryBits: memoryBits, wordBits: 64, prefixBits: 10, indexBits: 10, tagBits: 0,
            maximumSynapsesPerEntry: 60, maximumWordsPerAxon: 256, maximumFormats: 15))),
      neuron: NeuronCapabilities(
        potentialBits: 24, firesOnGreaterOnly: true, softReset: .secondCompartment,
        hardReset: true, thresholdShift: 6, thresholdMantissaBits: 17,
        distinctThresholds: distinctThresholds, startStep: false, perPopulationReset: false,
        comparatorSites: 0, potentialReadout: true, analogInput: true),
      weight: WeightFormat(
        bits: 8, minimumShift: minimumShift, maximumShift: 14, shiftPerChannel: true),
      bias: BiasFormat(mantissaBits: 12, maximumExponent: 7),
      delay: DelayFormat(maximum: longestDelay), prices: Prices(), times: Times(), quantities: [:],
      overrides: [], structureDigest: Digest(of: [1]), digest: Digest(of: [2]))
  }

  /// Crossbars, native soft reset, fires on v ≥ θ, start steps, comparators.
  static func crossbarLike(
    neurons: Int = 64, rows: Int = 64, columns: Int = 64, arrays: Int = 16, axonsIn: Int = 1024
  ) -> Profile {
    Profile(
      name: "crossbar-like", summary: "test", synchronisation: .barrier,
      topology: topology(chips: 16),
      core: CoreLimits(
        neurons: neurons, axonsIn: axonsIn, axonsOut: 4096, axonsOutOffChip: 0,
        synapses: .crossbar(CrossbarFormat(rows: rows, columns: columns, arrays: arrays))),
      neuron: NeuronCapabilities(
        potentialBits: 24, firesOnGreaterOnly: false, softReset: .native, hardReset: true,
        thresholdShift: 0, thresholdMantissaBits: 23, distinctThresholds: 0, startStep: true,
        perPopulationReset: true, comparatorSites: 16, potentialReadout: true, analogInput: true),
      weight: WeightFormat(bits: 8, minimumShift: 0, maximumShift: 15, shiftPerChannel: true),
      bias: BiasFormat(mantissaBits: 0, maximumExponent: 0), delay: DelayFormat(maximum: 16),
      prices: Prices(), times: Times(), quantities: [:], overrides: [],
      structureDigest: Digest(of: [3]), digest: Digest(of: [4]))
  }
}
