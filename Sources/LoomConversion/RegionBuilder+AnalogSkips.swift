import LoomBase
import LoomNetwork

/// Sums of the analog input and of spikes: the skip connections of pre-activation residual networks.
extension RegionBuilder {
  /// Whether one operand of a sum reads the analog input alone and another reads neurons.
  func mixesAnalogAndSpikes(_ layer: Layer) throws -> Bool {
    var (hasAnalog, hasSpikes) = (false, false)
    for (position, input) in layer.inputs.enumerated() {
      guard let input, constants[input] == nil else { continue }
      let operand = try value(layer, position)
      hasAnalog = hasAnalog || operand.isAnalog
      hasSpikes = hasSpikes || operand.terms.contains { $0.source != Term.input }
    }
    return hasAnalog && hasSpikes
  }

  /// An operand of a sum in the sum's shape; an analog one as ReLU(x) − ReLU(−x) where asked.
  mutating func summand(
    _ layer: Layer, _ position: Int, _ shape: [Int], byPairs: Bool
  ) throws -> AffineValue {
    let operand = try expanded(layer, value(layer, position), to: shape)
    guard byPairs, operand.isAnalog else { return operand }
    let zero = AffineValue(layout: operand.layout, terms: [], bias: [], origin: operand.origin)
    let plus = try neurons(operand, kind: .pair, name: "\(layer.name).plus", bound: nil)
    let minus = try neurons(
      zero.adding(operand, factor: -1), kind: .pair, name: "\(layer.name).minus", bound: nil)
    remarks.append("analog operand of '\(layer.name)' by neurons: ReLU(x) − ReLU(−x)")
    return plus.adding(minus, factor: -1)
  }
}

extension AffineValue {
  /// Whether the value depends on the analog input and on no neuron.
  fileprivate var isAnalog: Bool {
    !terms.isEmpty && terms.allSatisfy { $0.source == Term.input }
  }
}
