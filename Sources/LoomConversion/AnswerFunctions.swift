import LoomBase
import LoomExecution
import LoomNetwork

/// The functions behind the answers that the host applies: sigmoid, tanh, softmax and its logarithm.
///
/// They keep the order of scores, so that classes need none of them; numbers that are judged for themselves
/// (an autoencoder's picture, a regressor's share) do.
struct AnswerFunctions: Sendable {
  /// A function and the shape of what it reads, without the batch axis.
  private struct Step: Sendable {
    var layer: Layer
    var shape: [Int]
  }

  private let steps: [[Step]]
  private let layouts: [TensorLayout]

  /// The functions behind the answers of a network that lie in maps as `layouts` say.
  init(_ network: Network, layouts: [TensorLayout]) {
    self.layouts = layouts
    let functions = OutputTail(network).functions
    steps = layouts.indices.map { output in
      guard output < functions.count else { return [] }
      let count = layouts[output].count
      return functions[output].map { layer in
        let known = layer.inputs.first.flatMap { $0 }.flatMap { network[$0].shape }
        let shape = known.map { Array($0.dropFirst()) } ?? []
        let isKnown = !shape.isEmpty && shape.allSatisfy { $0 > 0 } && shape.reduce(1, *) == count
        return Step(layer: layer, shape: isKnown ? shape : layouts[output].shape)
      }
    }
  }

  /// Whether there are none.
  var isEmpty: Bool { steps.allSatisfy(\.isEmpty) }

  /// Answers (sample after sample, outputs one after another, channel-first) behind the functions.
  func applied(to values: [Float], samples: Int) throws(ExecutionError) -> [Float] {
    guard !isEmpty else { return values }
    let width = layouts.reduce(0) { $0 + $1.count }
    var result = values
    var first = 0
    for (layout, steps) in zip(layouts, steps) {
      defer { first += layout.count }
      guard !steps.isEmpty else { continue }
      let indices = layout.indices
      var tensor: [Float] = []
      tensor.reserveCapacity(samples * layout.count)
      for sample in 0..<samples {
        for index in indices { tensor.append(values[sample * width + first + Int(index)]) }
      }
      for step in steps {
        let read = Tensor(shape: [samples] + step.shape, floats: tensor)
        let written = try LayerEvaluator.evaluate(step.layer, inputs: [read], outputCount: 1)
        tensor = written.first?.floats ?? tensor
      }
      for sample in 0..<samples {
        for (element, index) in indices.enumerated() {
          result[sample * width + first + Int(index)] = tensor[sample * layout.count + element]
        }
      }
    }
    return result
  }
}
