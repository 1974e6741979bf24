/// How well a spiking network's answers agree with the trained network's, for every step t0 to read from.
struct AnswerAgreement: Sendable {
  /// By mark: samples whose first largest score is the same.
  private(set) var same: [Int] = []
  /// By mark: Σ (score − ANN score)² / Σ ANN score², over samples and outputs.
  private(set) var distance: [Double] = []
  /// Steps from which the answer may be read.
  let starts: [Int]
  /// The number of samples.
  let samples: Int
  /// Σ ANN score² over samples and outputs.
  let size: Double

  /// Compares the answers of a simulation, its readouts corrected if asked.
  init(_ answer: RateSimulation.Answer, correction: ReadoutCorrection? = nil) {
    starts = Array(answer.marks.dropLast())
    samples = answer.targets.count
    size = answer.targets.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
    for mark in starts.indices {
      var (agreeing, squares) = (0, 0.0)
      for sample in answer.targets.indices {
        var scores = answer.scores(sample: sample, from: mark)
        if let correction {
          for element in scores.indices { scores[element] += correction.offsets[mark][element] }
        }
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

  /// The mark with the least distance among those that leave at least a quarter of the window.
  var nearest: Int {
    var nearest = 0
    for mark in starts.indices
    where 4 * mark <= 3 * starts.count && distance[mark] < distance[nearest] { nearest = mark }
    return nearest
  }

  private static func firstLargest(_ scores: [Float]) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }
}
