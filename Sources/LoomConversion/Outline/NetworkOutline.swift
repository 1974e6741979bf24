public import LoomBase
public import LoomNetwork

/// What a trained network becomes, before any threshold is known: populations and who meets whom.
public struct NetworkOutline: Sendable {
  /// The populations and projections; thresholds are 1, and only listed (sparse) projections keep weights.
  ///
  /// Refused layers stand as host-injected inputs of their shape, so that all behind them has its size.
  /// A bias that is not zero says only that there is one.
  public var network: SpikingNetwork
  /// Everything conversion would refuse, all at once.
  public var findings: [Diagnostic]
  /// Names of the populations that stand for refused layers.
  public var placeholders: [String]
  /// How near the outline is to what `convert` would emit.
  public var detail: OutlineDetail
  /// Constants without values (one number for all elements) that were read as weights of either sign.
  public var valuelessConstants: Int
}

/// How near an outline is to what `convert` would emit.
public enum OutlineDetail: String, Sendable {
  /// The same populations and connections.
  case exact
  /// Large networks: borders of poolings as if they were padded, shuffled channels as if they stayed in place.
  case coarse
}

extension Converter {
  /// Outlines a network without calibration samples: what `convert` would emit, weights and thresholds apart.
  ///
  /// Regions, pooling forms, folding of normalisation, and the order of populations are those of `convert`
  /// under the same options, so that whatever depends on geometry alone is the same.
  /// - Throws: `DiagnosticsError` where the input cannot be understood, so that nothing has a size.
  public static func outline(
    _ network: Network, options: ConversionOptions, sampleShape: [Int]? = nil
  ) throws(DiagnosticsError) -> NetworkOutline {
    let plan = try InputPlan.make(network, samples: sampleShape)
    let signed = SignedConstants(network)
    let detail = NetworkScale.detail(of: network)
    let readable = detail == .coarse ? ChannelShuffles.removed(signed.network) : signed.network
    var builder = RegionBuilder(readable, options: options, plan: plan)
    builder.outline = detail
    let draft = builder.build()
    let outcome = outcome(draft, options)
    let emission = Emission(
      draft: draft, outcome: outcome, inputShape: plan.layout.map, inputPeak: 1,
      hasNegativeInput: options.preprocessing.canBeNegative, inputMeans: (0, 0),
      inputName: network[network.inputs[0]].name, coding: options.coding,
      inputReset: options.inputReset)
    var writer = OutlineWriter(draft: draft, emission: emission, detail: detail)
    let written = writer.write()
    let spiking = SpikingNetwork(
      name: network.name, method: options.method.rawValue,
      input: InputSpecification(
        shape: plan.layout.map, preprocessing: options.preprocessing,
        samplesAreBytes: options.samplesAreBytes, calibratedPeak: 1),
      coding: options.coding, timesteps: options.timesteps, readoutStart: outcome.readoutStart,
      code: outcome.code, populations: written.populations, projections: written.projections,
      frontEnd: written.frontEnd, outputs: emission.outputs(),
      annLayers: draft.costs.map(\.cost), remarks: draft.remarks)
    return NetworkOutline(
      network: spiking, findings: builder.diagnostics + writer.findings,
      placeholders: draft.populations.filter { $0.kind == .placeholder }.map(\.name),
      detail: detail, valuelessConstants: signed.count)
  }

  /// Thresholds of 1 everywhere, and a readout from step 1 where it would be delayed.
  private static func outcome(_ draft: DraftNetwork, _ options: ConversionOptions) -> MethodOutcome
  {
    let populations = draft.populations.map { population in
      CalibratedPopulation(
        thresholds: [Float](repeating: 1, count: population.shape.channels), peak: 1, rate: 0,
        firstSpike: 1, deadChannels: 0)
    }
    let isDelayed = options.delayedReadout && options.method.code == .rate
    return MethodOutcome(
      code: options.method.code, timesteps: options.timesteps, readoutStart: isDelayed ? 1 : 0,
      populations: populations)
  }
}

extension Preprocessing {
  /// Whether a byte can become a negative value.
  fileprivate var canBeNegative: Bool { mean.contains { $0 > 0 } }
}
