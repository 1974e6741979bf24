/// How an operator's padding is given.
public enum AutoPad: String, Sendable, Equatable {
  case notSet = "NOTSET"
  case sameUpper = "SAME_UPPER"
  case sameLower = "SAME_LOWER"
  case valid = "VALID"
}

/// The window of a convolution or pooling: one entry for each spatial axis.
public struct Window: Sendable, Equatable {
  /// Kernel extent of each axis (empty: take it from the weights).
  public var kernel: [Int]
  /// Stride of each axis (empty: 1).
  public var strides: [Int]
  /// Padding: begins of all axes, then ends of all axes (empty: 0).
  public var pads: [Int]
  /// Dilation of each axis (empty: 1).
  public var dilations: [Int]
  /// Automatic padding, if any.
  public var autoPad: AutoPad

  /// Creates a window.
  public init(
    kernel: [Int] = [], strides: [Int] = [], pads: [Int] = [], dilations: [Int] = [],
    autoPad: AutoPad = .notSet
  ) {
    self.kernel = kernel
    self.strides = strides
    self.pads = pads
    self.dilations = dilations
    self.autoPad = autoPad
  }
}

/// How a Pad layer fills.
public enum PadMode: String, Sendable, Equatable {
  case constant
  case reflect
  case edge
  case wrap
}

/// An element-wise function of one tensor.
public enum UnaryFunction: String, Sendable, Equatable {
  case relu, sigmoid, tanh, softplus, softsign, exp, log, sqrt, reciprocal, abs, negate
  case floor, ceil, round, erf, sign, not, sin, cos, hardSwish, mish, gelu
}

/// An element-wise function with parameters.
public enum ParametricFunction: Sendable, Equatable {
  case leakyRelu(alpha: Float)
  case elu(alpha: Float)
  case selu(alpha: Float, gamma: Float)
  case hardSigmoid(alpha: Float, beta: Float)
  case thresholdedRelu(alpha: Float)
  case celu(alpha: Float)
}

/// An element-wise function of two (or more, for sum, mean, max, min) tensors, with broadcasting.
public enum BinaryFunction: String, Sendable, Equatable {
  case add, subtract, multiply, divide, power, modulo
  case maximum, minimum, sum, mean
  case equal, greater, less, greaterOrEqual, lessOrEqual, and, or, xor
}

/// A reduction over axes.
public enum Reduction: String, Sendable, Equatable {
  case mean, sum, max, min, product, l1, l2, sumSquare, logSumExp
}

/// How Resize or Upsample picks its samples.
public struct ResizeMode: Sendable, Equatable {
  /// `nearest`, `linear` or `cubic`.
  public var mode: String
  /// `half_pixel`, `asymmetric`, `align_corners`, `pytorch_half_pixel`, ...
  public var coordinates: String
  /// `round_prefer_floor`, `floor`, `ceil`, `round_prefer_ceil`.
  public var nearest: String

  /// Creates a mode.
  public init(
    mode: String, coordinates: String = "half_pixel", nearest: String = "round_prefer_floor"
  ) {
    self.mode = mode
    self.coordinates = coordinates
    self.nearest = nearest
  }
}

/// What a layer computes.
///
/// Attributes that a newer opset turned into inputs stay inputs; where an older
/// opset has them as attributes, import turns them into constant inputs, so that each case has one form.
public enum Operation: Sendable, Equatable {
  /// Inputs X, W, B?. Any number of spatial axes from 1 to 3.
  case convolution(Window, groups: Int)
  /// Inputs X, W, B?. `outputShape` may be empty.
  case transposedConvolution(Window, groups: Int, outputPadding: [Int], outputShape: [Int])
  /// Inputs A, B, C?.
  case gemm(alpha: Float, beta: Float, transposeA: Bool, transposeB: Bool)
  /// Inputs A, B with numpy broadcasting.
  case matMul
  /// Inputs X, scale, bias, mean, variance.
  case batchNormalization(epsilon: Float)
  /// Inputs X, scale, bias.
  case instanceNormalization(epsilon: Float)
  case unary(UnaryFunction)
  case parametric(ParametricFunction)
  /// Inputs X, slope.
  case prelu
  /// Inputs X, min?, max?.
  case clip
  case binary(BinaryFunction)
  case averagePool(Window, ceilMode: Bool, countIncludePad: Bool)
  /// Outputs Y, Indices?.
  case maxPool(Window, ceilMode: Bool, storageOrder: Int)
  case globalAveragePool
  case globalMaxPool
  /// Inputs X, axes?. Empty or missing axes: all, unless `noopWithEmptyAxes`.
  case reduce(Reduction, keepDimensions: Bool, noopWithEmptyAxes: Bool)
  case flatten(axis: Int)
  /// Inputs X, shape.
  case reshape(allowZero: Bool)
  /// Empty permutation: reverse.
  case transpose([Int])
  /// Inputs X, axes?.
  case squeeze
  /// Inputs X, axes.
  case unsqueeze
  case concat(axis: Int)
  /// Inputs X, split?. Number of outputs as the layer has.
  case split(axis: Int)
  /// Inputs X, starts, ends, axes?, steps?.
  case slice
  case gather(axis: Int)
  case gatherElements(axis: Int)
  /// Inputs X, pads, value?, axes?.
  case pad(PadMode)
  /// Inputs X, shape.
  case expand
  /// Inputs X, repeats.
  case tile
  /// Inputs X, roi?, scales?, sizes?.
  case resize(ResizeMode)
  case depthToSpace(blockSize: Int, columnRowDepth: Bool)
  case spaceToDepth(blockSize: Int)
  case identity
  /// Outputs Y, mask?. Inference: the identity.
  case dropout
  case constant(Tensor)
  /// Input shape; the value's type is the output's.
  case constantOfShape(value: Double, type: ElementType)
  case shape(start: Int, end: Int?)
  case cast(to: ElementType)
  case softmax(axis: Int, flattened: Bool)
  case logSoftmax(axis: Int, flattened: Bool)
  /// Inputs X, scale, zero point?.
  case quantizeLinear(axis: Int, blockSize: Int, outputType: ElementType?)
  /// Inputs X, scale, zero point?.
  case dequantizeLinear(axis: Int, blockSize: Int)
  case localResponseNormalization(size: Int, alpha: Float, beta: Float, bias: Float)
  case argMax(axis: Int, keepDimensions: Bool, selectLast: Bool)
  /// Inputs condition, X, Y.
  case select
  case range
  /// The remaining integer operators of quantised exports.
  case integerMatMul
  case quantizedConvolution(Window, groups: Int)
  case quantizedMatMul
  /// An operator that is read but cannot be executed; conversion refuses it by name.
  case unsupported(reason: String)
}
