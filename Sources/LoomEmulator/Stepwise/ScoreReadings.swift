/// What every answering neuron held after every aligned step of every sample.
///
/// Row j of a sample, 0 ≤ j ≤ T, holds potentials (of outputs that count spikes: the count) after aligned
/// step j − 1, row 0 those with which the window opens. The scores of a run of T′ steps with readout start
/// t0 are row T′ minus row t0.
public struct ScoreReadings: Sendable, Hashable {
  /// Number of samples.
  public var samples: Int
  /// T.
  public var timesteps: Int
  /// Scores of one sample, output after output, channel-first.
  public var width: Int
  /// By score whether it counts the spikes of the whole window, so that t0 does not touch it.
  public var countsSpikes: [Bool]
  /// Scores of the first output, among which is the class.
  public var classes: Int
  /// samples × (T + 1) × width.
  public var values: [Int32]

  /// Creates readings from their parts; without `classes` there is one output.
  public init(
    samples: Int, timesteps: Int, countsSpikes: [Bool], classes: Int? = nil, values: [Int32]
  ) {
    precondition(
      values.count == samples * (timesteps + 1) * countsSpikes.count, "T + 1 rows for each sample")
    self.samples = samples
    self.timesteps = timesteps
    self.countsSpikes = countsSpikes
    self.values = values
    width = countsSpikes.count
    self.classes = min(classes ?? width, width)
  }

  /// The rows of a sample, one after another.
  public func rows(sample: Int) -> ArraySlice<Int32> {
    let size = (timesteps + 1) * width
    return values[(sample * size)..<((sample + 1) * size)]
  }

  /// The scores of a sample after a run of some length.
  public func scores(sample: Int, length: RunLength) -> [Int64] {
    ScoreReadings.scores(
      rows(sample: sample), from: length.readoutStart, to: length.timesteps,
      countsSpikes: countsSpikes)
  }

  /// The class a sample is given after a run of some length: the first largest score of the first output.
  public func prediction(sample: Int, length: RunLength) -> Int32 {
    Int32(truncatingIfNeeded: Contest(scores(sample: sample, length: length).prefix(classes)).best)
  }

  /// Row `to` minus row `from` of one sample.
  static func scores(
    _ rows: ArraySlice<Int32>, from: Int, to: Int, countsSpikes: [Bool]
  ) -> [Int64] {
    let width = countsSpikes.count
    let (last, first) = (rows.startIndex + to * width, rows.startIndex + from * width)
    return countsSpikes.indices.map { score in
      Int64(rows[last + score])
        - Int64(rows[(countsSpikes[score] ? rows.startIndex : first) + score])
    }
  }
}

/// The best of some scores and how far it is ahead.
struct Contest {
  /// The first largest score.
  var best = 0
  /// The largest score minus the next one; 0 where there are fewer than two.
  var margin: Int64 = 0

  init(_ scores: ArraySlice<Int64>) {
    for index in scores.indices where scores[index] > scores[best] { best = index }
    var second: Int64?
    for index in scores.indices where index != best {
      second = max(second ?? scores[index], scores[index])
    }
    if let second { margin = scores[best] - second }
  }
}
