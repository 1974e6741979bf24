import LoomNetwork

/// What stands behind the last linear layer and is left to the host: functions that keep the order of
/// the scores, so that the first largest score stays where it is.
struct OutputTail {
  /// The values to convert, one for each answer.
  private(set) var roots: [ValueID] = []
  /// The functions between each root and the first answer made of it, in order of computation; nothing where the
  /// root is an answer itself, or the answer is an index.
  private(set) var functions: [[Layer]] = []
  /// What was left out.
  private(set) var remarks: [String] = []

  /// Looks behind the outputs of a network.
  init(_ network: Network) {
    var producers: [ValueID: Layer] = [:]
    for layer in network.layers { for output in layer.outputs { producers[output] = layer } }
    for output in network.outputs {
      var root = output
      var probe = output
      var (passed, left): ([Layer], [Layer]) = ([], [])
      while let layer = producers[probe], let input = layer.inputs.first ?? nil {
        passed.append(layer)
        if layer.operation.isMonotoneTail {
          left = passed.filter(\.operation.isMonotoneTail)
          remarks.append(
            "\(layer.sourceType) '\(layer.name)' at the output left out: arg-max unchanged")
          root = input
        } else if !layer.operation.isTransparent {
          break
        }
        probe = input
      }
      let isIndex = left.contains { if case .argMax = $0.operation { true } else { false } }
      guard let known = roots.firstIndex(of: root) else {
        roots.append(root)
        functions.append(isIndex ? [] : left.reversed())
        continue
      }
      if root == output { functions[known] = [] }
    }
  }
}

extension LoomNetwork.Operation {
  fileprivate var isMonotoneTail: Bool {
    switch self {
    case .softmax, .logSoftmax, .argMax, .unary(.sigmoid), .unary(.tanh): true
    default: false
    }
  }

  fileprivate var isTransparent: Bool {
    switch self {
    case .identity, .dropout, .cast, .flatten, .reshape, .squeeze, .unsqueeze: true
    default: false
    }
  }
}
