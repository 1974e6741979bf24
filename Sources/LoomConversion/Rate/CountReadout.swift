import Foundation
import LoomBase
import LoomNetwork

/// What turns the scores of an output into numbers of spikes, by channel, in activation units.
struct CountedScores: Sendable {
  /// θ, all above zero: the score, with its offset, of a neuron that fires in every step.
  var thresholds: [Float]
  /// Added to the constant current, so that scores that matter are above zero.
  var offsets: [Float]
  /// Mean spikes per neuron and step.
  var rate: Float
}

/// Replaces the potentials of readouts by spike counts, for chips that give no potentials (architecture.md §3.3).
///
/// Every readout becomes a population of ordinary neurons (v(0) = θ/2) with a constant current o
/// more; of a score s it sends about (T − t0)(s + o)/θ spikes from step t0 on. Scores below −o are silent, above
/// θ − o saturate, and in between there are T − t0 + 1 levels: θ and o are a window laid over the scores, found
/// on the spikes of calibration samples. Of classes only the order counts: one window for all of them, the one
/// whose answers agree most often with the trained network's. Of values every channel has a window of its own,
/// the one with the least squared error. Labels are never looked at.
struct CountReadout {
  let input: MethodInput
  let outcome: MethodOutcome

  /// The outcome with θ and offset of every output.
  func counted(progress: ((String) -> Void)?) throws(DiagnosticsError) -> MethodOutcome {
    progress?("choosing how spikes of the outputs are counted")
    let range = SampleSplit(input).heldOut
    var result = outcome
    try simulated { () throws(RegionLimit) in
      _ = try RateSimulation(input, samples: range).run { probe in
        let facts = outcome.populations[probe.index]
        guard probe.population.kind == .readout else { return facts }
        let (scores, remark) = choose(probe, facts)
        result.populations[probe.index].counted = scores
        result.remarks.append(remark)
        return facts
      }
    }
    return result
  }

  private func choose(_ probe: LayerProbe, _ facts: CalibratedPopulation)
    -> (CountedScores, String)
  {
    let counting = CountTrial(probe, facts, start: outcome.readoutStart)
    let name = probe.population.name
    if isClasses(probe.population) {
      let choice = ClassWindow.choose(counting)
      return (
        choice.scores,
        "answers of '\(name)' are spike counts of steps \(counting.start)..<\(counting.timesteps), not "
          + "potentials: classes, offset \(rounded(choice.scores.offsets[0])), θ "
          + "\(rounded(choice.scores.thresholds[0])); \(choice.agreeing) of \(probe.samples) calibration "
          + "samples agree with the trained network, \(choice.agreeingByPotentials) by potentials"
      )
    }
    let choice = ValueWindow.choose(counting)
    return (
      choice.scores,
      "answers of '\(name)' are spike counts of steps \(counting.start)..<\(counting.timesteps), not "
        + "potentials: values, a window for each of \(probe.population.shape.channels) channels; squared "
        + "error \(rounded(choice.error)) of the scores' squares in calibration"
    )
  }

  /// One vector of scores is taken for classes unless the user says what it is.
  private func isClasses(_ population: DraftPopulation) -> Bool {
    switch input.options.answers {
    case .classes: true
    case .values: false
    case nil: input.draft.outputs.count == 1 && population.shape.positions == 1
    }
  }

  private func rounded(_ value: Float) -> Double { (Double(value) * 1e4).rounded() / 1e4 }
}

/// Counts the spikes of one output under several windows at once.
struct CountTrial: Sendable {
  let probe: LayerProbe
  /// The correction of each channel's current that the method decided.
  let corrections: [Float]
  /// t0.
  let start: Int
  /// By sample and neuron, channel-last: the mean current from t0 on, which is what potentials say.
  let scores: [[Float]]

  var timesteps: Int { probe.timesteps }
  /// The steps counted.
  var steps: Int { timesteps - start }
  /// Neurons of the output.
  var neurons: Int { probe.population.shape.count }
  /// Channels of the output.
  var channels: Int { probe.population.shape.channels }

  init(_ probe: LayerProbe, _ facts: CalibratedPopulation, start: Int) {
    self.probe = probe
    self.start = start
    let channels = probe.population.shape.channels
    let corrections = facts.biasCorrections ?? [Float](repeating: 0, count: channels)
    self.corrections = corrections
    let count = probe.population.shape.count
    let steps = Float(probe.timesteps - start)
    scores = parallelMap(probe.samples, threads: probe.threads) { sample in
      var sums = [Float](repeating: 0, count: count)
      probe.layer.currents(sample: sample, timesteps: probe.timesteps) { step, currents in
        guard step >= start else { return }
        for neuron in 0..<count { sums[neuron] += currents[neuron] }
      }
      for neuron in 0..<count {
        sums[neuron] = sums[neuron] / steps + corrections[neuron % channels]
      }
      return sums
    }
  }

  /// The trained network's scores of a sample, channel-last.
  func targets(_ sample: Int) -> [Float] {
    let order = ChannelLastOrder(shape: probe.population.shape)
    return (0..<neurons).map { probe.activations[sample][order.place(channelLast: $0)] }
  }

  /// By sample (the first few) and window the counts from t0 on, channel-last.
  func counts(_ windows: [CountedScores], samples: Int) -> [[[Float]]] {
    let shape = probe.population.shape
    let atRest = windows.map { window in
      var parameters = ChannelParameters(thresholds: window.thresholds)
      parameters.biasCorrections = zip(corrections, window.offsets).map(+)
      return RateNeurons(parameters, shape: shape, reset: probe.population.reset)
    }
    return parallelMap(samples, threads: probe.threads) { sample in
      var neurons = atRest
      probe.layer.currents(sample: sample, timesteps: timesteps) { step, currents in
        for window in neurons.indices {
          neurons[window].step(currents, counting: step >= start)
        }
      }
      return neurons.map { Array($0.counts.prefix(shape.count)) }
    }
  }
}

/// One window for all classes.
enum ClassWindow {
  /// Shares of the highest scores (of the second highest) where windows end (begin).
  private static let ends: [Double] = [1, 0.95, 0.8, 0.5]
  private static let begins: [Double] = [0, 0.05, 0.25, 0.5, 0.75]

  /// The window that agrees best; where several do, the one at the least risk, then the widest.
  ///
  /// Risk: a count may be off by one or two for want of levels, so that of a lead of m spikes over the best
  /// other class 2^−m is added for each sample.
  static func choose(_ trial: CountTrial) -> (
    scores: CountedScores, agreeing: Int, agreeingByPotentials: Int
  ) {
    let windows = candidates(trial)
    let counts = trial.counts(windows, samples: trial.scores.count)
    let wanted = trial.scores.indices.map { firstLargest(trial.targets($0)) }
    var (best, bestAgreeing, leastRisk) = (0, -1, Double.infinity)
    for window in windows.indices {
      var (agreeing, risk) = (0, 0.0)
      for sample in counts.indices {
        let row = counts[sample][window]
        if firstLargest(row) == wanted[sample] { agreeing += 1 }
        risk += Self.risk(row, wanted: wanted[sample])
      }
      if agreeing > bestAgreeing || (agreeing == bestAgreeing && risk < leastRisk) {
        (best, bestAgreeing, leastRisk) = (window, agreeing, risk)
      }
    }
    var scores = windows[best]
    scores.rate = meanRate(counts, best, steps: trial.steps)
    let byPotentials = trial.scores.indices.count { firstLargest(trial.scores[$0]) == wanted[$0] }
    return (scores, bestAgreeing, byPotentials)
  }

  private static func risk(_ counts: [Float], wanted: Int) -> Double {
    var others: Float = 0
    for index in counts.indices where index != wanted { others = max(others, counts[index]) }
    return exp2(-Double(max(0, counts[wanted] - others)))
  }

  /// Windows from the widest to the narrowest.
  private static func candidates(_ trial: CountTrial) -> [CountedScores] {
    var (first, second): ([Float], [Float]) = ([], [])
    var lowest = Float.infinity
    for row in trial.scores {
      let best = firstLargest(row)
      first.append(row[best])
      second.append(row.indices.reduce(-.infinity) { $1 == best ? $0 : max($0, row[$1]) })
      lowest = row.reduce(lowest, min)
    }
    first.sort()
    second = second.filter(\.isFinite).sorted()
    let lows = [lowest] + (second.isEmpty ? [] : begins.map { quantile(second, $0) })
    var windows: [(low: Float, high: Float)] = []
    for high in ends.map({ quantile(first, $0) }) {
      for low in lows where high > low { windows.append((low, high)) }
    }
    if windows.isEmpty { windows = [(lowest - 1, lowest)] }
    windows.sort { $0.high - $0.low > $1.high - $1.low }
    return windows.map { window in
      CountedScores(
        thresholds: [Float](repeating: window.high - window.low, count: trial.channels),
        offsets: [Float](repeating: -window.low, count: trial.channels), rate: 0)
    }
  }

  private static func firstLargest(_ scores: [Float]) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }

  /// Mean spikes per neuron and step of a window.
  static func meanRate(_ counts: [[[Float]]], _ window: Int, steps: Int) -> Float {
    var (sum, number) = (0.0, 0)
    for sample in counts {
      for count in sample[window] { sum += Double(count) }
      number += sample[window].count
    }
    return Float(sum / Double(max(1, number * steps)))
  }

  /// The value that a share of ascending values does not exceed.
  static func quantile(_ ascending: [Float], _ share: Double) -> Float {
    let rank = Int((share * Double(ascending.count - 1)).rounded())
    return ascending[min(max(rank, 0), ascending.count - 1)]
  }
}

/// A window for each channel.
enum ValueWindow {
  /// Shares of a channel's scores left out at either end.
  private static let tails: [Double] = [0, 0.002, 0.01, 0.03]
  /// Neuron updates one choice may take.
  private static let mostUpdates = 1 << 32

  /// By channel the window with the least squared error against the trained network's scores.
  static func choose(_ trial: CountTrial) -> (scores: CountedScores, error: Float) {
    let windows = tails.map { window(trial, tail: $0) }
    let perSample = max(1, trial.neurons * trial.timesteps * windows.count)
    let samples = min(trial.scores.count, max(4, mostUpdates / perSample))
    let counts = trial.counts(windows, samples: samples)
    var errors = windows.map { _ in [Double](repeating: 0, count: trial.channels) }
    var size = 0.0
    for sample in counts.indices {
      let targets = trial.targets(sample)
      size += targets.reduce(0.0) { $0 + Double($1) * Double($1) }
      for (index, window) in windows.enumerated() {
        for neuron in targets.indices {
          let channel = neuron % trial.channels
          let score =
            counts[sample][index][neuron] * window.thresholds[channel] / Float(trial.steps)
            - window.offsets[channel]
          let difference = Double(score - targets[neuron])
          errors[index][channel] += difference * difference
        }
      }
    }
    var scores = windows[0]
    var total = 0.0
    for channel in 0..<trial.channels {
      var best = 0
      for index in windows.indices where errors[index][channel] < errors[best][channel] {
        best = index
      }
      scores.thresholds[channel] = windows[best].thresholds[channel]
      scores.offsets[channel] = windows[best].offsets[channel]
      total += errors[best][channel]
    }
    scores.rate = ClassWindow.meanRate(counts, 0, steps: trial.steps)
    return (scores, Float(total / max(size, 1e-30)))
  }

  private static func window(_ trial: CountTrial, tail: Double) -> CountedScores {
    let peak = trial.scores.reduce(Float(0)) { $1.reduce($0) { max($0, abs($1)) } }
    var result = CountedScores(thresholds: [], offsets: [], rate: 0)
    for channel in 0..<trial.channels {
      let values = trial.scores.flatMap { row in
        stride(from: channel, to: row.count, by: trial.channels).map { row[$0] }
      }.sorted()
      let low = ClassWindow.quantile(values, tail)
      let high = ClassWindow.quantile(values, 1 - tail)
      // A channel that always says the same needs a window all the same.
      let width = high - low > peak * 1e-4 ? high - low : max(peak, 1e-3)
      result.thresholds.append(width)
      result.offsets.append(-low)
    }
    return result
  }
}
