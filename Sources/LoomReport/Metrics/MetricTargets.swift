public import LoomBase

/// What the answers to samples should have been, by metric.
public enum MetricTargets: Sendable, Hashable {
  /// The class of each sample.
  case classes([Int])
  /// The class of each pixel of each sample.
  case masks(SegmentationMasks)
  /// The objects in each sample.
  case boxes(ObjectBoxes, DetectionHead)
  /// The numbers of each sample.
  case tensors(TargetTensors)

  /// The metric that these targets are for.
  public var metric: TaskMetric {
    switch self {
    case .classes: .top1
    case .masks: .meanIntersectionOverUnion
    case .boxes: .meanAveragePrecision50
    case .tensors: .meanSquaredError
    }
  }

  /// The number of samples.
  public var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .masks(let masks): masks.count
    case .boxes(let objects, _): objects.pictures.count
    case .tensors(let tensors): tensors.samples
    }
  }

  /// The targets of a range of samples.
  public func selecting(_ range: Range<Int>) -> MetricTargets {
    switch self {
    case .classes(let classes): return .classes(Array(classes[range]))
    case .masks(let masks): return .masks(masks.selecting(range))
    case .boxes(let objects, let head):
      return .boxes(ObjectBoxes(pictures: Array(objects.pictures[range])), head)
    case .tensors(let tensors): return .tensors(tensors.selecting(range))
    }
  }

  /// What keeps a network with these outputs from being judged (SL1821); nil if nothing does.
  public func finding(outputs: [MapShape]) -> Diagnostic? {
    switch self {
    case .classes: nil
    case .masks(let masks): Self.finding(masks, outputs)
    case .boxes(let objects, let head): Self.finding(objects, head, outputs)
    case .tensors(let tensors):
      tensors.suit(outputs)
        ? nil
        : .targets(
          "needs \(Self.list(outputs)) numbers for each sample, the network's outputs, has "
            + "\(tensors.sampleShape)")
    }
  }

  /// The metric of answers to exactly these samples; nil if no target counts.
  ///
  /// The outputs must be those that `finding` was asked about.
  public func value(of answers: AnswerTensors) -> Double? {
    precondition(
      answers.samples == count && finding(outputs: answers.outputs) == nil,
      "answers are checked against their targets first")
    switch self {
    case .classes(let classes): return Self.share(classes, answers)
    case .masks(let masks):
      guard let output = Self.output(of: masks, answers.outputs) else { return nil }
      return masks.meanIntersectionOverUnion(answers, output: output)
    case .boxes(let objects, let head):
      return objects.meanAveragePrecision(
        (0..<answers.samples).map { head.detections(answers, sample: $0) })
    case .tensors(let tensors): return tensors.meanSquaredError(answers)
    }
  }

  private static func share(_ classes: [Int], _ answers: AnswerTensors) -> Double? {
    let width = answers.elementsPerSample
    guard !classes.isEmpty, width > 0 else { return nil }
    let right = classes.indices.count { sample in
      var best = 0
      let first = sample * width
      for index in 0..<width where answers.values[first + index] > answers.values[first + best] {
        best = index
      }
      return best == classes[sample]
    }
    return Double(right) / Double(classes.count)
  }

  /// The first output that has a score for every pixel of a mask.
  private static func output(of masks: SegmentationMasks, _ outputs: [MapShape]) -> Int? {
    outputs.firstIndex { $0.height == masks.height && $0.width == masks.width }
  }

  private static func finding(_ masks: SegmentationMasks, _ outputs: [MapShape]) -> Diagnostic? {
    guard let output = output(of: masks, outputs) else {
      return .targets(
        "needs masks as large as an output (\(list(outputs))), has \(masks.height)×\(masks.width)")
    }
    let kinds = max(outputs[output].channels, 2)
    guard masks.largestClass < kinds else {
      return .targets("needs pixel classes below \(kinds), has \(masks.largestClass)")
    }
    return nil
  }

  private static func finding(
    _ objects: ObjectBoxes, _ head: DetectionHead, _ outputs: [MapShape]
  ) -> Diagnostic? {
    if let output = outputs.first(where: { !head.suits($0) }) {
      return .targets(
        "needs outputs of a multiple of 5 + \(head.classes) channels, has \(output)",
        remedy: "give the number of classes with --classes")
    }
    guard objects.largestClass < head.classes else {
      return .targets("needs object classes below \(head.classes), has \(objects.largestClass)")
    }
    return nil
  }

  private static func list(_ shapes: [MapShape]) -> String {
    shapes.map(\.description).joined(separator: " + ")
  }
}

extension Diagnostic {
  /// SL1821: targets that do not suit the metric or the network.
  fileprivate static func targets(_ message: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(.error, "SL1821", message, at: .file("--labels"), remedy: remedy)
  }
}
