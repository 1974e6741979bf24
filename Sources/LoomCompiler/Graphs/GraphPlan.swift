import LoomBase
import LoomHardware
import LoomImage

/// Which populations are renumbered, and how each is cut.
///
/// Populations fed by lists of synapses are cut as hypergraphs (`GraphCut`), targets before sources, so that the
/// output entries of a neuron are known when it is cut. One that the plain cut serves as well keeps its order.
struct GraphPlan {
  /// By population: its order and parts; nil: as it is.
  private(set) var cuts: [GraphCut?]
  /// By population looked at: input axons in its own order, if that fits.
  private(set) var axonsBefore: [Int?]
  /// By population that keeps its order, where the plain cut was not asked for: its parts.
  private(set) var plainParts: [[Range<Int>]]

  private let builder: TileBuilder
  private var fanOut: [[UInt32]]
  /// Output entries that an axon takes of its source.
  private let entries: UInt32

  /// The share of the plain cut's spikes at axons that a cut must stay below to be worth an order of its own.
  private static let least = 0.98

  /// `plain` is the partition of the network in its own order, if it has one; without it populations of one row are
  /// compared with their own order, core after core.
  init(_ builder: TileBuilder, candidates: [Int], plain: Partition?) {
    self.builder = builder
    cuts = builder.images.map { _ in nil }
    axonsBefore = builder.images.map { _ in nil }
    plainParts = builder.images.map { _ in [] }
    fanOut = builder.images.map { Array(repeating: 0, count: $0.shape.count) }
    let topology = builder.profile.topology
    let compartments = builder.network.populations.reduce(0) { $0 + $1.compartments }
    let isOnOneChip =
      compartments <= topology.coresPerChip * builder.profile.core.neurons
      && plain?.cores.count ?? 0 <= topology.coresPerChip
    entries = UInt32(1 + (isOnOneChip ? 0 : builder.profile.core.axonsOutOffChip))
    let ordered = CutState.order(builder)
    let chosen = Set(candidates)
    for population in ordered where !chosen.contains(population) { listen(population, plain) }
    for population in ordered where chosen.contains(population) { plan(population, plain) }
  }

  /// Whether anything is renumbered.
  var isEmpty: Bool { cuts.allSatisfy { $0 == nil } }

  private mutating func plan(_ population: Int, _ plain: Partition?) {
    let tiles = plain.map { $0.tiles(of: population) }
    // A population on one core has every input once.
    guard tiles.map({ $0.count > 1 }) ?? true, let (cut, subject) = cut(population) else {
      listen(population, plain)
      return
    }
    let before: Before?
    if let tiles { before = self.before(tiles) } else { before = self.before(subject, population) }
    axonsBefore[population] = before?.axons
    if let before {
      guard cut.parts.count <= before.parts, weight(cut, subject) < Self.least * before.weight
      else {
        listen(population, plain)
        return
      }
    }
    plainParts[population] = []
    cuts[population] = cut
    subject.listen(cut, builder, entries: entries, to: &fanOut)
  }

  /// What a population takes in its own order.
  private struct Before {
    var parts: Int
    var axons: Int
    var weight: Double
  }

  private func before(_ tiles: [Tile]) -> Before {
    Before(
      parts: tiles.count, axons: tiles.reduce(0) { $0 + $1.axonsIn },
      weight: builder.weight(tiles))
  }

  /// Of a population of one row: its neurons in their order, core after core.
  private mutating func before(_ subject: GraphSubject, _ population: Int) -> Before? {
    guard builder.images[population].shape.positions == 1,
      let cut = GraphCut(inOrder: subject.graph, subject.limits)
    else { return nil }
    plainParts[population] = cut.parts
    let common = subject.common.reduce(0) { $0 + $1.count }
    return Before(
      parts: cut.parts.count, axons: cut.axons + cut.parts.count * common,
      weight: weight(cut, subject))
  }

  /// The cut; where a population feeds itself it is made again with the entries its own axons took, until what they take
  /// fits too.
  private func cut(_ population: Int) -> (GraphCut, GraphSubject)? {
    var known = fanOut[population]
    let isRecurrent = builder.incoming[population].contains {
      builder.network.templates[$0].source == population
    }
    for _ in 0..<Self.attempts {
      guard let subject = GraphSubject(population, builder, entries: known),
        let cut = GraphCut(subject.graph, subject.limits)
      else { return nil }
      guard isRecurrent else { return (cut, subject) }
      var all = fanOut
      subject.listen(cut, builder, entries: entries, to: &all)
      if holds(cut, all[population], subject.limits) { return (cut, subject) }
      // Never less than what an earlier cut took: the next one moves neurons, and with them entries.
      known = zip(known, all[population]).map { max($0, $1) }
    }
    return nil
  }

  private static let attempts = 6

  /// Whether all parts hold their neurons' entries, and the copies that these take.
  private func holds(_ cut: GraphCut, _ entries: [UInt32], _ limits: PartLimits) -> Bool {
    let limit = builder.profile.routing.fanOut
    return cut.parts.allSatisfy { part in
      var (sum, copies) = (0, 0)
      for position in part {
        let own = Int(entries[Int(cut.neurons[position])])
        sum += own
        copies += NeuronCopies.count(destinations: own, fanOut: limit)
      }
      return sum <= limits.entries && copies <= limits.size
    }
  }

  /// Expected spikes of one sample at all axons of a cut.
  private func weight(_ cut: GraphCut, _ subject: GraphSubject) -> Double {
    let owners = cut.owners
    var last = [Int32](repeating: -1, count: cut.parts.count)
    var sum = 0.0
    for (net, origin) in subject.origins.enumerated() {
      var axons = 0
      for pin in subject.graph.vertices(net) {
        let part = Int(owners[Int(subject.graph.netVertices[pin])])
        if last[part] != Int32(net) { axons += 1 }
        last[part] = Int32(net)
      }
      sum += Double(axons) * builder.spikes[builder.network.templates[origin.template].source]
    }
    for (template, count) in subject.common {
      let spikes = builder.spikes[builder.network.templates[template].source]
      sum += Double(count * cut.parts.count) * spikes
    }
    return sum
  }

  /// Counts the output entries at the sources of a population that keeps its order.
  private mutating func listen(_ population: Int, _ plain: Partition?) {
    for tile in plain?.tiles(of: population) ?? [] {
      for input in tile.inputs {
        let source = builder.network.templates[input.template].source
        input.sources.forEachIndex(in: builder.images[source].shape) {
          fanOut[source][$0] += entries
        }
      }
    }
  }
}

extension Partition {
  /// The tiles of a population, core after core.
  func tiles(of population: Int) -> [Tile] {
    cores.flatMap { $0.filter { $0.population == population } }
  }
}
