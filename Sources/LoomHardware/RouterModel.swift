/// How the routers of a mesh pass single-flit packets on, in cycles: the models that bursts are checked against.
///
/// XY routing (x first), one input FIFO for each neighbour and one for the source, credits, round robin for each
/// output in the order from x + 1, from x − 1, from y + 1, from y − 1, source.
public struct RouterModel: Sendable, Hashable {
  /// The name used on the command line.
  public var name: String
  /// Where the model comes from.
  public var source: String
  /// Flits an input FIFO holds.
  public var depth: Int
  /// A flit granted in cycle a may be granted in the next router from a + this on.
  public var hop: Int64
  /// A slot left in cycle a is usable by the router before it from a + this on.
  public var credit: Int64
  /// A packet that enters in cycle c may be granted from c + this on.
  public var entry: Int64
  /// A slot of the local FIFO left in cycle a is usable by the source from a + this on.
  public var sourceCredit: Int64
  /// A flit granted in cycle a is delivered at a + this.
  public var ejection: Int64
  /// Cycles a flit occupies a link or an ejection port; a source sends one packet a cycle.
  public var occupancy: Int64
  /// Whether an output picks a flit whether or not it holds a credit, and keeps it.
  public var choosesEarly: Bool
  /// Whether a granted flit waits in a register of its output until there is a slot for it, where valid and ready
  /// take the place of credits; the order of inputs then turns by one in each cycle, whatever was granted: source,
  /// y + 1, y − 1, x + 1, x − 1.
  public var hasRegisters: Bool

  /// Creates a model.
  public init(
    name: String, source: String, depth: Int, hop: Int64, credit: Int64, entry: Int64,
    sourceCredit: Int64, ejection: Int64, occupancy: Int64, choosesEarly: Bool,
    hasRegisters: Bool = false
  ) {
    self.name = name
    self.source = source
    self.depth = depth
    self.hop = hop
    self.credit = credit
    self.entry = entry
    self.sourceCredit = sourceCredit
    self.ejection = ejection
    self.occupancy = occupancy
    self.choosesEarly = choosesEarly
    self.hasRegisters = hasRegisters
  }

  /// BookSim2 with one virtual channel, FIFOs of 8 and three cycles a hop.
  public static let bs3 = RouterModel(
    name: "bs3",
    source: "BookSim2 (27 June 2017): mesh, dim_order, num_vcs 1, vc_buf_size 8, routing_delay 0, "
      + "vc_alloc_delay 1, sw_alloc_delay 1, speculative 1, st_final_delay 1, credit_delay 0, iSLIP",
    depth: 8, hop: 3, credit: 2, entry: 1, sourceCredit: 3, ejection: 4, occupancy: 1,
    choosesEarly: true)

  /// The least router: FIFOs of 4, one cycle for everything.
  public static let min1 = RouterModel(
    name: "min1", source: "one cycle a hop, an output without a credit picks nobody", depth: 4,
    hop: 1, credit: 1, entry: 1, sourceCredit: 1, ejection: 1, occupancy: 1, choosesEarly: false)

  /// The router of an open chip in register-transfer-level Verilog: links and ejection every other cycle.
  public static let rtl2 = RouterModel(
    name: "rtl2", source: "catalyst-neuromorphic/catalyst-n1, XY router, first release", depth: 16,
    hop: 2, credit: 1, entry: 1, sourceCredit: 1, ejection: 1, occupancy: 2, choosesEarly: false,
    hasRegisters: true)

  /// All models that have a name.
  public static let presets = [bs3, min1, rtl2]
}
