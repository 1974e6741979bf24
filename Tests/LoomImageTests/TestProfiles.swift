import LoomBase
import LoomHardware

/// Small profiles for tests, with round numbers that sums by hand can use.
enum TestProfiles {
  static func quantity(_ value: Double, _ unit: String = "ns") -> Quantity {
    Quantity(value: value, unit: unit, source: "test", method: .assumed)
  }

  static func times() -> Times {
    var times = Times()
    times.synapticOperation = quantity(4)
    times.neuronUpdate = quantity(10)
    times.neuronSpike = quantity(30)
    times.axonIn = quantity(16)
    times.axonOut = quantity(5)
    times.hopEastWest = quantity(4)
    times.hopNorthSouth = quantity(6)
    times.hopWithinTile = quantity(2)
    times.hopBetweenChips = quantity(50)
    times.linkOccupancy = quantity(3)
    times.chipLinkOccupancy = quantity(40)
    times.barrierByTiles = [
      BarrierPoint(units: 1, duration: quantity(100)),
      BarrierPoint(units: 3, duration: quantity(200)),
    ]
    times.barrierByChips = [BarrierPoint(units: 2, duration: quantity(1000))]
    times.biasWrite = quantity(7)
    times.readout = quantity(9)
    times.reset = quantity(500)
    times.tick = quantity(100_000)
    return times
  }

  static let packed = PackedEntryFormat(
    memoryBits: 1 << 20, wordBits: 64, prefixBits: 10, indexBits: 10, tagBits: 0,
    maximumSynapsesPerEntry: 60, maximumWordsPerAxon: 256, maximumFormats: 16)

  static func profile(
    _ synapses: SynapseStorage = .packedEntries(packed),
    softReset: SoftResetSupport = .native
  ) -> Profile {
    Profile(
      name: "test", summary: "a chip for tests", synchronisation: .barrier,
      topology: Topology(
        tileColumns: 4, tileRows: 3, coresPerTile: 2, maximumChips: 4, chipColumns: 2),
      core: CoreLimits(
        neurons: 1024, axonsIn: 4096, axonsOut: 4096, axonsOutOffChip: 1, synapses: synapses),
      neuron: NeuronCapabilities(
        potentialBits: 24, firesOnGreaterOnly: false, softReset: softReset, hardReset: true,
        thresholdShift: 0, thresholdMantissaBits: 0, distinctThresholds: 16, startStep: true,
        perPopulationReset: false, comparatorSites: 4, potentialReadout: true, analogInput: true),
      weight: WeightFormat(bits: 8, minimumShift: 0, maximumShift: 12, shiftPerChannel: true),
      bias: BiasFormat(mantissaBits: 0, maximumExponent: 0), delay: DelayFormat(maximum: 8),
      prices: Prices(), times: times(), quantities: [:], overrides: [],
      structureDigest: Digest(of: Array("structure".utf8)), digest: Digest(of: []))
  }

  static let crossbar = SynapseStorage.crossbar(CrossbarFormat(rows: 16, columns: 256, arrays: 64))
}
