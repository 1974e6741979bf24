import LoomBase
import LoomConversion
import LoomEmulator
import LoomExecution
import LoomNetwork
import LoomReference
import LoomReport

/// What one stage of the road answered to all samples.
struct StageAnswers: Sendable {
  /// The index of the first largest score of each sample.
  var predictions: [Int]
  /// Whole answers, in the ANN's units; nil where only classes count.
  var tensors: AnswerTensors?

  /// The metric of these answers against what the data set says; nil without labels.
  ///
  /// Tensors are judged behind a final sigmoid, tanh or softmax, as the trained network gives them.
  func value(_ data: DataSet) throws -> Double? {
    guard let targets = data.targets else { return accuracy(predictions, data.labels) }
    guard var tensors else { return nil }
    if let raw = data.answers {
      tensors.values = try raw.finished(tensors.values, samples: tensors.samples)
    }
    return targets.value(of: tensors)
  }

  /// The answers to the first samples.
  func first(_ count: Int) -> StageAnswers {
    StageAnswers(
      predictions: Array(predictions.prefix(count)), tensors: tensors?.first(count))
  }
}

extension ComparisonJob {
  /// Whether whole answers are kept, not classes alone.
  var keepsTensors: Bool { data.targets != nil || host?.hasTail == true }

  /// The ANN's answers, in blocks so that a large set never stands in memory as floats.
  func annAnswers(_ progress: Progress) throws -> StageAnswers {
    let (trained, data, preprocessing) = trained
    let raw =
      try host?.answers.raw
      ?? (keepsTensors ? RawAnswers(trained, samples: data.samples.sampleShape) : nil)
    let network = raw?.network ?? trained
    let executor = FloatExecutor(network)
    var answers = StageAnswers(predictions: [])
    var values: [Float] = []
    let block = 256
    for start in stride(from: 0, to: data.samples.count, by: block) {
      let range = start..<min(start + block, data.samples.count)
      let input = try SamplePreparation.tensor(
        data.samples, range: range, network: network, preprocessing: preprocessing)
      let outputs = try executor.runSamples(input, threads: threads)
      answers.predictions += firstLargest(outputs, samples: range.count)
      if let raw { values += try raw.maps(outputs, samples: range.count) }
      progress.count(range.upperBound, of: data.samples.count, what: "samples")
    }
    if let raw {
      answers.tensors = AnswerTensors(
        outputs: raw.shapes, samples: data.samples.count, values: values)
    }
    return answers
  }

  /// The answers of the spiking network in floating point.
  func spikingAnswers(_ spiking: SpikingNetwork) throws -> StageAnswers {
    let interpreter = try FloatSpikingInterpreter(spiking)
    guard keepsTensors else {
      return StageAnswers(predictions: try interpreter.predictions(data.samples, threads: threads))
    }
    let samples = data.samples
    let shapes = spiking.outputs.map { spiking.populations[$0.index].shape }
    let scores = try mapConcurrently(count: samples.count, threads: threads) {
      index throws(DiagnosticsError) in try interpreter.scores(samples, index: index)
    }
    return StageAnswers(
      predictions: scores.map { firstLargest($0, in: shapes) },
      tensors: AnswerTensors(
        outputs: shapes,
        samples: samples.count, values: scores.flatMap(\.self)))
  }

  /// The answers of the fixed-point network in the reference interpreter.
  func referenceAnswers(
    _ fixed: FixedPointNetwork, _ progress: Progress
  ) throws -> StageAnswers {
    let interpreter = try IntegerInterpreter(fixed)
    let samples = data.samples
    let keepsScores = keepsTensors
    let runs = try mapConcurrently(
      count: samples.count, threads: threads,
      progress: { progress.count($0, of: samples.count, what: "samples") },
      { index throws(DiagnosticsError) in
        let run = try interpreter.run(samples, index: index, recordingSpikes: false)
        return (prediction: run.prediction, scores: keepsScores ? run.scores : [])
      })
    var answers = StageAnswers(predictions: runs.map(\.prediction))
    if keepsScores {
      answers.tensors = ReadoutUnits(fixed).answers(
        runs.flatMap(\.scores), samples: samples.count)
    }
    return answers
  }

  /// The answers of the emulated chip.
  func chipAnswers(_ record: RunRecord, _ fixed: FixedPointNetwork) -> StageAnswers {
    StageAnswers(
      predictions: record.predictions.map { Int($0) },
      tensors: keepsTensors
        ? ReadoutUnits(fixed).answers(record.scores, samples: record.samples) : nil)
  }
}

/// The index of the first largest number of the first output, of all outputs one after another.
func firstLargest(_ scores: [Float], in shapes: [MapShape]) -> Int {
  firstLargest(Array(scores.prefix(shapes.first?.count ?? 0)))
}

/// The index of the first largest number; 0 if there is none.
func firstLargest(_ scores: [Float]) -> Int {
  var best = 0
  for index in scores.indices where scores[index] > scores[best] { best = index }
  return best
}
