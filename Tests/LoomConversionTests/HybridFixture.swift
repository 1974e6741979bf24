import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork

/// Small networks to divide, with the names their layers get from `Graph`.
enum HybridFixture {
  /// conv0 (1 → 2, 3×3, on 6×6) relu1 conv2 (2 → 3, 3×3) relu3 flatten4 gemm5 (12 → 8) relu6 gemm7 (8 → 3).
  static func chain(batch: Int = -1) -> Network {
    var graph = Graph([1, 6, 6], batch: batch)
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let second = graph.relu(graph.convolution(first, [3, 2, 3, 3]))
    let hidden = graph.relu(graph.gemm(graph.flatten(second), 12, 8))
    return shaped(graph.finished(graph.gemm(hidden, 8, 3)))
  }

  /// conv0 relu1 then conv2 beside relu1 into add3, relu4, conv5 (2 → 2), relu6.
  static func residual() -> Network {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let padded = Window(pads: [1, 1, 1, 1])
    let branch = graph.convolution(first, [2, 2, 3, 3], window: padded)
    let sum = graph.relu(graph.layer(.binary(.add), [branch, first], "Add"))
    return shaped(graph.finished(graph.relu(graph.convolution(sum, [2, 2, 3, 3]))))
  }

  /// Fills in the shapes that an importer would infer, from a run.
  static func shaped(_ network: Network) -> Network {
    var result = network
    let fixed = network[network.inputs[0]].shape?.first ?? -1
    let input = Tensor(
      shape: [max(fixed, 1)] + (network[network.inputs[0]].shape?.dropFirst() ?? []),
      type: .float32, storage: .splat(1))
    let ids = network.layers.flatMap(\.outputs)
    guard let values = try? FloatExecutor(network).run([input], observing: ids).observed else {
      return network
    }
    for (id, value) in zip(ids, values) {
      result[id].shape = [fixed] + value.shape.dropFirst()
    }
    return result
  }

  static func split(_ network: Network, _ names: String) throws -> HybridSplit {
    try HybridSplit(network, host: try HostSelection(parsing: names))
  }

  /// The whole network's outputs, one layer after another.
  static func whole(_ network: Network, _ samples: Samples) throws -> [[Float]] {
    let input = try SamplePreparation.tensor(
      samples, range: 0..<samples.count, network: network,
      preprocessing: Preprocessing(scale: 0.5))
    return try FloatExecutor(network).runSamples(input, threads: 1).map(\.floats)
  }

  /// Head, chip part and tail one after another, all in float.
  static func parts(_ split: HybridSplit, _ samples: Samples) throws -> [[Float]] {
    let preprocessing = Preprocessing(scale: 0.5)
    let entering = try split.boundary(samples, preprocessing: preprocessing, threads: 2)
    let raw = try RawAnswers(split.chip, samples: entering.sampleShape)
    let input = try SamplePreparation.tensor(
      entering, range: 0..<entering.count, network: split.chip,
      preprocessing: split.chipPreprocessing(preprocessing))
    let leaving = try FloatExecutor(split.chip).runSamples(input, threads: 2)
    return try HybridAnswers(split, sampleShape: samples.sampleShape).outputs(
      raw.maps(leaving, samples: samples.count), samples: samples.count, threads: 2
    ).map(\.floats)
  }
}
