import LoomBase
import LoomCompiler
import LoomConversion
import LoomNetwork
import LoomReference
import LoomReport

/// Answers of the stages between the trained network and the chip, for the accuracy waterfall.
struct StageAccuracy {
  /// The job, cut to the samples that go through these stages.
  private let job: ComparisonJob
  private let spiking: SpikingNetwork
  private let fixed: FixedPointNetwork
  /// The network as it would be with soft reset, where hard reset stands in for it.
  private let soft: SpikingNetwork?

  /// Takes the first samples of a job, as many as it wants to see at every stage.
  init(
    job: ComparisonJob, spiking: SpikingNetwork, fixed: FixedPointNetwork, soft: SpikingNetwork?
  ) {
    self.soft = soft
    self.job = job.first(job.waterfallSamples)
    self.spiking = spiking
    self.fixed = fixed
  }

  /// How many samples go through these stages.
  var samples: Int { job.data.samples.count }

  /// The answers after each stage; none if no samples are wanted.
  func answers(_ timer: inout StageTimer) throws -> [WaterfallStage: StageAnswers] {
    guard samples > 0 else { return [:] }
    var result = try timer.stage("before time enters: folded, substituted, clipped") {
      try timeless()
    }
    result[.spiking] = try timer.stage("spiking network, float, T = \(spiking.timesteps)") {
      try job.spikingAnswers((soft ?? spiking).readByPotentials)
    }
    if soft != nil {
      result[.hardReset] = try timer.stage("spiking network, float, hard reset") {
        try job.spikingAnswers(spiking.readByPotentials)
      }
    }
    if spiking.readout == .spikeCounts {
      result[.spikeCounts] = try timer.stage("spiking network, float, spikes counted") {
        try job.spikingAnswers(spiking)
      }
    }
    result[.integerWeights] = try timer.stage("spiking network, integer weights") {
      try job.spikingAnswers(RoundedWeights.network(spiking, as: fixed))
    }
    let progress = timer.progress
    result[.fixed] = try timer.stage("fixed point, reference interpreter") {
      try job.referenceAnswers(fixed, progress)
    }
    return result
  }

  private func timeless() throws -> [WaterfallStage: StageAnswers] {
    let samples = job.data.samples
    let stages = try TimelessStages(
      job.network, spiking: soft ?? spiking, options: job.options, sampleShape: samples.sampleShape)
    let shapes = spiking.outputs.map { spiking.populations[$0.index].shape }
    var result: [WaterfallStage: StageAnswers] = [:]
    for (stage, place) in [
      (TimelessStages.Stage.folded, WaterfallStage.folded), (.substituted, .substituted),
      (.clipped, .clipped),
    ] {
      var answers = StageAnswers(predictions: [])
      var values: [Float] = []
      let block = 256
      for start in stride(from: 0, to: samples.count, by: block) {
        let range = start..<min(start + block, samples.count)
        let scores = try stages.scores(stage, of: samples, range: range)
        answers.predictions += scores.map { firstLargest($0, in: shapes) }
        if job.keepsTensors { values += scores.joined() }
      }
      if job.keepsTensors {
        answers.tensors = AnswerTensors(outputs: shapes, samples: samples.count, values: values)
      }
      result[place] = answers
    }
    return result
  }
}

extension ComparisonJob {
  /// The same job for its first samples.
  fileprivate func first(_ limit: Int?) -> ComparisonJob {
    var job = self
    job.data = data.first(limit)
    return job
  }
}
