package import LoomBase
package import LoomNetwork

/// The mean loss of a window code's answers to samples, and which way its parameters lower it.
package struct WindowSlope: Sendable {
  private let draft: DraftNetwork
  private let grid: CodeGrid
  private let pass: CodedPass
  private let loss: AnswerLoss
  private let samples: TuningSamples
  private let threads: Int
  private let codes: TunedCodes

  /// Begins where calibration ended, on samples as they are and as the input neurons say them.
  init(
    _ draft: DraftNetwork, grid: CodeGrid, options: ConversionOptions,
    start: [CalibratedPopulation], exact: SampleBlocks, coded: SampleBlocks, inputCount: Int
  ) {
    self.draft = draft
    self.grid = grid
    let pass = CodedPass(draft, grid: grid)
    let threads = min(max(1, options.threads), pass.affordableBlocks)
    self.threads = threads
    let wanted = parallelMap(exact.blocks.count, threads: threads) { block in
      pass.exactAnswers(exact.blocks[block], samples: exact.blocks[block].count / inputCount)
    }.flatMap { $0 }
    loss = AnswerLoss(
      shapes: draft.outputs.map { draft.populations[$0].shape }, answers: wanted,
      kind: options.answers)
    samples = TuningSamples(
      blocks: coded, wanted: wanted, inputCount: inputCount, answerCount: loss.count)
    self.pass = pass
    codes = TunedCodes(draft, start, grid)
  }

  /// Calibrates a network by a window code as conversion does.
  ///
  /// - Throws: as `Converter.convert`.
  package init(_ network: Network, calibration: Samples, options: ConversionOptions)
    throws(DiagnosticsError)
  {
    let plan = try InputPlan.make(network, samples: calibration.sampleShape)
    var builder = RegionBuilder(network, options: options, plan: plan)
    let draft = builder.build()
    let set = try CalibrationSet(calibration, draft: draft, plan: plan, options: options)
    let grid = CodeGrid(options.method.code, timesteps: options.timesteps)
    let method = WindowCalibration(draft, grid: grid, options: options)
    let start = method.run(set, inputCount: plan.layout.count, progress: nil)
    self.init(
      draft, grid: grid, options: options, start: start, exact: set.blocks,
      coded: method.inputCodes(set.blocks, peak: set.peak), inputCount: plan.layout.count)
  }

  /// ln(λ/λ₀) of every channel, then the bias of every channel in units of λ₀, as calibration left them: zeros.
  package var start: [Float] { codes.parameters }

  /// What calibration found.
  var calibrated: [CalibratedPopulation] { codes.start }

  /// The number of samples.
  var count: Int { samples.count }

  /// Whether every channel is what it was trained to be.
  var isSettled: Bool { codes.isSettled(draft) }

  /// What the loss is of.
  var isOfClasses: Bool { loss.isOfClasses }

  /// What calibration found, with parameters in place of zeros; rates are those of some samples.
  func populations(_ parameters: [Float], rates chosen: [Int]) -> [CalibratedPopulation] {
    let codes = tuned(parameters)
    let counts = blocks(chosen) { part in
      pass.spikes(pass.forward(part.input, samples: part.count, codes), codes)
    }
    var result = codes.populations(draft, grid)
    for index in result.indices where draft.populations[index].kind != .readout {
      let spikes = counts.reduce(0) { $0 + $1[index] }
      let neurons = draft.populations[index].shape.count * chosen.count * grid.steps
      result[index].rate = Float(Double(spikes) / Double(max(1, neurons)))
    }
    return result
  }

  private func tuned(_ parameters: [Float]) -> TunedCodes {
    var result = codes
    result.parameters = parameters
    return result
  }

  /// The mean loss over all samples.
  package func loss(_ parameters: [Float]) -> Double {
    loss(parameters, of: Array(0..<samples.count))
  }

  /// The mean loss over some samples.
  func loss(_ parameters: [Float], of chosen: [Int]) -> Double {
    let codes = tuned(parameters)
    let sums = blocks(chosen) { part in
      let trace = pass.forward(part.input, samples: part.count, codes)
      return loss.sum(pass.answers(trace, samples: part.count), wanted: part.wanted).loss
    }
    return sums.reduce(0, +) / Double(max(1, chosen.count))
  }

  /// The gradient of the mean loss of all samples.
  package func gradient(_ parameters: [Float]) -> [Float] {
    gradient(parameters, of: Array(0..<samples.count))
  }

  /// The gradient of the mean loss of some samples.
  func gradient(_ parameters: [Float], of chosen: [Int]) -> [Float] {
    let codes = tuned(parameters)
    let parts = blocks(chosen) { part in
      let trace = pass.forward(part.input, samples: part.count, codes)
      let found = loss.sum(pass.answers(trace, samples: part.count), wanted: part.wanted)
      return pass.backward(trace, answers: found.gradient, samples: part.count, codes)
    }
    var sum = [Float](repeating: 0, count: parameters.count)
    for part in parts { for index in sum.indices { sum[index] += part[index] } }
    let share = 1 / Float(max(1, chosen.count))
    return sum.map { $0 * share }
  }

  /// Values of blocks of samples, in order: whatever the threads, sums over them are the same.
  private func blocks<Value: Sendable>(
    _ chosen: [Int], _ body: @Sendable (PickedSamples) -> Value
  ) -> [Value] {
    let starts = Array(stride(from: 0, to: chosen.count, by: SampleBlocks.size))
    return parallelMap(starts.count, threads: threads) { block in
      let end = min(starts[block] + SampleBlocks.size, chosen.count)
      return body(samples.picked(chosen[starts[block]..<end]))
    }
  }
}

/// Samples and what the trained network answers, to be picked from.
private struct TuningSamples: Sendable {
  let blocks: SampleBlocks
  let wanted: [Float]
  let inputCount: Int
  let answerCount: Int

  var count: Int { wanted.count / max(1, answerCount) }

  func picked(_ samples: ArraySlice<Int>) -> PickedSamples {
    let input = samples.flatMap { sample in
      let first = sample % SampleBlocks.size * inputCount
      return blocks.blocks[sample / SampleBlocks.size][first..<first + inputCount]
    }
    let answers = samples.flatMap { wanted[$0 * answerCount..<($0 + 1) * answerCount] }
    return PickedSamples(count: samples.count, input: input, wanted: answers)
  }
}

/// Some samples, one after the other.
private struct PickedSamples: Sendable {
  let count: Int
  let input: [Float]
  let wanted: [Float]
}
