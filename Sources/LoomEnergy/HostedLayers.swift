/// Layers of the trained network that the host computes as an ordinary ANN, before or behind the chip.
public struct HostedLayers: Sendable, Hashable {
  /// Multiply-accumulates of one sample before the chip; nil: no layer is there.
  public var headMacs: Double?
  /// Multiply-accumulates of one sample behind the chip; nil: no layer is there.
  public var tailMacs: Double?

  /// Creates the counts; negative ones become zero.
  public init(headMacs: Double?, tailMacs: Double?) {
    self.headMacs = headMacs.map { max($0, 0) }
    self.tailMacs = tailMacs.map { max($0, 0) }
  }
}
