public import LoomBase
public import LoomNetwork

/// The stages of a conversion in which time plays no part yet, for the accuracy waterfall.
///
/// All three are evaluated densely in float, like the trained network itself, so that what each costs in
/// accuracy is not mixed with what spikes cost.
public struct TimelessStages: Sendable {
  /// What has been done to the trained network.
  public enum Stage: Sendable, CaseIterable {
    /// Linear layers composed into regions; every pooling and skip still exact.
    case folded
    /// Max pooling by pairs, average pooling by neurons, analog skips by pairs, where the conversion chose them.
    case substituted
    /// Every activation clipped at its threshold.
    case clipped
  }

  private let plan: InputPlan
  private let preprocessing: Preprocessing
  private let threads: Int
  private let exact: DraftEvaluator
  private let substituted: DraftEvaluator
  private let clipped: DraftEvaluator

  /// Builds the stages of a finished conversion.
  ///
  /// - Throws: what `Converter.diagnose` finds, and SL2001–SL2002 about the input.
  public init(
    _ network: Network, spiking: SpikingNetwork, options: ConversionOptions, sampleShape: [Int]
  ) throws(DiagnosticsError) {
    plan = try InputPlan.make(network, samples: sampleShape)
    preprocessing = options.preprocessing
    threads = options.threads
    var builder = RegionBuilder(network, options: options, plan: plan)
    let draft = builder.build()
    guard builder.diagnostics.isEmpty else {
      throw DiagnosticsError(.badInput, builder.diagnostics)
    }
    var plain = options
    plain.maxPool = .comparator
    plain.comparatorSites = 256
    plain.pooling = .compose
    plain.analogSkip = .current
    var plainBuilder = RegionBuilder(network, options: plain, plan: plan)
    let plainDraft = plainBuilder.build()
    let inputPopulations = spiking.populations.count - draft.populations.count
    precondition(inputPopulations >= 0, "the network was converted from this one")
    let thresholds = draft.populations.indices.map { index in
      let population = spiking.populations[index + inputPopulations]
      return (0..<population.shape.channels).map {
        population.threshold.value(neuron: $0 * population.shape.positions, in: population.shape)
      }
    }
    exact = DraftEvaluator(plainBuilder.diagnostics.isEmpty ? plainDraft : draft, limits: nil)
    substituted = DraftEvaluator(draft, limits: nil)
    clipped = DraftEvaluator(draft, limits: thresholds)
  }

  /// The scores of some samples at a stage: for each sample all outputs, one after another, channel-first.
  ///
  /// - Throws: SL2201 about the samples' shape.
  public func scores(
    _ stage: Stage, of samples: Samples, range: Range<Int>
  ) throws(DiagnosticsError) -> [[Float]] {
    let evaluator =
      switch stage {
      case .folded: exact
      case .substituted: substituted
      case .clipped: clipped
      }
    let maps = try SamplePreparation.maps(
      samples, range: range, plan: plan, preprocessing: preprocessing)
    let elements = plan.layout.count
    let blocks = SampleBlocks(maps, elements: elements)
    return parallelMap(blocks.blocks.count, threads: threads) {
      evaluator.scores(blocks.blocks[$0], samples: blocks.blocks[$0].count / max(1, elements))
    }.flatMap { $0 }
  }
}

/// A draft network made ready to be evaluated again and again as a float network.
private struct DraftEvaluator: Sendable {
  private let draft: DraftNetwork
  private let drives: [PreparedDrive]
  /// Where activations end, by population and channel.
  private let limits: [[Float]]
  private let lastReader: [Int]

  /// Prepares a draft whose activations end at limits; nil: where its own layers end.
  init(_ draft: DraftNetwork, limits: [[Float]]?) {
    self.draft = draft
    drives = draft.populations.map { PreparedDrive($0.sites) }
    self.limits =
      limits
      ?? draft.populations.map {
        [Float](repeating: $0.bound ?? .infinity, count: $0.shape.channels)
      }
    var last = Array(draft.populations.indices)
    for (index, population) in draft.populations.enumerated() {
      for source in population.sources where source >= 0 { last[source] = index }
    }
    for output in draft.outputs { last[output] = draft.populations.count }
    lastReader = last
  }

  func scores(_ input: [Float], samples: Int) -> [[Float]] {
    var values = [[Float]](repeating: [], count: drives.count)
    for index in drives.indices {
      var current = drives[index].current(samples: samples) { $0 < 0 ? input : values[$0] }
      let population = draft.populations[index]
      if population.kind != .readout {
        current.rectify(population.shape, limits: limits[index])
      }
      values[index] = current
      for source in 0..<index where lastReader[source] == index { values[source] = [] }
    }
    return (0..<samples).map { sample in
      draft.outputs.flatMap { output in
        let width = drives[output].count
        return values[output][sample * width..<(sample + 1) * width]
      }
    }
  }
}
