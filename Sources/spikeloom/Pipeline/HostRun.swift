import LoomBase
import LoomConversion
import LoomNetwork
import LoomReport

/// The layers that the host runs beside a job: the whole network, its raw samples, and the way from the chip
/// part's answers to the network's.
struct HostRun {
  /// The division.
  let split: HybridSplit
  /// The samples before the head.
  let data: DataSet
  /// How raw samples become the network's input.
  let preprocessing: Preprocessing
  /// What leads from the chip part's answers to the network's.
  let answers: HybridAnswers
  /// What the layers on the host multiply.
  let costs: HostLayerCosts
  /// Elements that cross from the head to the chip, for one sample.
  var enteringElements = 0

  /// Whether layers stand behind the chip.
  var hasTail: Bool { split.tail != nil }

  /// What the report says of these layers; nil if there are none.
  var facts: HybridFacts? {
    let head = split.head.map { _ in
      HybridFacts.Part(
        nodes: split.headLayers, macs: Double(costs.headMacs), tensors: [split.entering.name],
        elements: enteringElements)
    }
    let tail = split.tail.map { _ in
      HybridFacts.Part(
        nodes: split.tailLayers, macs: Double(costs.tailMacs), tensors: split.leaving.map(\.name),
        elements: answers.leavingElements)
    }
    return head == nil && tail == nil ? nil : HybridFacts(head: head, tail: tail)
  }

  /// The answers of the whole network, from those of the chip part.
  func finish(_ tensors: AnswerTensors, threads: Int) throws -> StageAnswers {
    let outputs = try answers.outputs(tensors.values, samples: tensors.samples, threads: threads)
    return StageAnswers(
      predictions: firstLargest(outputs, samples: tensors.samples),
      tensors: AnswerTensors(
        outputs: answers.raw.shapes, samples: tensors.samples,
        values: try answers.raw.maps(outputs, samples: tensors.samples)))
  }
}

/// What is left to convert and to run on the chip once the host has its layers.
struct ChipPart {
  /// The network.
  var network: Network
  /// Its samples: the head's outputs, or the raw ones.
  var data: DataSet
  /// How to convert it.
  var options: ConversionOptions
  /// The layers on the host; nil: none.
  var host: HostRun?

  /// Runs the head on all samples; without a division everything stays as it is.
  init(
    _ network: Network, _ split: HybridSplit?, data: DataSet, options: ConversionOptions,
    _ progress: Progress
  ) throws {
    self.network = network
    self.data = data
    self.options = options
    guard let split else { return }
    let preprocessing = options.preprocessing
    let costs = try HostLayerCosts(
      split, calibration: data.calibration, preprocessing: preprocessing)
    host = HostRun(
      split: split, data: data, preprocessing: preprocessing,
      answers: try HybridAnswers(split, sampleShape: data.samples.sampleShape), costs: costs)
    self.network = split.chip
    if split.tail != nil { self.options.answers = .values }
    guard split.head != nil else { return }
    progress.stage("head on the host: \(data.samples.count + data.calibration.count) samples")
    self.data.samples = try split.boundary(
      data.samples, preprocessing: preprocessing, threads: options.threads
    ) { progress.count($0, of: data.samples.count, what: "samples") }
    self.data.calibration = try split.boundary(
      data.calibration, preprocessing: preprocessing, threads: options.threads)
    self.options.preprocessing = split.chipPreprocessing(preprocessing)
    self.options.samplesAreBytes = self.data.samples.isBytes
    host?.enteringElements = self.data.samples.elementsPerSample
  }
}

extension ComparisonJob {
  /// The network whose answers are those of the trained one, its samples and their preprocessing.
  var trained: (network: Network, data: DataSet, preprocessing: Preprocessing) {
    guard let host else { return (network, data, options.preprocessing) }
    return (host.split.whole, host.data, host.preprocessing)
  }

  /// A stage's answers, the tail run where there is one.
  func finished(_ answers: StageAnswers) throws -> StageAnswers {
    guard let host, host.hasTail, let tensors = answers.tensors else { return answers }
    return try host.finish(tensors, threads: threads)
  }
}
