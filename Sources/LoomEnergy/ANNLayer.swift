/// The size of one layer of the trained network that multiplies and accumulates.
public struct ANNLayer: Sendable, Hashable {
  /// The layer's name.
  public var name: String
  /// Dense multiply-accumulates of one sample.
  public var macs: Double
  /// Multiply-accumulates whose input activation is not zero, mean over calibration samples.
  public var effectiveMacs: Double
  /// Elements of the input map.
  public var inputElements: Double
  /// Elements of the output map.
  public var outputElements: Double
  /// Number of weights.
  public var weights: Double
  /// Kernel positions (1 for dense layers).
  public var kernelElements: Double

  /// Creates a layer; negative sizes become zero.
  public init(
    name: String, macs: Int, effectiveMacs: Double, inputElements: Int, outputElements: Int,
    weights: Int, kernelElements: Int
  ) {
    self.name = name
    self.macs = Double(max(macs, 0))
    self.effectiveMacs = effectiveMacs.isFinite ? max(effectiveMacs, 0) : 0
    self.inputElements = Double(max(inputElements, 0))
    self.outputElements = Double(max(outputElements, 0))
    self.weights = Double(max(weights, 0))
    self.kernelElements = Double(max(kernelElements, 0))
  }

  /// Whether every input meets every output with a weight of its own.
  public var isDense: Bool {
    kernelElements <= 1 && weights > 0 && weights == inputElements * outputElements
  }

  /// Output channels: weights over the inputs of one output (macs / output elements).
  public var outputChannels: Double {
    isDense ? outputElements : macs > 0 ? weights * outputElements / macs : 0
  }
}
