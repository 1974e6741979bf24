/// How well a spiking network's answers agree with the trained network's, for every step t0 to read from.
struct AnswerAgreement: Sendable {
  /// By mark: samples whose first largest score is the same.
  private(set) var same: [Int]
  /// By mark: Σ (score − ANN score)² / Σ ANN score², over samples and outputs.
  private(set) var distance: [Double]
  /// Steps from which the answer may be read; the last mark, T, is none.
  let starts: [Int]
  /// The number of samples.
  let samples: Int

  /// Compares the answers of a simulation.
  init(_ answer: RateSimulation.Answer) {
    starts = Array(answer.marks.dropLast())
    samples = answer.targets.count
    let size = answer.targets.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
    (same, distance) = ([], [])
    for mark in starts.indices {
      var (agreeing, squares) = (0, 0.0)
      for sample in answer.targets.indices {
        let scores = answer.scores(sample: sample, from: mark)
        let target = answer.targets[sample]
        if Self.firstLargest(scores) == Self.firstLargest(target) { agreeing += 1 }
        for (score, wanted) in zip(scores, target) {
          squares += Double(score - wanted) * Double(score - wanted)
        }
      }
      same.append(agreeing)
      distance.append(squares / max(size, 1e-30))
    }
  }

  /// The mark with the most agreement up to half of the window; ties: the least distance.
  var best: Int {
    var best = 0
    for mark in starts.indices where 2 * starts[mark] <= starts.last! + 1 {
      if (same[mark], -distance[mark]) > (same[best], -distance[best]) { best = mark }
    }
    return best
  }

  private static func firstLargest(_ scores: [Float]) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }
}
