import LoomNetwork

/// What stands behind the last linear layer and is left to the host: functions that keep the order of
/// the scores, so that the first largest score stays where it is.
struct OutputTail {
  /// The values to convert, one for each answer.
  private(set) var roots: [ValueID] = []
  /// What was left out.
  private(set) var remarks: [String] = []

  /// Looks behind the outputs of a network.
  init(_ network: Network) {
    var producers: [ValueID: Layer] = [:]
    for layer in network.layers { for output in layer.outputs { producers[output] = layer } }
    for output in network.outputs {
      var root = output
      var probe = output
      while let layer = producers[probe], let input = layer.inputs.first ?? nil {
        if layer.operation.isMonotoneTail {
          remarks.append(
            "\(layer.sourceType) '\(layer.name)' at the output left out: arg-max unchanged")
          root = input
        } else if !layer.operation.isTransparent {
          break
        }
        probe = input
      }
      if !roots.contains(root) { roots.append(root) }
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
