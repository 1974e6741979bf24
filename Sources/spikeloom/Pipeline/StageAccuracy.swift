import LoomBase
import LoomCompiler
import LoomConversion
import LoomNetwork
import LoomReference
import LoomReport

/// Answers of the stages between the trained network and the chip, for the accuracy waterfall.
struct StageAccuracy {
  /// The job.
  let job: ComparisonJob
  /// The converted network.
  let spiking: SpikingNetwork
  /// Its integers.
  let fixed: FixedPointNetwork

  /// The samples that go through these stages: the first ones of the job.
  var samples: Samples {
    let all = job.data.samples
    guard let wanted = job.waterfallSamples, wanted < all.count else { return all }
    return all.selecting(0..<wanted)
  }

  /// The predictions after each stage; none if no samples are wanted.
  func predictions(_ timer: inout StageTimer) throws -> [WaterfallStage: [Int]] {
    let samples = samples
    guard samples.count > 0 else { return [:] }
    var result = try timer.stage("before time enters: folded, substituted, clipped") {
      try timeless(samples)
    }
    result[.spiking] = try timer.stage("spiking network, float, T = \(spiking.timesteps)") {
      try FloatSpikingInterpreter(spiking).predictions(samples, threads: job.threads)
    }
    result[.integerWeights] = try timer.stage("spiking network, integer weights") {
      try FloatSpikingInterpreter(RoundedWeights.network(spiking, as: fixed))
        .predictions(samples, threads: job.threads)
    }
    let progress = timer.progress
    result[.fixed] = try timer.stage("fixed point, reference interpreter") {
      try reference(samples, progress)
    }
    return result
  }

  private func timeless(_ samples: Samples) throws -> [WaterfallStage: [Int]] {
    let stages = try TimelessStages(
      job.network, spiking: spiking, options: job.options, sampleShape: samples.sampleShape)
    var result: [WaterfallStage: [Int]] = [:]
    for (stage, place) in [
      (TimelessStages.Stage.folded, WaterfallStage.folded), (.substituted, .substituted),
      (.clipped, .clipped),
    ] {
      var predictions: [Int] = []
      let block = 256
      for start in stride(from: 0, to: samples.count, by: block) {
        let range = start..<min(start + block, samples.count)
        predictions += try stages.scores(stage, of: samples, range: range).map(firstLargest)
      }
      result[place] = predictions
    }
    return result
  }

  private func reference(_ samples: Samples, _ progress: Progress) throws -> [Int] {
    let interpreter = try IntegerInterpreter(fixed)
    return try mapConcurrently(
      count: samples.count, threads: job.threads,
      progress: { progress.count($0, of: samples.count, what: "samples") },
      { index throws(DiagnosticsError) in
        try interpreter.run(samples, index: index, recordingSpikes: false).prediction
      })
  }
}

/// The index of the first largest number.
func firstLargest(_ scores: [Float]) -> Int {
  var best = 0
  for index in scores.indices where scores[index] > scores[best] { best = index }
  return best
}
