/// Puts parts in a row, like beside like, and the neurons of each so that those of one axon lie together.
enum PartOrder {
  /// The parts along a chain: from each to the one not yet taken that it shares most with, else to the next.
  static func chain(_ graph: NeuronHypergraph, _ parts: [[Int32]]) -> [Int] {
    let near = PartSpread(graph, parts).affinities(
      graph, count: parts.count, neighbours: 8, widest: 24)
    var isTaken = [Bool](repeating: false, count: parts.count)
    var result: [Int] = []
    var next = 0
    var current: Int? = parts.isEmpty ? nil : 0
    while let part = current {
      isTaken[part] = true
      result.append(part)
      while next < parts.count, isTaken[next] { next += 1 }
      current =
        near[part].first { !isTaken[$0.part] }?.part ?? (next < parts.count ? next : nil)
    }
    return result
  }

  /// The order of a part's neurons that cuts its axons' targets into fewest runs: as they came, ascending, or sorted
  /// by the widest nets they belong to.
  static func inside(_ part: [Int32], _ graph: NeuronHypergraph, _ scratch: inout Scratch)
    -> [Int32]
  {
    let choices = [part.sorted(), part, bySignature(part, graph, &scratch)]
    let runs = choices.map { scratch.runs($0, graph) }
    let best = runs.indices.min { (runs[$0], $0) < (runs[$1], $1) } ?? 0
    return choices[best]
  }

  /// Neurons sorted by the ranks of their nets, a net of many neurons of the part before one of few.
  private static func bySignature(
    _ part: [Int32], _ graph: NeuronHypergraph, _ scratch: inout Scratch
  ) -> [Int32] {
    scratch.rank(part, graph)
    let signatures = part.map { vertex in
      graph.nets(Int(vertex)).map { scratch.ranks[Int(graph.vertexNets[$0])] }.sorted()
    }
    return part.indices.sorted { left, right in
      signatures[left] == signatures[right]
        ? part[left] < part[right]
        : signatures[left].lexicographicallyPrecedes(signatures[right])
    }.map { part[$0] }
  }

  /// Lists by net that are made once and used for every part.
  struct Scratch {
    fileprivate var ranks: [Int32]
    private var last: [Int]
    private var counts: [Int32]
    private var clock = 0

    init(_ graph: NeuronHypergraph) {
      ranks = Array(repeating: 0, count: graph.netCount)
      counts = ranks
      last = Array(repeating: -1, count: graph.netCount)
    }

    /// The runs of consecutive neurons of all nets.
    fileprivate mutating func runs(_ order: [Int32], _ graph: NeuronHypergraph) -> Int {
      var runs = 0
      clock += 1
      for vertex in order {
        clock += 1
        for pin in graph.nets(Int(vertex)) {
          let net = Int(graph.vertexNets[pin])
          if last[net] != clock - 1 { runs += 1 }
          last[net] = clock
        }
      }
      return runs
    }

    /// Ranks the nets of a part by their neurons in it, most first.
    fileprivate mutating func rank(_ part: [Int32], _ graph: NeuronHypergraph) {
      var nets: [Int32] = []
      for vertex in part {
        for pin in graph.nets(Int(vertex)) {
          let net = Int(graph.vertexNets[pin])
          if counts[net] == 0 { nets.append(Int32(net)) }
          counts[net] += 1
        }
      }
      // Most neurons first, of equally many the lowest net.
      var keys = nets.map { UInt64(UInt32.max - UInt32(counts[Int($0)])) << 32 | UInt64($0) }
      keys.sort()
      for (rank, key) in keys.enumerated() {
        let net = Int(UInt32(truncatingIfNeeded: key))
        ranks[net] = Int32(rank)
        counts[net] = 0
      }
    }
  }
}
