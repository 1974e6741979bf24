import LoomBase

/// How far one layer's spikes are from the trained network's activations, on calibration samples.
public struct LayerError: Sendable, Hashable {
  /// The layer.
  public var name: String
  /// The error's root mean square as a share of the activation's.
  public var relative: Double
  /// Correlation of activation and spike output; nil where either never changes.
  public var correlation: Double?
  /// Mean |error| from earlier layers, in activation units; nil (like the other parts) for window codes.
  public var inherited: Double?
  /// Mean |error| beyond the threshold.
  public var clipping: Double?
  /// Mean |error| from T steps having T + 1 levels.
  public var quantization: Double?
  /// Mean |error| from currents that change over the window.
  public var deviation: Double?
  /// Mean |deviation| summed over the layer's neurons.
  public var deviationSum: Double?
  /// Variance of the input current over the window.
  public var currentVariance: Double?
  /// The channel with the largest error.
  public var worstChannel: Int
  /// That channel's root mean square of the error, in activation units.
  public var worstChannelError: Double
  /// That channel's correlation of activation and spike output.
  public var worstChannelCorrelation: Double?

  /// Creates a layer's error.
  public init(
    name: String, relative: Double, correlation: Double?, worstChannel: Int,
    worstChannelError: Double, worstChannelCorrelation: Double?
  ) {
    self.name = name
    self.relative = relative
    self.correlation = correlation
    self.worstChannel = worstChannel
    self.worstChannelError = worstChannelError
    self.worstChannelCorrelation = worstChannelCorrelation
  }
}

extension ComparisonReport {
  /// The layers that miss their activations most, worst first.
  var layerErrorText: String {
    let worst = facts.layerErrors.sorted { $0.relative > $1.relative }.prefix(5)
    guard !worst.isEmpty else { return "" }
    var table = TextTable([
      "Layers furthest from the ANN's activations", "error", "corr.", "inherited", "clipping",
      "quantization", "deviation", "worst channel", "corr.",
    ])
    for layer in worst {
      table.add(
        [
          layer.name, ScaledUnits.percent(layer.relative), ScaledUnits.share(layer.correlation),
          ScaledUnits.optional(layer.inherited), ScaledUnits.optional(layer.clipping),
          ScaledUnits.optional(layer.quantization), ScaledUnits.optional(layer.deviation),
          "\(layer.worstChannel)", ScaledUnits.share(layer.worstChannelCorrelation),
        ])
    }
    return table.render()
      + "\n  error: root mean square beside the activation's; parts: mean |error| in activation units,"
      + " on calibration samples"
  }

  /// The errors of all layers, in order.
  var layerErrorJSON: JSONValue {
    .object([
      "deviationSum": facts.layerErrors.contains { $0.deviationSum != nil }
        ? .number(facts.layerErrors.reduce(0) { $0 + ($1.deviationSum ?? 0) }) : .null,
      "layers": .array(
        facts.layerErrors.map { layer in
          guard
            case .object(var members) = JSONValue.members([
              "relative": layer.relative, "correlation": layer.correlation,
              "inherited": layer.inherited, "clipping": layer.clipping,
              "quantization": layer.quantization, "deviation": layer.deviation,
              "deviationSum": layer.deviationSum, "currentVariance": layer.currentVariance,
              "worstChannelError": layer.worstChannelError,
              "worstChannelCorrelation": layer.worstChannelCorrelation,
            ])
          else { return .null }
          members["name"] = .text(layer.name)
          members["worstChannel"] = .integer(layer.worstChannel)
          return .object(members)
        }),
    ])
  }
}

extension ScaledUnits {
  /// A correlation with three digits, or a dash.
  fileprivate static func share(_ value: Double?) -> String {
    value.map { number(($0 * 1000).rounded() / 1000) } ?? "-"
  }
}
