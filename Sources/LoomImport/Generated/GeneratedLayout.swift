import LoomBase
import LoomNetwork

/// Maps and projections of a generated network: its shape without a weight.
struct GeneratedLayout {
  /// Who meets whom between two maps.
  enum Link {
    case convolution
    case dense
    /// As many sources of every target.
    case lists(Int)
  }

  /// The maps, the input first, then layer after layer.
  var shapes: [MapShape] = []
  /// Source, target and kind, ascending by target.
  var links: [(source: Int, target: Int, link: Link)] = []
  /// The first map of the last layer: those from there on are outputs.
  var firstOutput = 0

  /// Neurons that stand on cores.
  var neurons: Int { shapes.dropFirst().reduce(0) { $0 + $1.count } }

  /// The layout nearest to a number of neurons and synapses.
  init(_ kind: GeneratedKind, neurons: Int, synapses: Int, _ generator: inout SeededGenerator) {
    switch kind {
    case .convolutional: addConvolutions(neurons, synapses)
    case .random: addBlocks(neurons, synapses, &generator)
    case .rows: addRows(synapses, &generator)
    case .sparse: addLists(neurons, synapses)
    }
  }

  private static func rounded(_ value: Double) -> Int { max(1, Int(value.rounded())) }

  /// Channels C and side n with 5 C n² neurons of C (3 − 2/n)² synapses each, padding without synapses.
  private mutating func addConvolutions(_ neurons: Int, _ synapses: Int) {
    let layers = 5
    let fanIn = Double(synapses) / Double(neurons)
    var side = 1 << 20
    var channels = 1
    for _ in 0..<8 {
      let taps = 3 - 2 / Double(side)
      channels = Self.rounded(fanIn / (taps * taps))
      side = Self.rounded((Double(neurons) / Double(layers * channels)).squareRoot())
    }
    let shape = MapShape(channels: channels, height: side, width: side)
    shapes = Array(repeating: shape, count: layers + 1)
    links = (0..<layers).map { ($0, $0 + 1, .convolution) }
    firstOutput = layers
  }

  /// Blocks of half a fan-out: each neuron reaches the whole of two.
  private mutating func addBlocks(
    _ neurons: Int, _ synapses: Int, _ generator: inout SeededGenerator
  ) {
    let width = max(1, Self.rounded(Double(synapses) / Double(neurons)) / 2)
    let blocks = max(2, neurons / width)
    let layers = min(10, blocks / 2)
    let each = max(2, blocks / layers)
    shapes = [MapShape(channels: 2 * width)]
    for layer in 0..<layers {
      let first = shapes.count
      shapes += Array(repeating: MapShape(channels: width), count: each)
      guard layer > 0 else {
        links += (first..<(first + each)).map { (0, $0, .dense) }
        continue
      }
      let order = Self.shuffled(each, &generator)
      let turn = 1 + Int(generator.next() % UInt64(each - 1))
      for block in 0..<each {
        let sources = [order[block], order[(block + turn) % each]].sorted()
        links += sources.map { (first - each + $0, first + block, .dense) }
      }
    }
    firstOutput = shapes.count - each
  }

  /// Blocks of 512 onto blocks of 512; a single, smaller one where that is more than was asked for.
  private mutating func addRows(_ synapses: Int, _ generator: inout SeededGenerator) {
    let (width, narrowest) = (512, 128)
    guard synapses >= width * width else {
      let targets = max(narrowest, synapses / width)
      shapes = [
        MapShape(channels: min(width, max(1, synapses / targets))), MapShape(channels: targets),
      ]
      links = [(0, 1, .dense)]
      firstOutput = 1
      return
    }
    let blocks = Self.rounded(Double(synapses) / Double(width * width))
    let layers = min(10, blocks)
    let each = Self.rounded(Double(blocks) / Double(layers))
    shapes = [MapShape(channels: width)]
    for layer in 0..<layers {
      let first = shapes.count
      shapes += Array(repeating: MapShape(channels: width), count: each)
      let order = Self.shuffled(each, &generator)
      links += (0..<each).map { (layer == 0 ? 0 : first - each + order[$0], first + $0, .dense) }
    }
    firstOutput = shapes.count - each
  }

  private mutating func addLists(_ neurons: Int, _ synapses: Int) {
    let layers = 4
    let shape = MapShape(channels: max(1, neurons / layers))
    let sources = min(shape.count, Self.rounded(Double(synapses) / Double(neurons)))
    shapes = Array(repeating: shape, count: layers + 1)
    links = (0..<layers).map { ($0, $0 + 1, .lists(sources)) }
    firstOutput = layers
  }

  private static func shuffled(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.reversed() {
      order.swapAt(index, Int(generator.next() % UInt64(index + 1)))
    }
    return order
  }
}
