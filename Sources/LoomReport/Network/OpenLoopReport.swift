public import LoomBase
public import LoomEmulator

/// Latency by load, for people and machines.
public struct OpenLoopReport: Sendable {
  private let facts: NetworkFacts
  private let loads: [OpenLoop]
  private let host: [String: JSONValue]

  /// A report; `host` holds what depends on the machine it ran on.
  public init(_ facts: NetworkFacts, _ loads: [OpenLoop], host: [String: JSONValue]) {
    self.facts = facts
    self.loads = loads
    self.host = host
  }

  private func cycles(_ ticks: Double) -> Double { ticks / Double(facts.ticksPerCycle) }

  /// The report as text.
  public var text: String {
    var table = TextTable([
      "offered", "accepted", "packet latency", "network latency", "hops", "packets", "",
    ])
    for load in loads {
      table.add([
        ScaledUnits.number(load.offered), ScaledUnits.number(load.accepted),
        ScaledUnits.number(cycles(load.packetLatency)),
        ScaledUnits.number(cycles(load.networkLatency)), ScaledUnits.number(load.hops),
        "\(load.packets)", load.isUnstable ? "unstable" : "",
      ])
    }
    return "\(facts.title), packets of a node in a cycle, uniform\n\n\(table.render())"
  }

  /// The report as JSON, schema `spikeloom.noc/1`.
  public var json: JSONValue {
    var members = facts.members
    members["openLoop"] = .array(
      loads.map { load in
        .object([
          "offered": .number(load.offered), "accepted": .number(load.accepted),
          "packetLatency": .number(cycles(load.packetLatency)),
          "networkLatency": .number(cycles(load.networkLatency)), "hops": .number(load.hops),
          "packets": .integer(load.packets), "unstable": .boolean(load.isUnstable),
        ])
      })
    members["host"] = .object(host)
    return .object(members)
  }
}
