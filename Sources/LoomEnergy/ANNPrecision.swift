public import LoomBase

/// Number formats of the trained network's own execution, with 45 nm prices.
///
/// Horowitz, ISSCC 2014 (45 nm, 0.9 V): FP32 multiplication 3.7 and addition 0.9 pJ, INT8 0.2 and 0.03 pJ,
/// INT32 addition 0.1 pJ.
public struct ANNPrecision: Sendable, Hashable {
  /// `fp32`, `int8` or `quantized`.
  public var name: String
  /// One multiplication, pJ.
  public var multiplyPicojoules: Double
  /// One addition, pJ.
  public var addPicojoules: Double
  /// Bits of a weight.
  public var weightBits: Double
  /// Bits of an activation.
  public var activationBits: Double
  /// Bits of a bias.
  public var biasBits: Double
  /// Where the prices come from.
  public var source: String

  /// Creates a precision.
  public init(
    name: String, multiplyPicojoules: Double, addPicojoules: Double, weightBits: Double,
    activationBits: Double, biasBits: Double, source: String
  ) {
    self.name = name
    self.multiplyPicojoules = multiplyPicojoules
    self.addPicojoules = addPicojoules
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.biasBits = biasBits
    self.source = source
  }

  /// One multiply-accumulate, pJ.
  public var macPicojoules: Double { multiplyPicojoules + addPicojoules }

  /// 32-bit floating point: a MAC costs 4.6 pJ.
  public static let fp32 = ANNPrecision(
    name: "fp32", multiplyPicojoules: 3.7, addPicojoules: 0.9, weightBits: 32, activationBits: 32,
    biasBits: 32, source: "Horowitz, ISSCC 2014: 45 nm, 0.9 V")

  /// 8-bit integers: a MAC costs 0.23 pJ.
  public static let int8 = ANNPrecision(
    name: "int8", multiplyPicojoules: 0.2, addPicojoules: 0.03, weightBits: 8, activationBits: 8,
    biasBits: 32, source: "Horowitz, ISSCC 2014: 45 nm, 0.9 V")

  /// Weights of as many bits as the chip's and activations of as many levels as T steps of binary spikes can tell
  /// apart: ⌈log2(T+1)⌉ bits (Yan et al., arXiv 2409.08290), with one bit a step T bits.
  ///
  /// The multiplication is scaled from INT8 by the product of the bits: an assumption of ours.
  public static func matching(
    timesteps: Int, code: SpikeCode = .rate, weightBits: Int = 8
  ) -> ANNPrecision {
    let weights = Double(max(weightBits, 1))
    let counted = Int.bitWidth - max(timesteps, 1).leadingZeroBitCount
    let bits = Double(code == .bitSerial ? timesteps : counted)
    return ANNPrecision(
      name: "quantized", multiplyPicojoules: 0.2 * bits * weights / 64, addPicojoules: 0.03,
      weightBits: weights, activationBits: bits, biasBits: 32,
      source: "Horowitz, ISSCC 2014: 45 nm, 0.9 V; INT8 multiplication scaled by "
        + "activation bits × weight bits / 64 (assumed)")
  }
}
