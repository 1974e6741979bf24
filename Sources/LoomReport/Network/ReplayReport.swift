public import LoomBase
public import LoomEmulator

/// What a replayed packet list took, for people and machines.
public struct ReplayReport: Sendable {
  private let facts: NetworkFacts
  private let replay: PacketReplay
  private let packets: Int
  /// Latencies, ascending.
  private let latencies: [Int64]
  private let host: [String: JSONValue]

  /// A report; `host` holds what depends on the machine it ran on.
  public init(_ facts: NetworkFacts, _ replay: PacketReplay, host: [String: JSONValue]) {
    self.facts = facts
    self.replay = replay
    self.host = host
    packets = replay.delivered.count
    latencies = replay.latencies.sorted()
  }

  private var mean: Double {
    latencies.isEmpty
      ? 0
      : latencies.reduce(0.0) { $0 + Double($1) } / Double(latencies.count)
        / Double(facts.ticksPerCycle)
  }

  /// The latency at this share of the packets in ascending order, rounded up: as the bursts' summary counts.
  private func quantile(_ share: Double) -> Int64 {
    guard !latencies.isEmpty else { return 0 }
    return latencies[min(Int(share * Double(latencies.count)), latencies.count - 1)]
  }

  private var busiest: PacketReplay.LinkUse? {
    // The first of equals, in the order of channels.
    replay.links.reduce(nil) { best, link in
      guard let best, best.load.busy >= link.load.busy else { return link }
      return best
    }
  }

  private var mostStalled: PacketReplay.SourceStall? {
    replay.stalls.reduce(nil) { most, source in
      guard let most, most.ticks >= source.ticks else { return source }
      return most
    }
  }

  private var totalStall: Int64 { replay.stalls.reduce(0) { $0 + $1.ticks } }

  private var totalHeld: Int64 { replay.links.reduce(0) { $0 + $1.load.held } }

  /// The share of the time until the last delivery in which a link was busy.
  private func share(_ link: PacketReplay.LinkUse) -> Double {
    replay.lastDelivery == 0 ? 0 : Double(link.load.busy) / Double(replay.lastDelivery)
  }

  private func place(_ router: Int) -> String {
    "(\(router % facts.columns), \(router / facts.columns))"
  }

  /// The report as text.
  public var text: String {
    var lines = [
      facts.title, "  packets       \(packets), \(replay.packetHops) hops",
      "  drained at    \(facts.text(replay.lastDelivery))",
      "  latency       mean \(ScaledUnits.number(mean)), median \(facts.text(quantile(0.5))), "
        + "99th percentile \(facts.text(quantile(0.99))), largest \(facts.text(latencies.last ?? 0))",
    ]
    if let busiest {
      lines.append(
        "  busiest link  \(busiest.from) \(place(busiest.from)) to \(busiest.to) \(place(busiest.to)): "
          + "\(busiest.load.flits) packets, busy \(ScaledUnits.percent(share(busiest))) of the time"
      )
    }
    lines.append(
      "  held up       links \(facts.text(totalHeld)) for want of a slot, sources "
        + facts.text(totalStall)
        + (mostStalled.map {
          $0.ticks == 0 ? "" : ", most node \($0.node) (\(facts.text($0.ticks)))"
        } ?? ""))
    if replay.undelivered > 0 { lines.append("  undelivered   \(replay.undelivered) packets") }
    return lines.joined(separator: "\n")
  }

  /// The report as JSON, schema `spikeloom.noc/1`.
  public var json: JSONValue {
    var members = facts.members
    members["packets"] = .integer(packets)
    members["packetHops"] = .integer(replay.packetHops)
    members["undelivered"] = .integer(replay.undelivered)
    members["drain"] = .number(facts.cycles(replay.lastDelivery))
    members["latency"] = .object([
      "mean": .number(mean), "median": .number(facts.cycles(quantile(0.5))),
      "percentile99": .number(facts.cycles(quantile(0.99))),
      "largest": .number(facts.cycles(latencies.last ?? 0)),
    ])
    members["busiestLink"] = busiest.map(json) ?? .null
    members["heldByCredits"] = .number(facts.cycles(totalHeld))
    members["stalls"] = .object([
      "total": .number(facts.cycles(totalStall)),
      "largest": .number(facts.cycles(mostStalled?.ticks ?? 0)),
      "node": mostStalled.map { .integer($0.node) } ?? .null,
    ])
    members["host"] = .object(host)
    return .object(members)
  }

  private func json(_ link: PacketReplay.LinkUse) -> JSONValue {
    .object([
      "from": .integer(link.from), "to": .integer(link.to),
      "packets": .integer(Int(link.load.flits)), "busy": .number(facts.cycles(link.load.busy)),
      "share": .number(share(link)), "held": .number(facts.cycles(link.load.held)),
    ])
  }
}
