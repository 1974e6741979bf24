/// Who feeds whom in one population: a net for every source neuron, over the neurons it feeds.
///
/// Before: source 7 feeds neurons 3, 90 and 512. After: a net {3, 90, 512}; every core that holds one of them has an
/// input axon for it. The cut that takes fewest axons is the partition of the neurons with the smallest
/// sum, over nets, of the cores they meet (the connectivity metric of Çatalyürek and Aykanat 1999).
package struct NeuronHypergraph: Sendable {
  /// The number of neurons.
  package let vertexCount: Int
  /// For each net the start of its neurons; one more at the end.
  package private(set) var netOffsets: [Int]
  /// The neurons of each net, ascending.
  package private(set) var netVertices: [Int32]
  /// For each neuron the start of its nets; one more at the end.
  package private(set) var vertexOffsets: [Int] = []
  /// The nets of each neuron, ascending.
  package private(set) var vertexNets: [Int32] = []
  /// What an axon of each net counts: expected spikes, as a whole number of 1 or more.
  package var weights: [Int32]
  /// Which rule of `PartLimits.words` lays out the axons of each net.
  package var rules: [UInt16]
  /// Columns (or copies) that each neuron takes of a core.
  package var sizes: [Int32]
  /// Output entries that each neuron takes of a core.
  package var entries: [Int32]

  /// Nets of neurons, each ascending and not empty; all weights, sizes and rules alike until set.
  package init(vertexCount: Int, netOffsets: [Int], netVertices: [Int32]) {
    self.vertexCount = vertexCount
    self.netOffsets = netOffsets
    self.netVertices = netVertices
    weights = Array(repeating: 1, count: max(0, netOffsets.count - 1))
    rules = Array(repeating: 0, count: max(0, netOffsets.count - 1))
    sizes = Array(repeating: 1, count: vertexCount)
    entries = Array(repeating: 0, count: vertexCount)
    (vertexOffsets, vertexNets) = Self.transposed(vertexCount, netOffsets, netVertices)
  }

  /// Nets given one by one.
  package init(vertexCount: Int, nets: [[Int32]]) {
    var offsets = [0]
    for net in nets { offsets.append(offsets[offsets.count - 1] + net.count) }
    self.init(vertexCount: vertexCount, netOffsets: offsets, netVertices: nets.flatMap { $0 })
  }

  /// The number of nets.
  package var netCount: Int { weights.count }

  /// The nets of a neuron.
  @inline(__always)
  package func nets(_ vertex: Int) -> Range<Int> {
    vertexOffsets[vertex]..<vertexOffsets[vertex + 1]
  }

  /// The neurons of a net.
  @inline(__always)
  package func vertices(_ net: Int) -> Range<Int> { netOffsets[net]..<netOffsets[net + 1] }

  private static func transposed(
    _ vertexCount: Int, _ netOffsets: [Int], _ netVertices: [Int32]
  ) -> (offsets: [Int], nets: [Int32]) {
    var offsets = [Int](repeating: 0, count: vertexCount + 1)
    for vertex in netVertices { offsets[Int(vertex) + 1] += 1 }
    for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
    var next = offsets
    var nets = [Int32](repeating: 0, count: netVertices.count)
    for net in 0..<(netOffsets.count - 1) {
      for pin in netOffsets[net]..<netOffsets[net + 1] {
        let vertex = Int(netVertices[pin])
        nets[next[vertex]] = Int32(net)
        next[vertex] += 1
      }
    }
    return (offsets, nets)
  }
}
