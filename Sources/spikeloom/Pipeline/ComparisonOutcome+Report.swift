import Foundation
import LoomBase
import LoomCompiler
import LoomConversion
import LoomEmulator
import LoomEnergy
import LoomHardware
import LoomImage
import LoomNetwork
import LoomReport

extension ComparisonOutcome {
  /// The outcome as the report of `compare`.
  func report(
    job: ComparisonJob, modelName: String, preprocessing: PreprocessingChoice,
    host: [String: JSONValue]
  ) throws -> ComparisonReport {
    let data = job.data
    let stages = AccuracyStages(
      ann: try value(after: .ann, data),
      spiking: try value(after: lastFloatStage, data),
      fixed: try value(after: .fixed, data), chip: try value(after: .chip, data))
    var remarks = chanceRemark(stages.ann, data.labels, preprocessing)
    remarks.append("input: \(preprocessing.description)")
    if data.answers != nil { remarks.append("judged behind the final sigmoid, tanh or softmax") }
    remarks += agreementRemark
    var facts = ComparisonFacts(
      tool: Version.tool, network: modelName, method: spiking.method,
      timesteps: spiking.timesteps, accuracy: stages, calibration: job.data.calibrationSource,
      imageSHA256: "\(ChipFile.sha256(of: imageBytes))")
    facts.code = spiking.code
    facts.countsSpikes = spiking.readout == .spikeCounts
    facts.metric = data.targets?.metric ?? .top1
    facts.waterfall = try waterfall(data)
    remarks += Self.quantizationRemark(facts.waterfall)
    facts.layerErrors = errors.map(LayerError.init)
    facts.discordant = data.labels.map(discordant)
    if data.targets == nil { facts.sameAnswers = sameAnswers }
    facts.hybrid = job.host?.facts
    facts.analogLayers = Set(image.frontEnd.map { namedPopulations[$0.target].name })
    facts.footprint = ModelFootprint(image: image, profile: job.profile)
    facts.mapping = lines(mapping.text)
    facts.quantization = lines(quantization.text)
    facts.remarks = remarks + spiking.remarks + TickRemark.lines(job.profile)
    facts.host = host
    facts.host["seconds"] = .object(
      Dictionary(
        seconds.map { ($0.stage, JSONValue.number($0.seconds)) }, uniquingKeysWith: { $1 }))
    return try ComparisonReport(
      facts: facts, record: record, populations: namedPopulations, cores: image.cores.count,
      profile: job.profile, ann: annLayers(job).map(ANNLayer.init(cost:)))
  }

  /// The last stage before integers.
  private var lastFloatStage: WaterfallStage {
    if spiking.readout == .spikeCounts { return .spikeCounts }
    return answers[.hardReset] != nil ? .hardReset : .spiking
  }

  /// The layers of the whole network that multiply, those on the host included.
  private func annLayers(_ job: ComparisonJob) -> [ANNLayerCost] {
    (job.host?.costs.head ?? []) + spiking.annLayers + (job.host?.costs.tail ?? [])
  }

  /// The metric after a stage, if every sample went through it.
  private func value(after stage: WaterfallStage, _ data: DataSet) throws -> Double? {
    guard let answers = answers[stage], answers.predictions.count == record.samples else {
      return nil
    }
    return try answers.value(data)
  }

  /// Every stage on the samples that went through all of them.
  private func waterfall(_ data: DataSet) throws -> AccuracyWaterfall? {
    guard stageSamples > 0 else { return nil }
    let first = data.first(stageSamples)
    return AccuracyWaterfall(
      samples: stageSamples,
      accuracy: try answers.compactMapValues { try $0.first(stageSamples).value(first) })
  }

  private func discordant(_ labels: [Int]) -> DiscordantPairs {
    var pairs = DiscordantPairs(onlyANN: 0, onlyChip: 0)
    for (index, label) in labels.enumerated() {
      let ann = answers[.ann]?.predictions[index] == label
      let chip = answers[.chip]?.predictions[index] == label
      if ann, !chip { pairs.onlyANN += 1 }
      if chip, !ann { pairs.onlyChip += 1 }
    }
    return pairs
  }

  /// Samples that the chip answers as the trained network does; nil where the first output is a map or one number.
  private var sameAnswers: Int? {
    guard let ann = answers[.ann]?.predictions, let chip = answers[.chip] else { return nil }
    let shapes = chip.tensors?.outputs ?? fixed.outputs.map { fixed.populations[$0.index].shape }
    guard let shape = shapes.first, shape.positions == 1, shape.channels > 1 else { return nil }
    return zip(ann, chip.predictions).count { $0 == $1 }
  }

  /// Names come from the network, so that a stripped image reports the same layers.
  private var namedPopulations: [PopulationProvenance] {
    let named = spiking.populations.map {
      PopulationProvenance(name: $0.name, origin: $0.origin)
    }
    let extra = image.populations.indices.dropFirst(named.count).map { index in
      image.provenance?.populations[index]
        ?? PopulationProvenance(name: "lowering \(index)", origin: [])
    }
    return named + extra
  }

  /// The fixed-point network and the chip must answer alike; anything else is said first.
  private var agreementRemark: [String] {
    let differing = zip(answers[.fixed]?.predictions ?? [], answers[.chip]?.predictions ?? [])
      .count { $0 != $1 }
    guard differing > 0 else { return [] }
    return [
      "reference interpreter and chip answer \(differing) samples differently: run 'spikeloom verify'"
    ]
  }

  /// What to try where most of the loss comes with the chip's integers, not with time.
  private static func quantizationRemark(_ waterfall: AccuracyWaterfall?) -> [String] {
    guard let accuracy = waterfall?.accuracy, let integer = accuracy[.integerWeights],
      let before = accuracy[.spikeCounts] ?? accuracy[.hardReset] ?? accuracy[.spiking],
      before - integer > 0.05
    else { return [] }
    let points = ((before - integer) * 1000).rounded() / 10
    return [
      "integer weights and thresholds of this chip lose \(points) points: try another '--method', "
        + "'--iterations' (thresholds further down) or '-T'"
    ]
  }

  private func chanceRemark(
    _ ann: Double?, _ labels: [Int]?, _ preprocessing: PreprocessingChoice
  ) -> [String] {
    guard let ann, let labels, let top = labels.max() else { return [] }
    let chance = 1 / Double(top + 1)
    guard top > 0, ann < 1.5 * chance else { return [] }
    return [
      "the ANN itself is near chance (\(ann * 100) %): look at preprocessing first; used \(preprocessing.description)"
    ]
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}

extension LayerError {
  /// Takes over a population's error from the network side.
  init(_ error: PopulationError) {
    self.init(
      name: error.name, relative: error.relative, correlation: error.correlation,
      worstChannel: error.worstChannel.index,
      worstChannelError: error.worstChannel.rootMeanSquare,
      worstChannelCorrelation: error.worstChannel.correlation)
    inherited = error.split?.inherited
    clipping = error.split?.clipping
    quantization = error.split?.quantization
    deviation = error.split?.deviation
    deviationSum = error.split.map { $0.deviation * Double(error.neurons) }
    currentVariance = error.currentVariance
  }
}

extension ANNLayer {
  /// Takes over a layer's cost from the network side.
  init(cost: ANNLayerCost) {
    self.init(
      name: cost.name, macs: cost.macs, effectiveMacs: cost.effectiveMacs,
      inputElements: cost.inputElements, outputElements: cost.outputElements,
      weights: cost.weights, kernelElements: cost.kernelElements)
  }
}
