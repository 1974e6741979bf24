import LoomBase

/// What a profile says of its routers beyond the times of hops and links; anything may be open.
///
/// These are timing, not structure: an image runs on a chip whatever they are.
public struct RouterFigures: Sendable, Hashable {
  /// Flits an input FIFO holds, a whole number.
  public var fifoDepth: Quantity?
  /// From a slot being left to its being usable upstream, ns.
  public var creditDelay: Quantity?
  /// From a packet entering its router to its first possible grant, ns.
  public var entryDelay: Quantity?
  /// From the last grant to the delivery, ns.
  public var ejectionDelay: Quantity?
  /// Whether an output picks a flit whether or not there is a slot for it, and keeps it.
  public var choosesEarly = false

  /// Creates figures that are all open.
  public init() {}

  /// The largest depth of a FIFO.
  public static let largestDepth = 4096
}

/// A place in `RouterFigures`.
typealias RouterPath = any WritableKeyPath<RouterFigures, Quantity?> & Sendable

/// The numbers of `/router` by key.
enum RouterKeys {
  static let all: [(key: String, unit: String, path: RouterPath)] = [
    ("fifoDepth", "flits", \.fifoDepth),
    ("creditDelay", "ns", \.creditDelay),
    ("entryDelay", "ns", \.entryDelay),
    ("ejectionDelay", "ns", \.ejectionDelay),
  ]
}

extension ProfileReader {
  /// Reads `/router`; without it all is open.
  mutating func router(_ value: JSONValue?) -> RouterFigures {
    var router = RouterFigures()
    guard value != nil else { return router }
    let members = object(
      value, at: "/router", required: [], optional: RouterKeys.all.map(\.key) + ["choosesEarly"])
    for entry in RouterKeys.all {
      guard let value = members[entry.key] else { continue }
      let limits =
        entry.unit == "ns" ? 0...ProfileLimits.price : 1...Double(RouterFigures.largestDepth)
      router[keyPath: entry.path] = quantity(
        value, at: "/router/\(entry.key)", unit: entry.unit, in: limits)
    }
    if let depth = router.fifoDepth, Int(exactly: depth.value) == nil {
      report(
        "SL7006", "needs a whole number, has \(depth.value)", at: "/router/fifoDepth/value")
    }
    if let flag = members["choosesEarly"] {
      router.choosesEarly = flag.bool ?? false
      if flag.bool == nil {
        report(
          "SL7004", "needs true or false, has \(flag.kindName)", at: "/router/choosesEarly")
      }
    }
    return router
  }
}
