import LoomBase
import LoomCompiler
import Testing

@Suite("Cuts of arbitrary graphs")
struct GraphCutTests {
  private static func groups(_ cut: GraphCut) -> [[Int]] {
    cut.parts.map { part in part.map { Int(cut.neurons[$0]) } }
  }

  @Test(
    "scattered communities are found again: at most 1.15 of their axons, at most half of the given order's",
    arguments: [1, 2, 3])
  func planted(seed: Int) throws {
    let graph = PlantedGraph(
      communities: 20, neurons: 50, sourcesEach: 60, fanIn: 20, strays: 1, seed: UInt64(seed))
    let subject = NeuronHypergraph(vertexCount: 1000, nets: graph.nets)
    let cut = try #require(GraphCut(subject, PartLimits(size: 50, axons: 1000)))
    let groups = Self.groups(cut)
    #expect(groups.count == 20)
    #expect(cut.neurons.sorted() == (0..<1000).map { Int32($0) })
    // Counted by the test, from the graph alone.
    let axons = graph.axons(groups)
    #expect(axons == cut.axons)
    #expect(Double(axons) <= 1.15 * Double(graph.axons(graph.planted)))
    #expect(Double(axons) <= 0.5 * Double(graph.axons(graph.consecutive(50))))
  }

  @Test("communities smaller and larger than a core", arguments: [(40, 25), (10, 100), (12, 84)])
  func misfits(count: Int, neurons: Int) throws {
    let graph = PlantedGraph(
      communities: count, neurons: neurons, sourcesEach: neurons, fanIn: 16, strays: 1, seed: 5)
    let total = count * neurons
    let subject = NeuronHypergraph(vertexCount: total, nets: graph.nets)
    let cut = try #require(GraphCut(subject, PartLimits(size: 50, axons: 1000)))
    // Best known: communities one after another, cores of 50.
    let ordered = graph.planted.flatMap { $0 }
    let known = stride(from: 0, to: total, by: 50).map {
      Array(ordered[$0..<min($0 + 50, total)])
    }
    #expect(cut.parts.count == known.count)
    #expect(Double(cut.axons) <= 1.15 * Double(graph.axons(known)))
  }

  @Test("every part keeps the limits, whichever binds")
  func limits() throws {
    let graph = PlantedGraph(
      communities: 12, neurons: 40, sourcesEach: 50, fanIn: 12, strays: 2, seed: 8)
    let nets = graph.nets
    for (size, axons) in [(16, 1000), (480, 60), (30, 90)] {
      var subject = NeuronHypergraph(vertexCount: 480, nets: nets)
      subject.entries = (0..<480).map { Int32($0 % 3) }
      let limits = PartLimits(size: size, axons: axons, entries: 25)
      let cut = try #require(GraphCut(subject, limits))
      for group in Self.groups(cut) {
        #expect(group.count <= size && graph.axons([group]) <= axons)
        #expect(group.reduce(0) { $0 + $1 % 3 } <= 25)
      }
      #expect(Set(Self.groups(cut).flatMap { $0 }).count == 480)
    }
    let impossible = PartLimits(size: 16, axons: 5)
    #expect(GraphCut(NeuronHypergraph(vertexCount: 480, nets: nets), impossible) == nil)
  }

  /// The lightest cut of ten neurons into two cores of five, all 126 tried.
  private static func optimum(_ nets: [[Int32]], _ weights: [Int32]) -> Int {
    var best = Int.max
    for mask in 0..<1024 where mask.nonzeroBitCount == 5 && mask & 1 == 1 {
      var cost = 0
      for (net, weight) in zip(nets, weights) {
        let inside = net.filter { mask >> Int($0) & 1 == 1 }.count
        cost += Int(weight) * (inside > 0 && inside < net.count ? 2 : 1)
      }
      best = min(best, cost)
    }
    return best
  }

  @Test("tiny graphs: within 1.1 of the optimum found by trying all cuts, on average within 1.01")
  func bruteForce() throws {
    var generator = SeededGenerator(seed: 77)
    var ratios: [Double] = []
    for _ in 0..<200 {
      let nets: [[Int32]] = (0..<14).map { _ in
        let size = Int.random(in: 2...4, using: &generator)
        return (0..<10).map { Int32($0) }.shuffled(using: &generator).prefix(size).sorted()
      }
      var graph = NeuronHypergraph(vertexCount: 10, nets: nets)
      graph.weights = nets.map { _ in Int32.random(in: 1...8, using: &generator) }
      let cut = try #require(GraphCut(graph, PartLimits(size: 5, axons: 14)))
      #expect(cut.parts.map(\.count) == [5, 5])
      ratios.append(Double(cut.weight) / Double(Self.optimum(nets, graph.weights)))
    }
    let mean = ratios.reduce(0, +) / Double(ratios.count)
    #expect(ratios.allSatisfy { $0 >= 1 })
    #expect(ratios.max() ?? 2 <= 1.1, "worst \(ratios.max() ?? 0)")
    #expect(mean <= 1.01, "mean \(mean)")
  }

  @Test("spikes weigh: the busy sources are kept together, not the many silent ones")
  func weights() throws {
    // Neurons 0...3 in a square: two quiet sources join 0-1 and 2-3, one busy source joins 0-2 and another 1-3.
    var graph = NeuronHypergraph(
      vertexCount: 4, nets: [[0, 1], [0, 1], [2, 3], [2, 3], [0, 2], [1, 3]])
    func partners(_ weights: [Int32]) throws -> Bool {
      graph.weights = weights
      let cut = try #require(GraphCut(graph, PartLimits(size: 2, axons: 6)))
      return cut.owners[0] == cut.owners[1]
    }
    #expect(try partners([1, 1, 1, 1, 1, 1]))
    #expect(try !partners([1, 1, 1, 1, 9, 9]))
  }

  @Test("targets of one axon lie together inside a core")
  func runs() throws {
    // Two kinds of neurons alternate; each kind has three sources, and a seventh source feeds every second pair.
    let even: [Int32] = [0, 2, 4, 6]
    let odd: [Int32] = [1, 3, 5, 7]
    let graph = NeuronHypergraph(vertexCount: 8, nets: [even, even, even, odd, odd, odd])
    let cut = try #require(GraphCut(graph, PartLimits(size: 8, axons: 6)))
    let kinds = cut.neurons.map { $0 % 2 }
    #expect(kinds == [0, 0, 0, 0, 1, 1, 1, 1] || kinds == [1, 1, 1, 1, 0, 0, 0, 0])
  }
}
