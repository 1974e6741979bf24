/// How cores get their places on the mesh.
public enum PlacementChoice: String, Sendable, Hashable, CaseIterable {
  /// Along a Hilbert curve, then refined by annealing: what a chip is compiled for.
  case refined
  /// In order of layers along a Hilbert curve over each chip's tiles.
  case hilbert
  /// In order of layer, row, column and channel of the map, row by row over each chip: a baseline.
  case rowByRow = "rows"
  /// Anywhere on the chips in use: a baseline.
  case random
}

/// How populations are cut into the parts that cores hold.
public enum PartitionChoice: String, Sendable, Hashable, CaseIterable {
  /// In space and channels so that cores share axons: what a chip is compiled for.
  case shared
  /// One output channel after another until a core is full: a baseline.
  case naive
}

/// What the user may choose about mapping.
public struct CompilerOptions: Sendable, Hashable {
  /// Whether names of layers go into the image.
  public var provenance: Bool
  /// The tool and version written into the provenance.
  public var tool: String
  /// Whether slices of different populations may share a core.
  public var sharesCores: Bool
  /// Mean spikes per neuron and step by population of the network; nil: all neurons alike.
  ///
  /// Placement weighs messages by it; calibration keeps it as `Population.expectedRate`.
  public var activity: [Double]?
  /// How populations are cut.
  public var partition: PartitionChoice
  /// Parts of layers whose cores are given; the rest is cut and placed around them.
  public var pins: [SlicePin]
  /// How cores get their places.
  public var placement: PlacementChoice
  /// How many moves refinement may try; nil: a number that grows with the cores.
  public var placementMoves: Int?
  /// The seed of every random choice.
  public var seed: UInt64

  /// Creates options.
  public init(
    provenance: Bool = true, tool: String = "spikeloom", sharesCores: Bool = true,
    activity: [Double]? = nil, partition: PartitionChoice = .shared,
    pins: [SlicePin] = [], placement: PlacementChoice = .refined, placementMoves: Int? = nil,
    seed: UInt64 = 0
  ) {
    self.provenance = provenance
    self.tool = tool
    self.sharesCores = sharesCores
    self.activity = activity
    self.partition = partition
    self.pins = pins
    self.placement = placement
    self.placementMoves = placementMoves
    self.seed = seed
  }
}
