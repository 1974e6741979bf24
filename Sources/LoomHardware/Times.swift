/// Durations of a core's serial work, of links and of the barrier.
public struct Times: Sendable, Hashable {
  /// One synaptic operation, ns.
  public var synapticOperation: Quantity?
  /// One update of one compartment, ns.
  public var neuronUpdate: Quantity?
  /// Added by an update that fires, ns.
  public var neuronSpike: Quantity?
  /// One message arriving at a core, ns.
  public var axonIn: Quantity?
  /// One message leaving a core, ns.
  public var axonOut: Quantity?
  /// One partial sum taken out of its message and added to its neuron, ns.
  public var partialSum: Quantity?
  /// One hop in x, ns.
  public var hopEastWest: Quantity?
  /// One hop in y, ns.
  public var hopNorthSouth: Quantity?
  /// A message within its own tile, ns.
  public var hopWithinTile: Quantity?
  /// One hop over a link between chips, ns.
  public var hopBetweenChips: Quantity?
  /// Time one message occupies a mesh link, ns.
  public var linkOccupancy: Quantity?
  /// Time one message occupies a link between chips, ns.
  public var chipLinkOccupancy: Quantity?
  /// Duration of the barrier by tiles in use, on one chip: points to interpolate between (linear in the
  /// number of tiles, constant beyond the ends).
  public var barrierByTiles: [BarrierPoint] = []
  /// Duration of the barrier by chips in use, when more than one (added to nothing: replaces the above
  /// where larger).
  public var barrierByChips: [BarrierPoint] = []
  /// What embedded processors and the host add to every step to manage it, ns (barriers only); nil: nothing.
  public var management: Quantity?
  /// One clock cycle of a core's controller (`CoreLimits.controller`), ns.
  public var controllerCycle: Quantity?
  /// One write of one bias register by the host, ns.
  public var biasWrite: Quantity?
  /// One input spike injected by the host, ns; nil: as a bias write, which is one message of the host too.
  public var hostSpike: Quantity?
  /// One potential read by the host, ns.
  public var readout: Quantity?
  /// Resetting the state between samples, ns.
  public var reset: Quantity?
  /// Length of a tick (fixedTick), ns.
  public var tick: Quantity?

  /// Creates an empty list.
  public init() {}
}

/// A point of the barrier's duration.
public struct BarrierPoint: Sendable, Hashable {
  /// Tiles (or chips) in use.
  public var units: Int
  /// The duration, ns.
  public var duration: Quantity

  /// Creates a point.
  public init(units: Int, duration: Quantity) {
    self.units = units
    self.duration = duration
  }
}
