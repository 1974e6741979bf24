import LoomNetwork

/// Gives constants that are one number repeated values of either sign, as trained weights have.
///
/// A model published for its topology alone has every weight 0 or 1. Taken literally, no sum could be
/// negative, every Relu would be without effect, and whole networks would compose into one linear region.
/// Before: weights 0, 0, 0, 0. After: −1, 1, −1, 1.
struct SignedConstants {
  /// The network with values in place of such constants.
  private(set) var network: Network
  /// How many constants were given values.
  private(set) var count = 0

  init(_ network: Network) {
    self.network = network
    for layer in network.layers {
      switch layer.operation {
      case .convolution, .transposedConvolution, .gemm, .matMul:
        alternate(layer, 1)
        alternate(layer, 2)
      case .batchNormalization:
        keepFromZero(layer, 1)
        alternate(layer, 2)
        keepFromZero(layer, 4)
      case .prelu: keepFromZero(layer, 1)
      case .binary(.add), .binary(.subtract), .binary(.sum):
        for position in layer.inputs.indices { alternate(layer, position) }
      case .binary(.multiply), .binary(.divide):
        for position in layer.inputs.indices { keepFromZero(layer, position) }
      default: break
      }
    }
  }

  private func splat(_ layer: Layer, _ position: Int) -> (
    id: ValueID, tensor: Tensor, value: Double
  )? {
    guard position < layer.inputs.count, let id = layer.inputs[position],
      let tensor = network.constants[id], tensor.type.isFloating, !tensor.shape.isEmpty,
      case .splat(let value) = tensor.storage
    else { return nil }
    return (id, tensor, value)
  }

  private mutating func alternate(_ layer: Layer, _ position: Int) {
    guard let found = splat(layer, position) else { return }
    let size = Float(abs(found.value))
    let magnitude = size > 0 && size.isFinite ? size : 1
    var values = [Float](repeating: magnitude, count: found.tensor.count)
    for index in stride(from: 0, to: values.count, by: 2) { values[index] = -magnitude }
    network.constants[found.id] = Tensor(shape: found.tensor.shape, floats: values)
    count += 1
  }

  private mutating func keepFromZero(_ layer: Layer, _ position: Int) {
    guard let found = splat(layer, position), !(found.value > 0) else { return }
    network.constants[found.id]?.storage = .splat(1)
    count += 1
  }
}
