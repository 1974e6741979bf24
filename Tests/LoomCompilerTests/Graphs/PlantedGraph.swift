import LoomBase
import LoomCompiler
import LoomNetwork

/// A graph with a known good cut: communities of neurons with sources of their own, scattered by a random order.
struct PlantedGraph {
  /// By neuron its sources, ascending.
  var sources: [[Int32]] = []
  /// By neuron its community.
  var communities: [Int] = []
  let sourceCount: Int

  /// Every neuron takes `fanIn` sources of its community and `strays` of any.
  init(
    communities count: Int, neurons: Int, sourcesEach: Int, fanIn: Int, strays: Int, seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    sourceCount = count * sourcesEach
    let labels = (0..<sourceCount).map { Int32($0) }.shuffled(using: &generator)
    communities = (0..<count * neurons).map { $0 / neurons }.shuffled(using: &generator)
    for community in communities {
      let own = labels[(community * sourcesEach)..<((community + 1) * sourcesEach)]
      var list = Set(own.shuffled(using: &generator).prefix(fanIn))
      for _ in 0..<strays {
        list.insert(Int32.random(in: 0..<Int32(sourceCount), using: &generator))
      }
      sources.append(list.sorted())
    }
  }

  /// The nets: for each source that feeds anybody its neurons.
  var nets: [[Int32]] {
    var nets = [[Int32]](repeating: [], count: sourceCount)
    for (neuron, list) in sources.enumerated() {
      for source in list { nets[Int(source)].append(Int32(neuron)) }
    }
    return nets.filter { !$0.isEmpty }
  }

  /// The pattern of a projection.
  var pattern: SparsePattern {
    var offsets = [0]
    for list in sources { offsets.append(offsets[offsets.count - 1] + list.count) }
    return SparsePattern(targetOffsets: offsets, sources: sources.flatMap { $0 })
  }

  /// Input axons where every group of neurons has a core of its own.
  func axons(_ groups: [[Int]]) -> Int {
    groups.reduce(0) { sum, group in
      sum + Set(group.flatMap { sources[$0] }).count
    }
  }

  /// A core for each community.
  var planted: [[Int]] {
    let count = (communities.max() ?? 0) + 1
    return (0..<count).map { community in
      communities.indices.filter { communities[$0] == community }
    }
  }

  /// Neighbours in number share a core.
  func consecutive(_ size: Int) -> [[Int]] {
    stride(from: 0, to: sources.count, by: size).map {
      Array($0..<min($0 + size, sources.count))
    }
  }
}
