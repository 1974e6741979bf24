import LoomBase

/// A stage of the road from the trained network to the chip, in order.
public enum WaterfallStage: String, Sendable, Hashable, CaseIterable {
  /// The trained network in float.
  case ann
  /// Linear regions composed.
  case folded
  /// Pooling and skips in the form spikes need.
  case substituted
  /// Activations clipped at their thresholds.
  case clipped
  /// T steps of spikes, everything float.
  case spiking
  /// The same with hard reset in place of soft reset, for chips that have nothing else.
  case hardReset
  /// The same, answers read as numbers of spikes, for chips that give no potentials.
  case spikeCounts
  /// Synapses rounded to the chip's integers.
  case integerWeights
  /// Thresholds, potentials, biases and the front end integers too.
  case fixed
  /// The image on the emulated chip.
  case chip

  /// The stage in a table.
  public var title: String {
    switch self {
    case .ann: "ANN, float"
    case .folded: "linear regions folded"
    case .substituted: "substitutions"
    case .clipped: "thresholds clipped"
    case .spiking: "finite T (spiking, float)"
    case .hardReset: "hard reset in place of soft"
    case .spikeCounts: "counts read instead of potentials"
    case .integerWeights: "integer weights"
    case .fixed: "integer state (fixed point)"
    case .chip: "on chip"
    }
  }
}

/// Where accuracy was lost between the trained network and the chip, all on the same samples.
public struct AccuracyWaterfall: Sendable, Hashable {
  /// The number of samples.
  public var samples: Int
  /// The accuracy (0...1) after each stage that was run.
  public var accuracy: [WaterfallStage: Double]

  /// Creates a waterfall.
  public init(samples: Int, accuracy: [WaterfallStage: Double]) {
    self.samples = samples
    self.accuracy = accuracy
  }

  /// The stages that were run, each with what it lost against the one before, in points of per cent.
  public var steps: [(stage: WaterfallStage, accuracy: Double, pointsLost: Double?)] {
    var before: Double?
    return WaterfallStage.allCases.compactMap { stage in
      guard let value = accuracy[stage] else { return nil }
      defer { before = value }
      return (stage, value, before.map { ($0 - value) * 100 })
    }
  }

  /// The waterfall as a table of text.
  func text(_ metric: TaskMetric) -> String {
    var table = TextTable([
      "\(metric.title), \(samples) samples", "", metric.isShare ? "points lost" : "more",
    ])
    var before: Double?
    for step in steps {
      let lost = before.map { metric.lost(from: $0, to: step.accuracy) } ?? ""
      table.add([step.stage.title, metric.text(step.accuracy), lost])
      before = step.accuracy
    }
    return table.rows.isEmpty ? "" : table.render()
  }

  /// The waterfall as JSON; points are lost only where the metric is a share.
  func jsonValue(_ metric: TaskMetric) -> JSONValue {
    .object([
      "samples": .integer(samples),
      "stages": .array(
        steps.map { step in
          .object([
            "stage": .text(step.stage.rawValue), "title": .text(step.stage.title),
            "accuracy": .number(step.accuracy),
            "pointsLost": metric.isShare ? step.pointsLost.map { .number($0) } ?? .null : .null,
          ])
        }),
    ])
  }
}

/// Samples on which the trained network and the chip disagree about the label.
public struct DiscordantPairs: Sendable, Hashable {
  /// The trained network is right, the chip wrong.
  public var onlyANN: Int
  /// The chip is right, the trained network wrong.
  public var onlyChip: Int

  /// Creates the pair of counts.
  public init(onlyANN: Int, onlyChip: Int) {
    self.onlyANN = onlyANN
    self.onlyChip = onlyChip
  }
}
