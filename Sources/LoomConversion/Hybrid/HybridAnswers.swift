public import LoomBase
import LoomExecution
public import LoomNetwork

/// The way from the chip part's answers to those of the whole network: the tail, run on the host in float.
public struct HybridAnswers: Sendable {
  /// The whole network's answers as maps.
  public let raw: RawAnswers
  /// The shapes of the chip part's outputs as maps, in order.
  public let chipShapes: [MapShape]
  /// Elements that cross from the chip part to the tail, for one sample.
  public var leavingElements: Int {
    zip(split.chip.outputs, layouts).reduce(0) { sum, output in
      split.tail?.inputs.contains(output.0) == true ? sum + output.1.count : sum
    }
  }
  private let split: HybridSplit
  /// How each output of the chip part lies in its map.
  private let layouts: [TensorLayout]
  private let executor: FloatExecutor?

  /// Prepares a division for raw samples of a shape.
  ///
  /// - Throws: all findings of `Converter.diagnose` about the chip part; SL2001, SL2002 about inputs.
  public init(_ split: HybridSplit, sampleShape: [Int]) throws(DiagnosticsError) {
    self.split = split
    let shape = split.head == nil ? sampleShape : nil
    let plan = try InputPlan.make(split.chip, samples: shape)
    var builder = RegionBuilder(
      split.chip, options: ConversionOptions(timesteps: 1), plan: plan)
    let draft = builder.build()
    if !builder.diagnostics.isEmpty { throw DiagnosticsError(.badInput, builder.diagnostics) }
    guard OutputTail(split.chip).roots == split.chip.outputs,
      draft.outputs.count == split.chip.outputs.count
    else {
      throw DiagnosticsError(
        HybridSplit.failure("the tail reads an activation that the chip part goes on from"))
    }
    layouts = draft.outputs.map { draft.populations[$0].sites[0].layout }
    chipShapes = layouts.map(\.map)
    executor = split.tail.map(FloatExecutor.init)
    raw = try Self.answers(split.whole, sampleShape)
  }

  /// The whole network's answers: as conversion reads them where it can, else by the shapes of the outputs.
  private static func answers(
    _ whole: Network, _ sampleShape: [Int]
  ) throws(DiagnosticsError) -> RawAnswers {
    if let known = try? RawAnswers(whole, samples: sampleShape) { return known }
    let input = try InputPlan.make(whole, samples: sampleShape).layout.map
    var layouts: [TensorLayout] = []
    for output in whole.outputs {
      guard let shape = whole[output].shape,
        shape.dropFirst().allSatisfy({ $0 > 0 && $0 < 1 << 26 }),
        shape.dropFirst().reduce(1, { $0.multipliedReportingOverflow(by: $1).0 }) < 1 << 26,
        shape.count <= 5
      else {
        throw DiagnosticsError(
          HybridSplit.failure("the answer '\(whole[output].name)' has no fixed shape"))
      }
      let producer = whole.layers.first { $0.outputs.contains(output) }
      var layout = TensorLayout.standard(Array(shape.dropFirst()))
      // What is turned to channels last at the end is a map of channels all the same.
      if case .transpose([0, 2, 3, 1]) = producer?.operation, shape.count == 4 {
        layout = TensorLayout(
          shape: Array(shape.dropFirst()),
          map: MapShape(channels: shape[3], height: shape[1], width: shape[2]),
          order: .axes([1, 2, 0]))
      }
      layouts.append(layout)
    }
    return RawAnswers(whole, input: input, layouts: layouts)
  }

  /// The whole network's outputs (those of `raw.network`, samples first) from the chip part's answers.
  ///
  /// - Parameter answers: For each sample all outputs of the chip part, one after another, channel-first, in
  ///   the trained network's units.
  /// - Throws: SL2035 if the tail cannot be run.
  public func outputs(
    _ answers: [Float], samples: Int, threads: Int
  ) throws(DiagnosticsError) -> [Tensor] {
    let width = layouts.reduce(0) { $0 + $1.count }
    precondition(answers.count == samples * width, "there is a number for every output element")
    let size = batch
    let chunks = (samples + size - 1) / size
    let results = parallelMap(chunks, threads: threads) { chunk in
      let range = chunk * size..<min((chunk + 1) * size, samples)
      return Result { () throws(DiagnosticsError) in
        try part(answers, range, filledTo: isFixed ? size : range.count, width: width)
      }
    }
    var columns = [[Float]](repeating: [], count: split.whole.outputs.count)
    for result in results {
      for (column, values) in try result.get().enumerated() { columns[column] += values }
    }
    return try zip(columns, raw.shapes).map { (values, shape) throws(DiagnosticsError) in
      guard values.count == samples * shape.count else {
        throw DiagnosticsError(
          HybridSplit.failure("an answer has \(values.count) numbers, not \(samples) × \(shape)"))
      }
      return Tensor(shape: [samples, shape.count], floats: values)
    }
  }

  /// Samples in one run of the tail.
  private var batch: Int { isFixed ? fixedBatch : 8 }
  private var isFixed: Bool { fixedBatch > 0 }
  private var fixedBatch: Int {
    split.tail.flatMap { part in part.inputs.first.flatMap { part[$0].shape?.first } } ?? -1
  }

  /// The outputs of the whole network for some samples, each as numbers sample after sample.
  private func part(
    _ answers: [Float], _ range: Range<Int>, filledTo size: Int, width: Int
  ) throws(DiagnosticsError) -> [[Float]] {
    var known: [ValueID: Tensor] = [:]
    var first = 0
    for (output, layout) in zip(split.chip.outputs, layouts) {
      let indices = layout.indices
      var values = [Float](repeating: 0, count: size * layout.count)
      for place in 0..<size {
        let sample = min(range.lowerBound + place, range.upperBound - 1)
        for element in 0..<layout.count {
          values[place * layout.count + element] =
            answers[sample * width + first + Int(indices[element])]
        }
      }
      known[output] = Tensor(shape: [size] + layout.shape, floats: values)
      first += layout.count
    }
    if let tail = split.tail, let executor {
      let inputs = tail.inputs.compactMap { known[$0] }
      let results = try HybridSplit.run { () throws(ExecutionError) in try executor.run(inputs) }
      for (output, result) in zip(tail.outputs, results) { known[output] = result }
    }
    return split.whole.outputs.map { output in
      let values = known[output]?.floats ?? []
      return Array(values.prefix(values.count / size * range.count))
    }
  }
}
