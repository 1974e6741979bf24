/// Refines cores pair by pair, each with the cores it shares most inputs with, as long as that pays.
struct PartRefinement {
  /// The neurons of each part.
  private(set) var parts: [[Int32]]
  /// What each part takes.
  private(set) var loads: [PartLoad]
  private let graph: NeuronHypergraph
  private let limits: PartLimits

  /// How many neighbours of a core are tried.
  private static let neighbours = 4
  /// Nets on more cores than this say nothing about who is near to whom.
  private static let widest = 24
  private static let rounds = 6
  private static let workLimit = 600_000_000

  init(_ graph: NeuronHypergraph, _ limits: PartLimits, _ growth: PartGrowth) {
    self.graph = graph
    self.limits = limits
    parts = growth.parts
    loads = growth.loads
  }

  /// The sum over nets of their weight on every core that has them.
  var cost: Int {
    let spread = PartSpread(graph, parts)
    var sum = 0
    for net in 0..<graph.netCount {
      sum += (spread.offsets[net + 1] - spread.offsets[net]) * Int(graph.weights[net])
    }
    return sum
  }

  /// Moves neurons until a round wins less than a thousandth.
  mutating func run() {
    guard parts.count > 1 else { return }
    var pass = PairRefinement(graph, limits)
    var isChanged = [Bool](repeating: true, count: parts.count)
    var rest = cost
    for _ in 0..<Self.rounds {
      let pairs = PartSpread(graph, parts).pairs(
        graph, count: parts.count, neighbours: Self.neighbours, widest: Self.widest)
      var won = 0
      var changes = [Bool](repeating: false, count: parts.count)
      for (first, second) in pairs where isChanged[first] || isChanged[second] {
        guard pass.work < Self.workLimit else { break }
        let gain = refine(first, second, &pass)
        won += gain
        if gain > 0 {
          changes[first] = true
          changes[second] = true
        }
      }
      isChanged = changes
      rest -= won
      if won * 1000 < rest || pass.work >= Self.workLimit { break }
    }
    let kept = parts.indices.filter { !parts[$0].isEmpty }
    (parts, loads) = (kept.map { parts[$0] }, kept.map { loads[$0] })
  }

  private mutating func refine(
    _ first: Int, _ second: Int, _ pass: inout PairRefinement
  ) -> Int {
    var members = (parts[first], parts[second])
    var taken = (loads[first], loads[second])
    let won = pass.refine(&members.0, &members.1, &taken.0, &taken.1)
    if won > 0 {
      (parts[first], parts[second]) = members
      (loads[first], loads[second]) = taken
    }
    return won
  }
}

/// On which parts every net has neurons.
struct PartSpread {
  /// For each net the start of its parts; one more at the end.
  private(set) var offsets: [Int]
  /// The parts, ascending within a net.
  private(set) var parts: [Int32]
  /// For each part the start of its nets; one more at the end.
  private var partOffsets: [Int]
  private var partNets: [Int32]

  init(_ graph: NeuronHypergraph, _ members: [[Int32]]) {
    var last = [Int32](repeating: -1, count: graph.netCount)
    partOffsets = [0]
    partNets = []
    offsets = Array(repeating: 0, count: graph.netCount + 1)
    for (part, vertices) in members.enumerated() {
      for vertex in vertices {
        for pin in graph.nets(Int(vertex)) {
          let net = Int(graph.vertexNets[pin])
          guard last[net] != Int32(part) else { continue }
          last[net] = Int32(part)
          partNets.append(Int32(net))
          offsets[net + 1] += 1
        }
      }
      partOffsets.append(partNets.count)
    }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    parts = Array(repeating: 0, count: partNets.count)
    for part in members.indices {
      for entry in partOffsets[part]..<partOffsets[part + 1] {
        let net = Int(partNets[entry])
        parts[next[net]] = Int32(part)
        next[net] += 1
      }
    }
  }

  /// By part those it shares most weight with, the most first; nets on more than `widest` parts left out.
  func affinities(
    _ graph: NeuronHypergraph, count: Int, neighbours: Int, widest: Int
  ) -> [[(part: Int, weight: Int)]] {
    var sums = [Int](repeating: 0, count: count)
    var met: [Int] = []
    return (0..<count).map { part in
      for entry in partOffsets[part]..<partOffsets[part + 1] {
        let net = Int(partNets[entry])
        let range = offsets[net]..<offsets[net + 1]
        guard range.count > 1, range.count <= widest else { continue }
        for place in range where Int(parts[place]) != part {
          let other = Int(parts[place])
          if sums[other] == 0 { met.append(other) }
          sums[other] += Int(graph.weights[net])
        }
      }
      let nearest = met.map { (part: $0, weight: sums[$0]) }
        .sorted { ($1.weight, $0.part) < ($0.weight, $1.part) }.prefix(neighbours)
      for other in met { sums[other] = 0 }
      met.removeAll(keepingCapacity: true)
      return Array(nearest)
    }
  }

  /// The pairs worth refining, each once, ascending.
  func pairs(
    _ graph: NeuronHypergraph, count: Int, neighbours: Int, widest: Int
  ) -> [(Int, Int)] {
    let near = affinities(graph, count: count, neighbours: neighbours, widest: widest)
    var pairs: [(Int, Int)] = []
    for (part, others) in near.enumerated() {
      for (other, _) in others {
        // Named by both: taken from the lower one.
        if other < part, near[other].contains(where: { $0.part == part }) { continue }
        pairs.append((min(part, other), max(part, other)))
      }
    }
    return pairs.sorted { $0 < $1 }
  }
}
