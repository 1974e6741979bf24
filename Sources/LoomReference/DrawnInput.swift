import LoomBase
import LoomNetwork

/// The input neurons of coding `poisson`: which populations they are, and when they fire.
///
/// Where `PoissonDraw` shifts, this compares 64 by 64 bits without rounding, so that one checks the other.
struct DrawnInput: Sendable {
  private let draw: PoissonDraw
  /// By population: the number of its first neuron among all input neurons; nil: it integrates.
  private let firstNeurons: [Int?]

  /// Nothing is drawn of other codings.
  init(_ skeleton: NetworkSkeleton, seed: UInt64) {
    draw = PoissonDraw(seed: seed)
    let driven = skeleton.coding == .poisson ? Set(skeleton.frontEnd.map(\.target.index)) : []
    var next = 0
    firstNeurons = skeleton.nodes.enumerated().map { index, node in
      guard driven.contains(index) else { return nil }
      defer { next += node.shape.count }
      return next
    }
  }

  /// Whether a population's spikes are drawn.
  func draws(_ population: Int) -> Bool { firstNeurons[population] != nil }

  /// Where the numbers of every drawn neuron start for a sample, by population, channel-first.
  func streams(sample: Int, shapes: [MapShape]) -> [[UInt64]] {
    firstNeurons.indices.map { population in
      guard let first = firstNeurons[population] else { return [] }
      return (0..<shapes[population].count).map { draw.stream(sample: sample, neuron: first + $0) }
    }
  }

  /// Who fires in a step, channel-first: c · 2^32 > θ · u (currents and thresholds are channel-last).
  static func spikes(
    _ streams: [UInt64], step: Int, currents: [Int64], thresholds: [Int32], shape: MapShape
  ) -> SpikeList {
    let order = ChannelLast(shape)
    return (0..<shape.count).filter { neuron in
      let place = order.index(channelFirst: neuron)
      let number = PoissonDraw.number(ofStream: streams[neuron], step: step)
      let left = currents[place].multipliedFullWidth(by: 1 << 32)
      let right = Int64(thresholds[place]).multipliedFullWidth(by: Int64(number))
      return (left.high, left.low) > (right.high, right.low)
    }.map { Int32($0) }
  }

  /// The same of float currents and thresholds: c > θ · u / 2^32.
  static func spikes(
    _ streams: [UInt64], step: Int, currents: [Float], thresholds: [Float], shape: MapShape
  ) -> SpikeList {
    let order = ChannelLast(shape)
    return (0..<shape.count).filter { neuron in
      let place = order.index(channelFirst: neuron)
      let number = PoissonDraw.number(ofStream: streams[neuron], step: step)
      return Double(currents[place]) > Double(thresholds[place]) * (Double(number) * 0x1p-32)
    }.map { Int32($0) }
  }
}

/// Lists what input neurons that are drawn must not have.
enum DrawnInputCheck {
  /// Every violation of a network whose ids and counts are sound; none for other codings.
  static func findings(of skeleton: NetworkSkeleton) -> [Diagnostic] {
    guard skeleton.coding == .poisson else { return [] }
    var findings: [Diagnostic] = []
    func need(_ condition: Bool, _ message: String, _ layer: String = "input") {
      guard !condition else { return }
      findings.append(
        Diagnostic(
          .error, skeleton.diagnosticCode, "coding 'poisson' needs \(message)", at: .layer(layer)))
    }
    need(!skeleton.frontEnd.isEmpty, "a front end that drives input neurons, has none")
    need(
      skeleton.code == .rate,
      "rate codes, for drawn spikes say a rate, has '\(skeleton.code.rawValue)'")
    need(skeleton.schedule != .freeRunning, "a window, has a free-running network")
    for index in Set(skeleton.frontEnd.map(\.target.index)).sorted() {
      let node = skeleton.nodes[index]
      need(node.role == .hidden, "input neurons that fire, has '\(node.role.rawValue)'", node.name)
      need(node.sites == 1, "one current site, has \(node.sites)", node.name)
      need(node.thresholdsArePositive, "thresholds above 0, has another", node.name)
      need(
        !skeleton.edges.contains { $0.target.index == index },
        "input neurons that the sample alone drives, has a projection onto them", node.name)
      need(
        !skeleton.outputs.contains { $0.index == index },
        "outputs behind the input neurons, has these", node.name)
    }
    return findings
  }
}
