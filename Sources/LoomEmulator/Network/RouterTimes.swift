public import LoomBase
public import LoomHardware

/// What routers, channels, sources and ejection ports take, in ticks, with the depth of FIFOs.
public struct RouterTimes: Sendable, Hashable {
  /// Flits an input FIFO holds.
  public var depth: Int
  /// Whether an output picks a flit whether or not it holds a credit, and keeps it.
  public var choosesEarly: Bool
  /// Channels in x.
  public var eastWest: ChannelClass
  /// Channels in y.
  public var northSouth: ChannelClass
  /// Channels between chips.
  public var betweenChips: ChannelClass
  /// Sources.
  public var source: SourceClass
  /// Ejection ports.
  public var ejection: EjectionClass
  /// Whether outputs keep a granted flit in a register until there is a slot.
  public var hasRegisters = false

  /// The times of a model; a tick is a cycle.
  public init(_ model: RouterModel) {
    depth = model.depth
    choosesEarly = model.choosesEarly
    eastWest = ChannelClass(
      latency: model.hop, occupancy: model.occupancy, credit: model.credit, readInterval: 1)
    northSouth = eastWest
    betweenChips = eastWest
    source = SourceClass(
      entry: model.entry, occupancy: 1, credit: model.sourceCredit)
    ejection = EjectionClass(latency: model.ejection, occupancy: model.occupancy)
    hasRegisters = model.hasRegisters
  }

  /// The times of a chip; a tick is a picosecond.
  ///
  /// A source and an ejection port pass one packet in `linkOccupancy`; slots come back after `creditDelay`
  /// whatever the channel.
  ///
  /// - Throws: SL6041 for every figure that is needed and missing, with its JSON pointer; SL6042 for times beyond
  ///   what a network can have.
  public init(picosecondsOf profile: Profile, crossesChips: Bool) throws(DiagnosticsError) {
    var reader = FigureReader(profile: profile)
    let times = profile.times
    let router = profile.router
    let link = reader.ticks(times.linkOccupancy, "/times/linkOccupancy")
    let credit = reader.ticks(router.creditDelay, "/router/creditDelay")
    // In a tree every hop is one in y.
    let isMesh = profile.topology.kind == .mesh
    northSouth = ChannelClass(
      latency: reader.ticks(times.hopNorthSouth, "/times/hopNorthSouth"), occupancy: link,
      credit: credit)
    eastWest =
      isMesh
      ? ChannelClass(
        latency: reader.ticks(times.hopEastWest, "/times/hopEastWest"), occupancy: link,
        credit: credit) : northSouth
    betweenChips =
      crossesChips
      ? ChannelClass(
        latency: reader.ticks(times.hopBetweenChips, "/times/hopBetweenChips"),
        occupancy: reader.ticks(times.chipLinkOccupancy, "/times/chipLinkOccupancy"),
        credit: credit) : northSouth
    source = SourceClass(
      entry: reader.ticks(router.entryDelay, "/router/entryDelay"), occupancy: link,
      credit: credit)
    ejection = EjectionClass(
      latency: reader.ticks(router.ejectionDelay, "/router/ejectionDelay"), occupancy: link)
    depth =
      reader.need(router.fifoDepth, "/router/fifoDepth").map { max(1, Int($0.value.rounded())) }
      ?? 1
    choosesEarly = router.choosesEarly
    if !reader.findings.isEmpty { throw DiagnosticsError(.badInput, reader.findings) }
  }
}

/// Takes figures from a profile and notes those that are missing or impossible.
private struct FigureReader {
  let profile: Profile
  var findings: [Diagnostic] = []

  init(profile: Profile) { self.profile = profile }

  mutating func need(_ quantity: Quantity?, _ pointer: String) -> Quantity? {
    guard let quantity else {
      report(
        "SL6041", "needs the routers' figure '\(pointer)', has none", pointer,
        remedy:
          "state it in the profile, 'assumed' with a reason if it must be, or try --set \(pointer)=…"
      )
      return nil
    }
    return quantity
  }

  mutating func ticks(_ quantity: Quantity?, _ pointer: String) -> Int64 {
    guard let quantity = need(quantity, pointer) else { return 1 }
    let picoseconds = (quantity.value * 1000).rounded()
    guard picoseconds >= 0, picoseconds <= Double(NetworkPlan.longestTime) else {
      report(
        "SL6042",
        "needs a time of at most \(NetworkPlan.longestTime / 1000) ns, has \(quantity.value)",
        pointer)
      return 1
    }
    return Int64(picoseconds)
  }

  private mutating func report(
    _ code: String, _ message: String, _ pointer: String, remedy: String? = nil
  ) {
    guard !findings.contains(where: { $0.message == message }) else { return }
    findings.append(
      Diagnostic(
        .error, code, message, at: .jsonPointer(file: profile.name, pointer: pointer),
        remedy: remedy))
  }
}
