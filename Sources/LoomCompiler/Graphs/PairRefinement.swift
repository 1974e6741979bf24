/// Moves neurons between two cores as Fiduccia and Mattheyses do (1982): the best move first, each neuron once,
/// then back to the best state on the way.
///
/// What counts is the weight of nets that both cores have. Full cores let one neuron more in, if another leaves.
struct PairRefinement {
  private let graph: NeuronHypergraph
  private let limits: PartLimits
  private let largest: Int
  /// By neuron: 0 or 1, the side it is on.
  private var side: [UInt8]
  private var gains: [Int32]
  private var isLocked: [Bool]
  /// By net: its neurons on either side, and where those of both sides are listed.
  private var counts: (first: [Int32], second: [Int32])
  private var starts: [Int32]
  private var pins: [Int32] = []
  private var netsInUse: [Int32] = []
  private var heaps = (first: ScoreHeap(), second: ScoreHeap())
  private var loads = (first: PartLoad(), second: PartLoad())
  private var moves: [Int32] = []
  /// Steps taken so far.
  private(set) var work = 0

  init(_ graph: NeuronHypergraph, _ limits: PartLimits) {
    self.graph = graph
    self.limits = limits
    largest = Int(graph.sizes.max() ?? 1)
    side = Array(repeating: 0, count: graph.vertexCount)
    gains = Array(repeating: 0, count: graph.vertexCount)
    isLocked = Array(repeating: false, count: graph.vertexCount)
    counts = (
      Array(repeating: 0, count: graph.netCount), Array(repeating: 0, count: graph.netCount)
    )
    starts = Array(repeating: 0, count: graph.netCount)
  }

  /// Improves two parts; returns the weight won.
  mutating func refine(
    _ first: inout [Int32], _ second: inout [Int32], _ firstLoad: inout PartLoad,
    _ secondLoad: inout PartLoad
  ) -> Int {
    let all = first + second
    loads = (firstLoad, secondLoad)
    for vertex in first { side[Int(vertex)] = 0 }
    for vertex in second { side[Int(vertex)] = 1 }
    list(all)
    rate(all)
    var won = 0
    var best = (won: 0, moves: 0, loads: loads)
    moves.removeAll(keepingCapacity: true)
    let patience = max(32, all.count / 8)
    while moves.count - best.moves < patience, let (vertex, next) = choose() {
      won += Int(gains[vertex])
      move(vertex)
      loads = next
      moves.append(Int32(vertex))
      if won > best.won, limits.holds(loads.first), limits.holds(loads.second) {
        best = (won, moves.count, loads)
      }
    }
    for vertex in moves[best.moves...] { side[Int(vertex)] ^= 1 }
    for net in netsInUse {
      counts.first[Int(net)] = 0
      counts.second[Int(net)] = 0
    }
    if best.moves > 0 {
      first = all.filter { side[Int($0)] == 0 }
      second = all.filter { side[Int($0)] == 1 }
      (firstLoad, secondLoad) = best.loads
    }
    return best.won
  }

  /// Counts the neurons of every net on both sides and lists them where there are two or more.
  private mutating func list(_ all: [Int32]) {
    netsInUse.removeAll(keepingCapacity: true)
    for vertex in all {
      let isFirst = side[Int(vertex)] == 0
      for pin in graph.nets(Int(vertex)) {
        let net = Int(graph.vertexNets[pin])
        if counts.first[net] + counts.second[net] == 0 { netsInUse.append(Int32(net)) }
        if isFirst { counts.first[net] += 1 } else { counts.second[net] += 1 }
      }
      work += graph.nets(Int(vertex)).count
    }
    var next: Int32 = 0
    for net in netsInUse {
      let total = counts.first[Int(net)] + counts.second[Int(net)]
      starts[Int(net)] = next
      if total > 1 { next += total }
    }
    if pins.count < Int(next) { pins += Array(repeating: 0, count: Int(next) - pins.count) }
    for vertex in all {
      for pin in graph.nets(Int(vertex)) {
        let net = Int(graph.vertexNets[pin])
        guard counts.first[net] + counts.second[net] > 1 else { continue }
        pins[Int(starts[net])] = vertex
        starts[net] += 1
      }
    }
    for net in netsInUse {
      let total = counts.first[Int(net)] + counts.second[Int(net)]
      if total > 1 { starts[Int(net)] -= total }
    }
  }

  /// What every neuron would win on the other side.
  private mutating func rate(_ all: [Int32]) {
    heaps.first.removeAll()
    heaps.second.removeAll()
    for entry in all {
      let vertex = Int(entry)
      let isFirst = side[vertex] == 0
      var gain: Int32 = 0
      for pin in graph.nets(vertex) {
        let net = Int(graph.vertexNets[pin])
        let (own, other) =
          isFirst
          ? (counts.first[net], counts.second[net]) : (counts.second[net], counts.first[net])
        if own == 1 { gain &+= graph.weights[net] }
        if other == 0 { gain &-= graph.weights[net] }
      }
      gains[vertex] = gain
      isLocked[vertex] = false
      push(vertex)
    }
  }

  @inline(__always)
  private mutating func push(_ vertex: Int) {
    if side[vertex] == 0 {
      heaps.first.push(vertex, score: gains[vertex])
    } else {
      heaps.second.push(vertex, score: gains[vertex])
    }
  }

  /// The next move and the loads after it; nil when there is none left.
  private mutating func choose() -> (vertex: Int, loads: (first: PartLoad, second: PartLoad))? {
    while true {
      drop()
      guard let from = sideToMove() else { return nil }
      guard let vertex = (from == 0 ? heaps.first.top : heaps.second.top)?.vertex else {
        return nil
      }
      if from == 0 { heaps.first.pop() } else { heaps.second.pop() }
      let next = loadsMoving(vertex)
      if limits.permits(from == 0 ? next.second : next.first, largest: largest) {
        return (vertex, next)
      }
      isLocked[vertex] = true
    }
  }

  /// Takes what is no longer true off the heaps.
  private mutating func drop() {
    while let (score, vertex) = heaps.first.top,
      isLocked[vertex] || side[vertex] != 0 || gains[vertex] != score
    {
      heaps.first.pop()
    }
    while let (score, vertex) = heaps.second.top,
      isLocked[vertex] || side[vertex] != 1 || gains[vertex] != score
    {
      heaps.second.pop()
    }
  }

  /// A side that holds too much must give; else the better move.
  private func sideToMove() -> Int? {
    if !limits.holds(loads.first) { return heaps.first.top == nil ? nil : 0 }
    if !limits.holds(loads.second) { return heaps.second.top == nil ? nil : 1 }
    switch (heaps.first.top?.score, heaps.second.top?.score) {
    case (let first?, let second?):
      return first == second
        ? (loads.first.size >= loads.second.size ? 0 : 1) : first > second ? 0 : 1
    case (_?, nil): return 0
    case (nil, _?): return 1
    case (nil, nil): return nil
    }
  }

  private func loadsMoving(_ vertex: Int) -> (first: PartLoad, second: PartLoad) {
    let isFirst = side[vertex] == 0
    var own = isFirst ? loads.first : loads.second
    var other = isFirst ? loads.second : loads.first
    own.vertices -= 1
    other.vertices += 1
    own.size -= Int(graph.sizes[vertex])
    other.size += Int(graph.sizes[vertex])
    own.entries -= Int(graph.entries[vertex])
    other.entries += Int(graph.entries[vertex])
    let measures = limits.memory != nil
    for pin in graph.nets(vertex) {
      let net = Int(graph.vertexNets[pin])
      let here = Int(isFirst ? counts.first[net] : counts.second[net])
      let there = Int(isFirst ? counts.second[net] : counts.first[net])
      if here == 1 { own.axons -= 1 }
      if there == 0 { other.axons += 1 }
      if measures {
        let words = limits.words[Int(graph.rules[net])]
        own.words += Int(words[here - 1] - words[here])
        other.words += Int(words[there + 1] - words[there])
      }
    }
    if measures {
      own.words += limits.commonWords[own.vertices] - limits.commonWords[own.vertices + 1]
      other.words += limits.commonWords[other.vertices] - limits.commonWords[other.vertices - 1]
    }
    return isFirst ? (own, other) : (other, own)
  }

  /// Moves a neuron and updates what its neighbours would win.
  private mutating func move(_ vertex: Int) {
    isLocked[vertex] = true
    let from = side[vertex]
    side[vertex] = from ^ 1
    for pin in graph.nets(vertex) {
      let net = Int(graph.vertexNets[pin])
      let here = from == 0 ? counts.first[net] : counts.second[net]
      let there = from == 0 ? counts.second[net] : counts.first[net]
      if from == 0 {
        counts.first[net] -= 1
        counts.second[net] += 1
      } else {
        counts.second[net] -= 1
        counts.first[net] += 1
      }
      guard here + there > 1 else { continue }
      update(net, from: from, here: here, there: there)
    }
    work += graph.nets(vertex).count
  }

  /// A net lost one of `here` neurons on a side to the `there` neurons on the other.
  private mutating func update(_ net: Int, from: UInt8, here: Int32, there: Int32) {
    guard there <= 1 || here <= 2 else { return }
    let weight = graph.weights[net]
    let first = Int(starts[net])
    work += Int(here + there)
    for pin in first..<(first + Int(here + there)) {
      let vertex = Int(pins[pin])
      guard !isLocked[vertex] else { continue }
      var change: Int32 = 0
      if side[vertex] == from {
        // The other side has the net now; the last one here would free this side of it.
        if there == 0 { change &+= weight }
        if here == 2 { change &+= weight }
      } else {
        // It no longer frees its side alone; going over would bring the net back.
        if there == 1 { change &-= weight }
        if here == 1 { change &-= weight }
      }
      guard change != 0 else { continue }
      gains[vertex] &+= change
      push(vertex)
    }
  }
}
