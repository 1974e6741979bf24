import LoomNetwork

/// A division of a network's layers among host (head), chip and host (tail), and the tensors that cross.
struct HybridCut {
  let graph: DataGraph
  /// Layers on the host before the chip.
  let head: [Bool]
  /// Layers on the host behind the chip.
  let tail: [Bool]
  /// What the chip part reads of the head or of the network's input.
  private(set) var intoChip: [ValueID] = []
  /// What the tail, or an answer, takes from the head or the input, past the chip.
  private(set) var pastChip: [ValueID] = []
  /// What the tail reads of the chip part.
  private(set) var outOfChip: [ValueID] = []

  /// Finds what crosses; `head` holds all that its layers need, `tail` all that is computed from its layers.
  init(_ graph: DataGraph, head: [Bool], tail: [Bool]) {
    self.graph = graph
    self.head = head
    self.tail = tail
    for value in graph.readers.keys.sorted() {
      let readers = graph.readers[value] ?? []
      let isFromChip = graph.producers[value].map(isOnChip) ?? false
      let isFromTail = graph.producers[value].map { tail[$0] } ?? false
      if isFromTail { continue }
      if isFromChip {
        if readers.contains(where: { tail[$0] }) { outOfChip.append(value) }
      } else {
        if readers.contains(where: isOnChip) { intoChip.append(value) }
        if readers.contains(where: { tail[$0] }) { pastChip.append(value) }
      }
    }
    for value in graph.network.outputs where !pastChip.contains(value) {
      let producer = graph.producers[value]
      if producer.map({ head[$0] }) ?? true { pastChip.append(value) }
    }
  }

  /// Whether a layer is left to the chip.
  func isOnChip(_ layer: Int) -> Bool { graph.isLive[layer] && !head[layer] && !tail[layer] }

  /// The layers left to the chip.
  var chip: [Bool] { head.indices.map(isOnChip) }

  /// Whether one tensor enters the chip and none goes past it.
  var isClean: Bool { intoChip.count == 1 && pastChip.isEmpty && !hasIdleChip }

  /// Whether nothing is left to compute on the chip.
  var hasIdleChip: Bool {
    !graph.network.layers.indices.contains {
      isOnChip($0) && !graph.network.layers[$0].operation.onlyReshapes
    }
  }

  /// Whether an activation that neurons stand for is left to the chip.
  var hasNeurons: Bool {
    graph.network.layers.indices.contains {
      isOnChip($0) && graph.network.layers[$0].operation.isSpikingActivation
    }
  }

  /// Most layers tried as the place of another cut.
  private static let candidates = 512

  /// The nearest clean cut, as `--host` would name it; nil: none was found.
  ///
  /// Only one end is moved: the head if there is one, and the tail if there is one.
  func cleanNeighbour() -> String? {
    let layers = graph.network.layers.indices.filter { graph.isLive[$0] }
    let stride = max(1, layers.count / Self.candidates)
    var best: (distance: Int, name: String)?
    func offer(_ cut: HybridCut, _ distance: Int, _ end: HostSelection.End, _ layer: Int) {
      guard distance < best?.distance ?? .max, cut.isClean, cut.hasNeurons else { return }
      best = (distance, "\(end.rawValue):\(graph.network.layers[layer].name)")
    }
    for (number, layer) in layers.enumerated() where number % stride == 0 {
      var single = graph.none
      single[layer] = true
      let (before, behind) = (graph.before(single), graph.behind(single))
      if head.contains(true), !zip(before, tail).contains(where: { $0 && $1 }) {
        offer(
          HybridCut(graph, head: before, tail: tail), Self.distance(before, head), .head, layer)
      }
      if tail.contains(true), !zip(behind, head).contains(where: { $0 && $1 }) {
        offer(
          HybridCut(graph, head: head, tail: behind), Self.distance(behind, tail), .tail, layer)
      }
    }
    return best?.name
  }

  /// How many layers two sets do not share.
  private static func distance(_ first: [Bool], _ second: [Bool]) -> Int {
    zip(first, second).count { $0 != $1 }
  }
}
