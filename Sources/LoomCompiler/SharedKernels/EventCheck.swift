import LoomBase
import LoomHardware
import LoomNetwork

/// Lists what a network must not have where spikes are taken in one by one, without steps.
///
/// Where a population has one source only, the order in which it takes in spikes is the order in which they
/// were sent, whatever the delays (`Schedule.asynchronous`); a join, a delay or a cycle would make the
/// result depend on durations.
struct EventCheck {
  /// A projection between two populations.
  private struct Edge {
    var source: Int
    var target: Int
    var delay: Int
  }

  private let names: [String]
  private let edges: [Edge]
  private var diagnostics: [Diagnostic] = []

  private init(names: [String], edges: [Edge]) {
    self.names = names
    self.edges = edges
  }

  /// The network with the schedule the profile's synchronisation asks for; throws every finding at once.
  static func scheduled(
    _ network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> SpikingNetwork {
    guard network.schedule != .asynchronous else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL3040", "needs a schedule 'aligned' or 'freeRunning', has 'asynchronous'",
          at: .layer(network.name),
          remedy: "leave it to the profile: quantization for an asynchronous chip sets it"))
    }
    guard profile.synchronisation == .asynchronous else { return network }
    let structure = NetworkCheck.findings(network)
    guard structure.isEmpty else { throw DiagnosticsError(.badInput, structure) }
    var check = EventCheck(
      names: network.populations.map(\.name),
      edges: network.projections.map {
        Edge(source: $0.source.index, target: $0.target.index, delay: $0.alignedDelay)
      })
    check.wiring()
    for population in network.populations { check.sites(population.sites, population.name) }
    guard check.diagnostics.isEmpty else {
      throw DiagnosticsError(.doesNotFit, check.diagnostics)
    }
    var result = network
    result.schedule = .asynchronous
    return result
  }

  /// Every violation of a fixed-point network whose structure is sound.
  static func findings(_ network: FixedPointNetwork) -> [Diagnostic] {
    var check = EventCheck(
      names: network.populations.map(\.name),
      edges: network.projections.map {
        Edge(source: $0.source.index, target: $0.target.index, delay: $0.alignedDelay)
      })
    check.wiring()
    for population in network.populations {
      check.sites(population.sites, population.name)
      guard population.role == .hidden, !population.isOnHost else { continue }
      let least =
        switch population.threshold {
        case .uniform(let value): value
        case .perChannel(let list), .perNeuron(let list): list.min() ?? 1
        }
      if least < 1 {
        check.fail(
          "needs thresholds of 1 or more where a neuron fires until it is below, has \(least)",
          population.name)
      }
    }
    return check.diagnostics
  }

  /// What the user should know of a network whose spikes count one by one; nothing with steps.
  static func remarks(_ network: SpikingNetwork) -> [Diagnostic] {
    guard network.schedule == .asynchronous else { return [] }
    return [
      Diagnostic(
        .remark, "SL3042",
        "needs \(network.timesteps) steps, has as many bins of spikes that count one by one",
        at: .layer(network.name),
        notes: ["the stages before fixed point run with steps: what the order changes shows there"])
    ]
  }

  private mutating func fail(_ message: String, _ layer: String, _ remedy: String? = nil) {
    diagnostics.append(
      Diagnostic(
        .error, "SL3041", message, at: .layer(layer),
        notes: [
          "synchronisation is 'asynchronous': spikes count in the order in which they arrive"
        ],
        remedy: remedy ?? "choose a profile with steps (synchronisation 'barrier' or 'fixedTick')"))
  }

  private mutating func sites(_ sites: Int, _ layer: String) {
    if sites > 1 {
      fail("needs a comparator of \(sites) current sites, has neurons of one", layer)
    }
  }

  private mutating func wiring() {
    var sources = [[Int]](repeating: [], count: names.count)
    for edge in edges {
      sources[edge.target].append(edge.source)
      if edge.delay > 0 {
        fail(
          "needs a delay of \(edge.delay) steps, has none: a spike passes through all layers in one bin",
          names[edge.target],
          "make the network's schedule 'aligned', without delays on its projections")
      }
    }
    for (target, list) in sources.enumerated() where list.count > 1 {
      let from = list.map { "'\(names[$0])'" }.joined(separator: ", ")
      fail(
        "needs spikes of \(list.count) projections (from \(from)), has one: the order of their spikes would depend on durations",
        names[target])
    }
    guard sources.allSatisfy({ $0.count <= 1 }) else { return }
    for start in names.indices {
      var place = start
      for _ in names.indices {
        guard let source = sources[place].first else { break }
        place = source
        if place == start { break }
      }
      if place == start, sources[start].first != nil {
        fail("needs spikes that come back to their sender, has a way forward only", names[start])
      }
    }
  }
}
