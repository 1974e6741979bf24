public import LoomBase

/// The geometry of a two-dimensional convolution between two maps (a 1-d one has height 1).
public struct ConvolutionGeometry: Hashable, Codable, Sendable {
  /// Kernel rows and columns.
  public var kernelHeight: Int
  /// Kernel columns.
  public var kernelWidth: Int
  /// Stride in rows and columns.
  public var strideY: Int
  /// Stride in columns.
  public var strideX: Int
  /// Padding above the map; the padding below follows from the target's height.
  public var padTop: Int
  /// Padding left of the map.
  public var padLeft: Int
  /// Dilation in rows.
  public var dilationY: Int
  /// Dilation in columns.
  public var dilationX: Int
  /// Number of groups; source and target channels are divided evenly.
  public var groups: Int

  /// Creates a geometry.
  public init(
    kernelHeight: Int, kernelWidth: Int, strideY: Int = 1, strideX: Int = 1, padTop: Int = 0,
    padLeft: Int = 0, dilationY: Int = 1, dilationX: Int = 1, groups: Int = 1
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
    self.padTop = padTop
    self.padLeft = padLeft
    self.dilationY = dilationY
    self.dilationX = dilationX
    self.groups = groups
  }
}

/// A sparse matrix between two maps, listed by target: who feeds each target neuron.
public struct SparsePattern: Hashable, Sendable {
  /// For each target (channel-first index) the start of its entries; one more at the end.
  public var targetOffsets: [Int]
  /// The source (channel-first index) of each entry, ascending within a target.
  public var sources: [Int32]

  /// Creates a pattern.
  public init(targetOffsets: [Int], sources: [Int32]) {
    self.targetOffsets = targetOffsets
    self.sources = sources
  }
}

/// Which source neuron meets which target neuron; the weights stand beside it in a flat array.
///
/// Order and number of weights:
/// - `convolution`: [target channel][source channel within its group][kernel row][kernel column];
/// - `dense`: [target][source], both channel-first;
/// - `sparse`: one for each entry of the pattern.
public enum Connectivity: Hashable, Sendable {
  case convolution(ConvolutionGeometry)
  case dense
  case sparse(SparsePattern)

  /// The number of weights between two maps.
  public func weightCount(source: MapShape, target: MapShape) -> Int {
    switch self {
    case .convolution(let geometry):
      target.channels * (source.channels / geometry.groups) * geometry.kernelHeight
        * geometry.kernelWidth
    case .dense: source.count * target.count
    case .sparse(let pattern): pattern.sources.count
    }
  }
}
