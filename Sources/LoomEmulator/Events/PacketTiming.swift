/// What packets met on their way in a run with event timing, summed over samples (estimates).
public struct PacketTiming: Sendable, Hashable {
  /// What the steps would have taken by analytic timing, ns; nil where no network had to be simulated, because all
  /// messages stay in their tile.
  public var analyticNanoseconds: Double?
  /// By core: how long its packets waited for a slot in their router, its work with them, ns.
  public var stallNanoseconds: [Double] = []
  /// The links that were used, ways from routers into cores included.
  public var links: [LinkTiming] = []
  /// Packets of which a copy never arrived: copies of multicast packets waiting for one another in a circle.
  public var undelivered: UInt64 = 0

  /// Whether steps followed the core's controller to the clock cycle (`core/controller`), where no network is.
  public var followsController = false
  /// Spikes that this controller's queue would have lost; the image's run keeps them.
  public var lostSpikes: UInt64 = 0

  /// Creates a summary without links.
  public init(analyticNanoseconds: Double?) { self.analyticNanoseconds = analyticNanoseconds }
}

/// One link in a run.
public struct LinkTiming: Sendable, Hashable {
  /// The tiles it joins, or the core it leads into.
  public var name: String
  /// How long packets took it, ns.
  public var busyNanoseconds: Double
  /// How long it was free, but a packet waited for a slot behind it, ns.
  public var heldNanoseconds: Double

  /// Creates a link's times.
  public init(name: String, busyNanoseconds: Double, heldNanoseconds: Double) {
    self.name = name
    self.busyNanoseconds = busyNanoseconds
    self.heldNanoseconds = heldNanoseconds
  }
}
