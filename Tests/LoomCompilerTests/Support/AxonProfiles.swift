import LoomBase
import LoomHardware

/// Small chips whose axons have types or signs, or whose cells hold four bits: of the structure of TrueNorth,
/// RANC, ODIN and tinyODIN, in numbers of our own.
enum AxonProfiles {
  static let all: [Profile] = [trueNorthLike(), rancLike(), odinLike(), tinyOdinLike()]

  /// Cores of 256 × 256 binary cells, 4 axon types, fan-out 1.
  static func trueNorthLike(
    bits: Int = 4, startStep: Bool = false, columns: Int = 256, axons: Int = 256
  ) -> Profile {
    var profile = base(
      "truenorth-like", mesh: 8, digest: 11,
      crossbar: CrossbarFormat(rows: axons, columns: columns, arrays: 1, axonTypes: 4))
    profile.neuron.potentialBits = 20
    profile.neuron.thresholdMantissaBits = 18
    profile.neuron.startStep = startStep
    profile.weight = WeightFormat(
      bits: bits, minimumShift: 0, maximumShift: 8 - bits + 1, shiftPerChannel: true)
    return profile
  }

  /// The same with other numbers: 30-bit potentials, 128 axons, start steps.
  static func rancLike() -> Profile {
    var profile = trueNorthLike(startStep: true, axons: 200)
    profile.name = "ranc-like"
    profile.neuron.potentialBits = 30
    profile.neuron.thresholdMantissaBits = 20
    profile.structureDigest = Digest(of: [12])
    return profile
  }

  /// One core, one sign for each axon, weights of 3 bits and sign, 8-bit potentials, fan-out 1.
  static func odinLike() -> Profile {
    var profile = base(
      "odin-like", mesh: 1, digest: 13,
      crossbar: CrossbarFormat(rows: 256, columns: 256, arrays: 1, signPerAxon: true))
    profile.neuron.potentialBits = 8
    profile.neuron.thresholdMantissaBits = 7
    return profile
  }

  /// One core, signed weights of 4 bits, 12-bit potentials.
  static func tinyOdinLike() -> Profile {
    var profile = base(
      "tinyodin-like", mesh: 1, digest: 14,
      crossbar: CrossbarFormat(rows: 256, columns: 256, arrays: 1, cellBits: 4))
    profile.routing.fanOut = 0
    profile.neuron.potentialBits = 12
    profile.neuron.thresholdMantissaBits = 11
    return profile
  }

  private static func base(
    _ name: String, mesh: Int, digest: UInt8, crossbar: CrossbarFormat
  ) -> Profile {
    Profile(
      name: name, summary: "test", synchronisation: .fixedTick,
      topology: TestProfiles.topology(columns: mesh, rows: mesh, perTile: 1, chips: 1),
      routing: RoutingCapabilities(fanOut: 1),
      core: CoreLimits(
        neurons: crossbar.columns, axonsIn: crossbar.rows, axonsOut: 256, axonsOutOffChip: 0,
        synapses: .crossbar(crossbar)),
      neuron: NeuronCapabilities(
        potentialBits: 16, firesOnGreaterOnly: false, softReset: .native, hardReset: true,
        thresholdShift: 0, thresholdMantissaBits: 15, distinctThresholds: 0, startStep: true,
        perPopulationReset: false, comparatorSites: 0, potentialReadout: true, analogInput: true),
      weight: WeightFormat(bits: 4, minimumShift: 0, maximumShift: 0, shiftPerChannel: false),
      bias: BiasFormat(mantissaBits: 0, maximumExponent: 0), delay: DelayFormat(maximum: 15),
      prices: Prices(), times: times(), quantities: [:], overrides: [],
      structureDigest: Digest(of: [digest]), digest: Digest(of: [digest]))
  }

  private static func times() -> Times {
    func nanoseconds(_ value: Double) -> Quantity {
      Quantity(value: value, unit: "ns", source: "test", method: .assumed)
    }
    var times = Times()
    times.tick = nanoseconds(1_000_000)
    times.readout = nanoseconds(1)
    times.reset = nanoseconds(1)
    times.biasWrite = nanoseconds(1)
    return times
  }
}
