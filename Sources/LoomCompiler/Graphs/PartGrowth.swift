/// Fills one core after another with the neuron that shares most inputs with it.
///
/// The score of a neuron is the weight of its nets that the core already has, less that of those it has not. A
/// core that is full leaves its best remaining neighbour as the seed of the next, so that what it cut in two goes on
/// there.
struct PartGrowth {
  /// The neurons of each part, in the order in which they came.
  private(set) var parts: [[Int32]] = []
  /// What each part takes.
  private(set) var loads: [PartLoad] = []

  private let graph: NeuronHypergraph
  private let limits: PartLimits
  /// Neurons of each net that are still free stand first; those behind `netEnds` are known to be placed.
  private var netVertices: [Int32]
  private var netEnds: [Int]
  private var isPlaced: [Bool]
  /// By neuron: the weight of all its nets, and of those that the core has.
  private var degrees: [Int32]
  private var overlaps: [Int32]
  /// By net: its neurons on the core.
  private var counts: [Int32]
  private var netsInUse: [Int32] = []
  private var touched: [Int32] = []
  private var raised: [Int32] = []
  private var isRaised: [Bool]
  private var heap = ScoreHeap()
  private var load = PartLoad()
  private var members: [Int32] = []
  private var nextFree = 0
  /// Steps that raising scores has taken, and how many it may take before long nets are left out.
  private var work = 0
  private let workLimit: Int
  private var longestNet = Int.max
  /// Whether the score of a neuron matters.
  private var raisesScores = true

  /// Neurons that may be too large for what is left of a core before it is closed.
  private static let patience = 24
  /// How often each synapse may be looked at, on average, before nets longer than the mean (then a quarter of it)
  /// raise no more scores: where nobody has inputs in common there is little to be won by looking longer.
  private static let looks = 20

  init(_ graph: NeuronHypergraph, _ limits: PartLimits) {
    self.graph = graph
    self.limits = limits
    netVertices = graph.netVertices
    netEnds = Array(graph.netOffsets.dropFirst())
    workLimit = max(10_000_000, Self.looks * graph.netVertices.count)
    isPlaced = Array(repeating: false, count: graph.vertexCount)
    overlaps = Array(repeating: 0, count: graph.vertexCount)
    isRaised = isPlaced
    counts = Array(repeating: 0, count: graph.netCount)
    degrees = overlaps
    for vertex in 0..<graph.vertexCount {
      var sum: Int32 = 0
      for pin in graph.nets(vertex) { sum &+= graph.weights[Int(graph.vertexNets[pin])] }
      degrees[vertex] = sum
    }
  }

  /// Places every neuron, beginning with one; false if a neuron alone is too much for a core.
  mutating func run(from start: Int) -> Bool {
    var seed: Int? = start
    while let first = seed {
      guard grow(from: first) else { return false }
      seed = close()
    }
    return true
  }

  /// Fills core after core with the neurons as they are numbered; false if one alone is too much for a core.
  mutating func fillInOrder() -> Bool {
    raisesScores = false
    for vertex in 0..<graph.vertexCount {
      if !limits.holds(loadAdding(vertex)) {
        _ = close()
        guard limits.holds(loadAdding(vertex)) else { return false }
      }
      place(vertex)
    }
    _ = close()
    return true
  }

  /// The lowest neuron not placed.
  private mutating func nextSeed() -> Int? {
    while nextFree < graph.vertexCount, isPlaced[nextFree] { nextFree += 1 }
    return nextFree < graph.vertexCount ? nextFree : nil
  }

  /// Fills a core; false if its first neuron does not fit.
  private mutating func grow(from seed: Int) -> Bool {
    guard limits.holds(loadAdding(seed)) else { return false }
    place(seed)
    var refused = 0
    while load.size < limits.size, refused < Self.patience {
      guard let vertex = best() ?? nextSeed() else { break }
      let next = loadAdding(vertex)
      if limits.holds(next) {
        place(vertex)
      } else if overlaps[vertex] == 0 {
        // Nothing of what is left shares an input, and the lowest of it does not fit.
        break
      } else {
        refused += 1
      }
    }
    return true
  }

  /// The free neuron of the greatest score; it is taken off the heap.
  private mutating func best() -> Int? {
    while let (score, vertex) = heap.top {
      heap.pop()
      if !isPlaced[vertex], score == self.score(vertex) { return vertex }
    }
    return nil
  }

  @inline(__always)
  private func score(_ vertex: Int) -> Int32 { 2 &* overlaps[vertex] &- degrees[vertex] }

  private func loadAdding(_ vertex: Int) -> PartLoad {
    var next = load
    next.vertices += 1
    next.size += Int(graph.sizes[vertex])
    next.entries += Int(graph.entries[vertex])
    let measures = limits.memory != nil
    for pin in graph.nets(vertex) {
      let net = Int(graph.vertexNets[pin])
      let count = Int(counts[net])
      if count == 0 { next.axons += 1 }
      if measures {
        let words = limits.words[Int(graph.rules[net])]
        next.words += Int(words[count + 1] - words[count])
      }
    }
    if measures {
      next.words += limits.commonWords[next.vertices] - limits.commonWords[next.vertices - 1]
    }
    return next
  }

  private mutating func place(_ vertex: Int) {
    load = loadAdding(vertex)
    isPlaced[vertex] = true
    members.append(Int32(vertex))
    raised.removeAll(keepingCapacity: true)
    for pin in graph.nets(vertex) {
      let net = Int(graph.vertexNets[pin])
      counts[net] += 1
      if counts[net] == 1 {
        netsInUse.append(Int32(net))
        if raisesScores { raise(net) }
      }
    }
    for vertex in raised {
      isRaised[Int(vertex)] = false
      heap.push(Int(vertex), score: score(Int(vertex)))
    }
    if work > workLimit {
      work = 0
      longestNet =
        longestNet == .max
        ? graph.netVertices.count / max(1, graph.netCount) : longestNet / 4
    }
  }

  /// The core has a net now: its free neurons share it.
  private mutating func raise(_ net: Int) {
    let first = graph.netOffsets[net]
    var end = netEnds[net]
    guard end - first <= longestNet else { return }
    let weight = graph.weights[net]
    var pin = first
    work += end - first
    while pin < end {
      let vertex = Int(netVertices[pin])
      if isPlaced[vertex] {
        end -= 1
        netVertices[pin] = netVertices[end]
        netVertices[end] = Int32(vertex)
        continue
      }
      if overlaps[vertex] == 0 { touched.append(Int32(vertex)) }
      overlaps[vertex] &+= weight
      if !isRaised[vertex] {
        isRaised[vertex] = true
        raised.append(Int32(vertex))
      }
      pin += 1
    }
    netEnds[net] = end
  }

  /// Closes the core and says where the next begins.
  private mutating func close() -> Int? {
    parts.append(members)
    loads.append(load)
    members.removeAll(keepingCapacity: true)
    load = PartLoad()
    heap.removeAll()
    for net in netsInUse { counts[Int(net)] = 0 }
    netsInUse.removeAll(keepingCapacity: true)
    var best: (vertex: Int, score: Int32)?
    for entry in touched {
      let vertex = Int(entry)
      if !isPlaced[vertex] {
        let score = score(vertex)
        if best.map({ (score, $0.vertex) > ($0.score, vertex) }) ?? true {
          best = (vertex, score)
        }
      }
      overlaps[vertex] = 0
    }
    touched.removeAll(keepingCapacity: true)
    return best?.vertex ?? nextSeed()
  }
}
