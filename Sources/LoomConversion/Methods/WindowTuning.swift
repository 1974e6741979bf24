import Foundation
import LoomBase

/// Tunes full scales and biases of a window code on calibration samples, so that the answers come closest to the
/// trained network's: gradient descent through all layers together, no labels, weights as they are.
///
/// Layer-wise calibration leaves what layers do to each other; in deep networks of few levels that is most of the loss.
/// Steps of Adam fall along a cosine to zero; what is kept is their exponential mean, and that only where it lowers the
/// loss on samples that were held out. (The pass with the least such loss was tried instead: luck decides which one it is.)
/// Digits ResNet-110, T = 4: calibration alone loses 7 of 500 test images; five orders of the samples lose 1, 5, 4, 1
/// and 3 after 10 passes, 6, 4, 5, 5 and 3 after 20. The squared error of scores does not fall there. Where the trained
/// network is sure of all calibration samples (its training set), those it is not sure of gain nothing: ResNet-20 and
/// ResNet-44 agree with it less often after tuning, of which held-out samples of the same set see only a part.
struct WindowTuning {
  /// What tuning found.
  struct Outcome {
    /// Full scales and biases; those it began with where the loss did not fall.
    var populations: [CalibratedPopulation]
    /// The mean loss on samples that were held out, before and after.
    var loss: (before: Double, after: Double)
    /// The number of samples held out.
    var heldOut: Int
    /// Whether the loss is a divergence of classes, not an error of numbers.
    var isOfClasses: Bool
  }

  let slope: WindowSlope
  let passes: Int

  /// Samples of one step.
  private static let batch = 64
  /// The first step's size, in ln λ and in biases as a share of λ.
  private static let rate = 3e-3
  /// What the mean keeps at each step.
  private static let memory: Float = 0.98

  /// Tunes; nil where every channel is as it was trained to be.
  func run(progress: ((String) -> Void)?) -> Outcome? {
    if slope.isSettled { return nil }
    let start = slope.start
    let before = slope.loss(start, of: heldOut)
    var (parameters, mean) = (start, start)
    var descent = Descent(count: start.count)
    var random = SeededGenerator(seed: 1)
    for pass in 0..<passes {
      progress?("tuning all layers together (pass \(pass + 1) of \(passes))")
      descend(&parameters, &mean, &descent, fitted.shuffled(using: &random), pass: pass)
    }
    let after = slope.loss(mean, of: heldOut)
    return Outcome(
      populations: slope.populations(after < before ? mean : start), loss: (before, after),
      heldOut: heldOut.count, isOfClasses: slope.isOfClasses)
  }

  /// Samples that decide whether it helped: one of five, or all where there are few.
  private var heldOut: [Int] { (0..<slope.count).filter { slope.count < 50 || $0 % 5 == 4 } }

  /// Samples that parameters follow.
  private var fitted: [Int] { (0..<slope.count).filter { slope.count < 50 || $0 % 5 != 4 } }

  /// One pass over some samples.
  private func descend(
    _ parameters: inout [Float], _ mean: inout [Float], _ descent: inout Descent, _ order: [Int],
    pass: Int
  ) {
    for start in stride(from: 0, to: order.count, by: Self.batch) {
      let chosen = Array(order[start..<min(start + Self.batch, order.count)])
      let done = (Double(pass) + Double(start) / Double(order.count)) / Double(passes)
      descent.step(
        &parameters, slope.gradient(parameters, of: chosen),
        rate: Self.rate / 2 * (1 + cos(.pi * done)))
      for index in mean.indices {
        mean[index] += (1 - Self.memory) * (parameters[index] - mean[index])
      }
    }
  }
}

/// Steps along the mean gradient, divided by its root mean square (Adam: Kingma and Ba 2015, arXiv 1412.6980,
/// algorithm 1).
private struct Descent {
  private var mean: [Float]
  private var square: [Float]
  private var steps = 0

  private static let meanMemory: Float = 0.9
  private static let squareMemory: Float = 0.999
  private static let smallest: Float = 1e-8

  /// Nothing has been seen of so many parameters.
  init(count: Int) {
    mean = [Float](repeating: 0, count: count)
    square = mean
  }

  /// Takes one step of a size.
  mutating func step(_ parameters: inout [Float], _ gradient: [Float], rate: Double) {
    steps += 1
    let first = 1 - pow(Self.meanMemory, Float(steps))
    let second = 1 - pow(Self.squareMemory, Float(steps))
    for index in parameters.indices {
      let slope = gradient[index]
      mean[index] += (1 - Self.meanMemory) * (slope - mean[index])
      square[index] += (1 - Self.squareMemory) * (slope * slope - square[index])
      let size = (square[index] / second).squareRoot() + Self.smallest
      parameters[index] -= Float(rate) * (mean[index] / first) / size
    }
  }
}
