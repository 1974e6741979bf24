/// The integer first layer, computed by the host from the sample's integers x.
///
///     c = roundingShiftRight(Σ w · x + offset, rightShift), then roundToMantissa if mantissa bits > 0,
///
/// is the constant current of a target neuron in every active step. Weights and offsets are in the
/// channel-first order of the maps: convolution [target channel][source channel of its group][kernel
/// row][kernel column], dense [target][source], sparse by target.
public struct ImageFrontEnd: Sendable, Hashable {
  /// Which input element meets which target.
  public enum Kind: Sendable, Hashable {
    case convolution(TemplateGeometry)
    case dense
    case sparse(targetOffsets: [UInt32], sources: [UInt32])
  }

  /// Which input element meets which target.
  public var kind: Kind
  /// The population driven.
  public var target: Int
  /// Integer weights.
  public var weights: [Int32]
  /// The constant of every target: one for all, one per channel, or one per neuron (channel-first).
  public var offsets: [Int64]
  /// How far the sum is shifted right.
  public var rightShift: Int
  /// Mantissa bits of the bias register; 0: any integer.
  public var biasMantissaBits: Int
  /// Largest exponent of the bias register.
  public var biasMaximumExponent: Int
  /// The current site fed.
  public var site: Int

  /// Creates a front end.
  public init(
    kind: Kind, target: Int, weights: [Int32], offsets: [Int64], rightShift: Int,
    biasMantissaBits: Int, biasMaximumExponent: Int, site: Int
  ) {
    self.kind = kind
    self.target = target
    self.weights = weights
    self.offsets = offsets
    self.rightShift = rightShift
    self.biasMantissaBits = biasMantissaBits
    self.biasMaximumExponent = biasMaximumExponent
    self.site = site
  }
}
