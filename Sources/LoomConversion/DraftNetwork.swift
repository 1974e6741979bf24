import LoomBase
import LoomNetwork

/// A population before thresholds are known.
struct DraftPopulation: Sendable {
  /// What the population is there for.
  enum Kind: Sendable {
    /// An activation of the trained network.
    case activation
    /// Average pooling by neurons.
    case pooling
    /// The positive part of a difference, for max pooling by pairs.
    case pair
    /// Several current sites, for max pooling by comparison.
    case comparator
    /// Stands for a layer that was refused.
    case placeholder
    /// Input neurons: the sample itself (coding `rate`).
    case input
    /// The answer.
    case readout
  }

  /// A unique name.
  var name: String
  /// What it is there for.
  var kind: Kind
  /// The current of each site (one but for comparators); all have the bias of the first.
  var sites: [AffineValue]
  /// The largest activation the layer lets through, if it clips.
  var bound: Float?
  /// The levels it was trained with, if it was; `bound` is then the largest of its channels.
  var quantization: QuantizedClip?
  /// The layers it stands for.
  var origin: [String]
  /// What firing does to the potential.
  var reset = ResetMode.soft

  /// The shape.
  var shape: MapShape { sites[0].map }

  /// Q, the number of steps between the levels of a quantised activation.
  var levels: Int? { quantization?.levels }

  /// What a channel was trained to do.
  func trained(_ channel: Int) -> TrainedChannel {
    guard let quantization else { return TrainedChannel(bound: bound) }
    return TrainedChannel(
      bound: quantization.bounds[channel], step: quantization.steps[channel],
      levels: quantization.levels, offset: quantization.offset)
  }

  /// Replaces currents by activations, as the trained network does.
  func activate(_ values: inout [Float]) {
    if let quantization { return quantization.apply(&values, shape: shape) }
    values.rectify(
      shape, limits: [Float](repeating: bound ?? .infinity, count: shape.channels))
  }

  /// The sources read, each once, in order.
  var sources: [Int] {
    var result: [Int] = []
    for term in sites.flatMap(\.terms) where !result.contains(term.source) {
      result.append(term.source)
    }
    return result
  }
}

/// A layer of the trained network that multiplies, with what it reads.
struct DraftCost: Sendable {
  /// The cost but for the effective part.
  var cost: ANNLayerCost
  /// What the layer reads.
  var input: AffineValue
}

/// A max pooling replaced by pairs: what it reads and what stands for it, to measure the error.
struct DraftMaxPool: Sendable {
  /// The layer's name.
  var name: String
  /// What is pooled.
  var input: AffineValue
  /// The sum that replaces the maximum.
  var output: AffineValue
  /// Rows and columns of the window.
  var axes: [WindowAxis]
}

/// The populations of a converted network in order of computation, before thresholds.
struct DraftNetwork: Sendable {
  /// The populations; a term's source is a position here or `Term.input`.
  var populations: [DraftPopulation]
  /// The layers that multiply.
  var costs: [DraftCost]
  /// The max poolings replaced by pairs.
  var maxPools: [DraftMaxPool]
  /// The populations that answer, in order.
  var outputs: [Int]
  /// What reports should say.
  var remarks: [String]

  /// The network without the populations that neither an answer nor one of `kept` depends on.
  func pruned(keeping kept: Set<Int> = []) -> DraftNetwork {
    var needed = [Bool](repeating: false, count: populations.count)
    for index in outputs { needed[index] = true }
    for index in kept { needed[index] = true }
    for index in populations.indices.reversed() where needed[index] {
      for source in populations[index].sources where source >= 0 { needed[source] = true }
    }
    var place = [Int](repeating: Term.input, count: populations.count)
    var result = self
    result.populations = []
    for index in populations.indices where needed[index] {
      place[index] = result.populations.count
      var kept = populations[index]
      for site in kept.sites.indices { kept.sites[site].rename(place) }
      result.populations.append(kept)
    }
    result.outputs = outputs.map { place[$0] }
    result.costs = costs.filter { $0.input.isKept(needed) }
    for index in result.costs.indices { result.costs[index].input.rename(place) }
    result.maxPools = maxPools.filter { $0.output.isKept(needed) && $0.input.isKept(needed) }
    for index in result.maxPools.indices {
      result.maxPools[index].input.rename(place)
      result.maxPools[index].output.rename(place)
    }
    return result
  }
}

extension AffineValue {
  fileprivate mutating func rename(_ place: [Int]) {
    for index in terms.indices where terms[index].source >= 0 {
      terms[index].source = place[terms[index].source]
    }
  }

  fileprivate func isKept(_ needed: [Bool]) -> Bool {
    terms.allSatisfy { $0.source < 0 || needed[$0.source] }
  }
}
