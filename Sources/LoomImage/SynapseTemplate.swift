/// Which source meets which target in a template.
public enum TemplateKind: Sendable, Hashable {
  /// A convolution. Weights: [source channel][kernel row][kernel column][target channel of its group].
  /// A target at (y, x) reads source (y·strideY + ky·dilationY − padTop, ...) where that exists.
  case convolution(TemplateGeometry)
  /// Every source meets every target. Weights: [source index][target index], channel-last.
  case dense
  /// Targets of each source, channel-last indices ascending. Weights: one for each entry.
  case sparse(sourceOffsets: [UInt32], targets: [UInt32])
  /// A single source meets every target `planes` times (parallel synapses that add up), each plane with
  /// weights and shifts of its own: one per target channel, or per target (channel-last) if `perNeuron`.
  /// Weights and shifts: [plane][channel or neuron].
  case broadcast(planes: Int, perNeuron: Bool)
  /// Every neuron of a population of partial sums (`ImageRole.partial`) sends its sum to the neuron at its place.
  ///
  /// No synapse is stored and no weight: the message carries a signed number, which is added to the target's
  /// current as it is. It addresses the neuron, not a list of synapses; one input axon is counted for it all the
  /// same, for the receiving core must know which of its neurons is meant.
  case sums
}

/// The geometry of a convolution template.
public struct TemplateGeometry: Sendable, Hashable {
  /// Kernel rows.
  public var kernelHeight: Int
  /// Kernel columns.
  public var kernelWidth: Int
  /// Stride in rows.
  public var strideY: Int
  /// Stride in columns.
  public var strideX: Int
  /// Padding above.
  public var padTop: Int
  /// Padding left.
  public var padLeft: Int
  /// Dilation in rows.
  public var dilationY: Int
  /// Dilation in columns.
  public var dilationX: Int
  /// Groups.
  public var groups: Int

  /// Creates a geometry.
  public init(
    kernelHeight: Int, kernelWidth: Int, strideY: Int, strideX: Int, padTop: Int, padLeft: Int,
    dilationY: Int, dilationX: Int, groups: Int
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

/// Synapses between two whole maps; a core holds the part that meets its slice.
///
/// The current of a spike is `weight << shift` potential units, added to one current site of the target.
public struct SynapseTemplate: Sendable, Hashable {
  /// Which source meets which target.
  public var kind: TemplateKind
  /// The source population.
  public var source: Int
  /// The target population.
  public var target: Int
  /// Mantissas in the kind's order.
  public var weights: [Int16]
  /// Left shifts: one for all, or one per target channel (broadcast: see there).
  public var shifts: [UInt8]
  /// The current site fed.
  public var site: Int
  /// Whether its synaptic operations are lowering (gates, relays), counted apart.
  public var isLowering: Bool
  /// Whether its cells belong to the synapses of the template before it: the planes of weights of several bits
  /// on chips whose axons have a type or a sign.
  ///
  /// Cells beyond the first of a synapse, and the messages that reach them, are counted as lowering.
  public var repeats: Bool
  /// The share of the sources that the template reads, where neurons with too many inputs are split
  /// (`ImageRole.partial`); nil: all.
  ///
  /// Convolutions: input channels of every group, counted within the group. Dense: source indices, channel-last.
  /// Weights are those of the share alone.
  public var sourceRange: Range<Int>?

  /// Creates a template.
  public init(
    kind: TemplateKind, source: Int, target: Int, weights: [Int16], shifts: [UInt8], site: Int,
    isLowering: Bool, repeats: Bool = false, sourceRange: Range<Int>? = nil
  ) {
    self.kind = kind
    self.source = source
    self.target = target
    self.weights = weights
    self.shifts = shifts
    self.site = site
    self.isLowering = isLowering
    self.repeats = repeats
    self.sourceRange = sourceRange
  }
}
