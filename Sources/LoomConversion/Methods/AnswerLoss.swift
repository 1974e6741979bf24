import Foundation
import LoomBase
import LoomNetwork

/// How far answers are from the trained network's, and which way they should go.
///
/// Of classes the Kullback–Leibler divergence of the softmax of the scores from the softmax of the trained network's
/// (distillation: Hinton and others 2015, arXiv 1503.02531, at temperature 1), a mean over positions; of other
/// numbers the squared error as a share of the variance of an output's numbers. Of several outputs the mean.
struct AnswerLoss: Sendable {
  /// The shapes of the outputs, one after the other.
  private let shapes: [MapShape]
  /// Whether softmax says what the answers mean.
  let isOfClasses: Bool
  /// 1 / variance of each output's numbers, as its share of all outputs.
  private let weights: [Float]
  /// Numbers in one answer.
  let count: Int

  /// Measures the variance of the trained network's answers, sample after sample.
  ///
  /// - Parameter kind: what the numbers are; nil: classes where there is one output of one position with several
  ///   channels.
  init(shapes: [MapShape], answers: [Float], kind: AnswerKind?) {
    self.shapes = shapes
    isOfClasses =
      switch kind {
      case .classes: true
      case .values: false
      case nil: shapes.count == 1 && shapes[0].positions == 1 && shapes[0].channels > 1
      }
    count = shapes.reduce(0) { $0 + $1.count }
    var weights: [Float] = []
    var first = 0
    for shape in shapes {
      var (sum, squares) = (0.0, 0.0)
      for base in stride(from: first, to: answers.count, by: max(1, count)) {
        for value in answers[base..<base + shape.count] {
          sum += Double(value)
          squares += Double(value) * Double(value)
        }
      }
      let numbers = Double(max(1, answers.count / max(1, count) * shape.count))
      let variance = squares / numbers - sum / numbers * (sum / numbers)
      let weight = variance > 1e-12 * squares / numbers ? Float(1 / variance) : 0
      weights.append(weight.isFinite ? weight / Float(shapes.count) : 0)
      first += shape.count
    }
    self.weights = weights
  }

  /// The summed loss of answers, sample after sample, and its gradient.
  func sum(_ answers: [Float], wanted: [Float]) -> (loss: Double, gradient: [Float]) {
    var result: (loss: Double, gradient: [Float]) = (0, [])
    var gradient: [Float] = []
    for start in stride(from: 0, to: answers.count, by: max(1, count)) {
      result.loss += value(
        answers[start..<start + count], wanted: wanted[start..<start + count], gradient: &gradient)
      result.gradient += gradient
    }
    return result
  }

  /// The loss of one answer; its gradient goes to `gradient`.
  private func value(
    _ answer: ArraySlice<Float>, wanted: ArraySlice<Float>, gradient: inout [Float]
  )
    -> Double
  {
    gradient = [Float](repeating: 0, count: count)
    var (sum, first) = (0.0, 0)
    for (shape, weight) in zip(shapes, weights) {
      if isOfClasses {
        let share = 1 / Float(max(1, shape.positions) * shapes.count)
        for position in 0..<shape.positions {
          let places = stride(from: first + position, to: first + shape.count, by: shape.positions)
          sum += Self.divergence(answer, wanted, places, share, &gradient)
        }
      } else {
        let scale = weight / Float(max(1, shape.count))
        for place in first..<first + shape.count {
          let error = answer[answer.startIndex + place] - wanted[wanted.startIndex + place]
          sum += Double(scale * error * error)
          gradient[place] = 2 * scale * error
        }
      }
      first += shape.count
    }
    return sum
  }

  /// KL(wanted ‖ answer) of the classes at some places, times `share`.
  private static func divergence(
    _ answer: ArraySlice<Float>, _ wanted: ArraySlice<Float>, _ places: StrideTo<Int>,
    _ share: Float, _ gradient: inout [Float]
  ) -> Double {
    let said = logSoftmax(places.map { answer[answer.startIndex + $0] })
    let trained = logSoftmax(places.map { wanted[wanted.startIndex + $0] })
    var sum: Float = 0
    for (index, place) in places.enumerated() {
      sum += exp(trained[index]) * (trained[index] - said[index])
      gradient[place] = share * (exp(said[index]) - exp(trained[index]))
    }
    return Double(share * sum)
  }

  private static func logSoftmax(_ scores: [Float]) -> [Float] {
    let largest = scores.max() ?? 0
    let total = scores.reduce(Float(0)) { $0 + exp($1 - largest) }
    let shift = largest + log(total)
    return scores.map { $0 - shift }
  }
}
