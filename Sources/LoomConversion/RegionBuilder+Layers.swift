import LoomBase
import LoomNetwork

extension RegionBuilder {
  /// Builds one layer; throws a `Refusal` where the layer cannot be converted.
  mutating func build(_ layer: Layer) throws {
    switch layer.operation {
    case .convolution(let window, let groups): try convolution(layer, window, groups: groups)
    case .transposedConvolution(let window, let groups, let padding, let shape):
      try transposedConvolution(
        layer, window, groups: groups, outputPadding: padding, outputShape: shape)
    case .gemm(let alpha, let beta, let transposeA, let transposeB):
      try gemm(
        layer, alpha: alpha, beta: beta, transposeA: transposeA, transposeB: transposeB)
    case .matMul: try matMul(layer)
    case .batchNormalization(let epsilon): try batchNormalization(layer, epsilon: epsilon)
    case .binary(let function): try binary(layer, function)
    case .unary(let function): try unary(layer, function)
    case .parametric(.leakyRelu(let alpha)): try leakyRelu(layer, alpha: alpha)
    case .prelu: try prelu(layer)
    case .clip: try clip(layer)
    case .averagePool(let window, let ceilMode, let countIncludePad):
      try averagePool(layer, window, ceilMode: ceilMode, countIncludePad: countIncludePad)
    case .globalAveragePool: try globalAveragePool(layer)
    case .maxPool(let window, let ceilMode, _): try maxPool(layer, window, ceilMode: ceilMode)
    case .globalMaxPool: try globalMaxPool(layer)
    case .quantizeLinear(let axis, let blockSize, let type):
      try quantizeLinear(layer, axis: axis, blockSize: blockSize, type)
    case .dequantizeLinear(let axis, let blockSize):
      try dequantizeLinear(layer, axis: axis, blockSize: blockSize)
    case .reduce(let reduction, let keep, let noop):
      try reduce(layer, reduction, keepDimensions: keep, noopWithEmptyAxes: noop)
    case .identity, .dropout, .cast: finish(layer, try value(layer), named: false)
    default: try buildShape(layer)
    }
    if case .dropout = layer.operation, let input = layer.inputs.first ?? nil,
      let output = layer.outputs.first
    {
      bounds[output] = bounds[input]
    }
  }

  private mutating func buildShape(_ layer: Layer) throws {
    switch layer.operation {
    case .flatten(let axis): try flatten(layer, axis: axis)
    case .reshape(let allowZero): try reshape(layer, allowZero: allowZero)
    case .transpose(let permutation): try transpose(layer, permutation)
    case .squeeze: try squeeze(layer)
    case .unsqueeze: try unsqueeze(layer)
    case .concat(let axis): try concat(layer, axis: axis)
    case .split(let axis): try split(layer, axis: axis)
    case .slice: try slice(layer)
    case .gather(let axis): try gather(layer, axis: axis)
    case .pad(let mode): try pad(layer, mode)
    case .expand, .tile: try repeatElements(layer)
    case .resize(let mode): try resize(layer, mode)
    case .depthToSpace(let block, let columnRowDepth):
      try depthToSpace(layer, block: block, columnRowDepth: columnRowDepth)
    case .spaceToDepth(let block): try spaceToDepth(layer, block: block)
    default: throw Refusal(diagnostic: Self.unsuitable(layer))
    }
  }

  /// Why a layer cannot be converted, and what to do.
  static func unsuitable(_ layer: Layer) -> Diagnostic {
    let name = layer.sourceType
    switch layer.operation {
    case .parametric, .unary(.sigmoid), .unary(.tanh), .unary(.softplus), .unary(.softsign),
      .unary(.hardSwish), .unary(.mish), .unary(.gelu), .unary(.erf):
      return .unsuitable(
        layer,
        why:
          "needs an activation spike rates can stand for (Relu, LeakyRelu, PRelu, Abs, or Clip), has \(name)",
        remedy: "replace it by Relu, fine-tune, and export anew")
    case .softmax, .logSoftmax, .argMax:
      return .unsuitable(
        layer, why: "needs \(name) only at the output, has it in the middle of the network",
        remedy: "cut the network behind its last linear layer; attention has no spiking form here")
    case .instanceNormalization, .localResponseNormalization:
      return .unsuitable(
        layer, why: "needs normalisation by constants, has \(name), which depends on the sample",
        remedy: "train with BatchNormalization instead")
    case .quantizeLinear, .dequantizeLinear, .integerMatMul, .quantizedConvolution,
      .quantizedMatMul:
      return .unsuitable(
        layer, why: "needs float layers, has the quantised \(name)",
        remedy: "give the float network: weights are quantised for the chip later")
    case .unsupported(let reason):
      return .unsuitable(
        layer, why: "needs a layer that can be executed, has \(name): \(reason)",
        remedy: "replace the layer, or export with plainer operators")
    default:
      return .unsuitable(
        layer, why: "needs a linear layer, Relu or pooling, has \(name)",
        remedy: "replace the layer by linear layers and Relu, retrain, and export anew")
    }
  }
}
