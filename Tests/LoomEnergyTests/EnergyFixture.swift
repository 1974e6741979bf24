import LoomBase
import LoomEmulator
import LoomHardware

/// Two samples on two cores, with small numbers that can be multiplied by hand.
enum EnergyFixture {
  static func price(_ value: Double, _ range: ClosedRange<Double>? = nil) -> Quantity {
    Quantity(value: value, unit: "pJ", source: "by hand", method: .assumed, range: range)
  }

  static func profile(_ change: (inout Prices) -> Void = { _ in }) -> Profile {
    var prices = Prices()
    prices.synapticOperation = price(10, 5...20)
    prices.neuronUpdate = price(3)
    prices.neuronSpike = price(7)
    prices.axonIn = price(1)
    prices.axonOut = price(2)
    prices.hopEastWest = price(4)
    prices.hopNorthSouth = price(5)
    prices.hopWithinTile = price(0.5)
    prices.barrier = price(100)
    prices.biasWrite = price(6)
    prices.readout = price(8)
    prices.hostMac = price(0.25)
    prices.chipReset = price(1000)
    prices.staticPowerPerChip = price(2, 1...3)
    change(&prices)
    let digest = Digest(of: [])
    let crossbar = CrossbarFormat(rows: 4, columns: 4, arrays: 1)
    return Profile(
      name: "by-hand", summary: "Round numbers.", synchronisation: .barrier,
      topology: Topology(
        tileColumns: 2, tileRows: 1, coresPerTile: 1, maximumChips: 1, chipColumns: 1),
      core: CoreLimits(
        neurons: 4, axonsIn: 4, axonsOut: 4, axonsOutOffChip: 0, synapses: .crossbar(crossbar)),
      neuron: NeuronCapabilities(
        potentialBits: 24, firesOnGreaterOnly: false, softReset: .native, hardReset: true,
        thresholdShift: 0, thresholdMantissaBits: 23, distinctThresholds: 0, startStep: true,
        perPopulationReset: false, comparatorSites: 0, potentialReadout: true, analogInput: true),
      weight: WeightFormat(bits: 8, minimumShift: 0, maximumShift: 0, shiftPerChannel: false),
      bias: BiasFormat(mantissaBits: 0, maximumExponent: 0), delay: DelayFormat(maximum: 1),
      prices: prices, times: Times(), quantities: [:], overrides: [], structureDigest: digest,
      digest: digest)
  }

  static func counts(
    updates: UInt64 = 0, spikes: UInt64 = 0, operations: UInt64 = 0, messagesIn: UInt64 = 0,
    messagesOut: UInt64 = 0, eastWest: UInt64 = 0, northSouth: UInt64 = 0, within: UInt64 = 0
  ) -> CoreCounts {
    var counts = CoreCounts()
    counts.neuronUpdates = updates
    counts.spikes = spikes
    counts.synapticOperations = operations
    counts.messagesIn = messagesIn
    counts.messagesOut = messagesOut
    counts.hopsEastWest = eastWest
    counts.hopsNorthSouth = northSouth
    counts.hopsWithinTile = within
    return counts
  }

  static func record() -> RunRecord {
    var host = HostCounts()
    host.biasWrites = 4
    host.readouts = 2
    host.frontEndMacs = 80
    host.chipResets = 2
    return RunRecord(
      samples: 2, stepsPerSample: 5, chips: 1, tiles: 2,
      cores: [
        counts(updates: 20, spikes: 6, messagesOut: 6, eastWest: 6),
        counts(updates: 10, operations: 12, messagesIn: 6),
      ],
      loweringCores: [counts(updates: 20, operations: 6), CoreCounts()],
      populations: [
        counts(updates: 20, spikes: 6, messagesIn: 6, messagesOut: 6, eastWest: 6),
        counts(updates: 10, operations: 12),
      ],
      loweringPopulations: [counts(updates: 20, operations: 6), CoreCounts()],
      host: host, latencyNanoseconds: 900, intervalNanoseconds: 1000,
      stepNanoseconds: [180, 180, 180, 180, 180], bounds: [.core: 10], slowestCoreSteps: [10, 0],
      predictions: [0, 1], scores: [1, 0, 0, 1], scoresPerSample: 2)
  }
}

func isClose(_ left: Double, _ right: Double) -> Bool {
  abs(left - right) <= 1e-9 * max(abs(left), abs(right), 1)
}
