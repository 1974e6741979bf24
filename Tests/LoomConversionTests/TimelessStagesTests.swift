import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

@Suite("Stages before time enters")
struct TimelessStagesTests {
  /// relu → average pool (neurons) → max pool (pairs) → convolution → relu → dense.
  private func network() -> Network {
    var graph = Graph([1, 8, 8])
    let first = graph.relu(graph.convolution(graph.input, [3, 1, 3, 3]))
    let mean = graph.layer(
      .averagePool(
        Window(kernel: [2, 2], strides: [1, 1]), ceilMode: false, countIncludePad: false),
      [first], "AveragePool")
    let largest = graph.layer(
      .maxPool(Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, storageOrder: 0), [mean],
      "MaxPool")
    let second = graph.relu(graph.convolution(largest, [4, 3, 2, 2]))
    return graph.finished(graph.gemm(graph.flatten(second), 4, 5))
  }

  private func stages(_ options: ConversionOptions, _ samples: Samples) throws -> (
    Network, SpikingNetwork, TimelessStages
  ) {
    let network = network()
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    return (
      network, spiking,
      try TimelessStages(network, spiking: spiking, options: options, sampleShape: [1, 8, 8])
    )
  }

  private func ann(_ network: Network, _ samples: Samples) throws -> [[Float]] {
    let input = try SamplePreparation.tensor(
      samples, range: 0..<samples.count, network: network, preprocessing: Preprocessing(scale: 1))
    let output = try FloatExecutor(network).runSamples(input, threads: 1)[0].floats
    return (0..<samples.count).map { Array(output[$0 * 5..<$0 * 5 + 5]) }
  }

  @Test("folding and substituting leave the network's answers as they are, clipping does not")
  func answers() throws {
    var options = ConversionOptions(timesteps: 4, pooling: .neurons)
    options.iterations = 3
    let samples = randomSamples([1, 8, 8], count: 20)
    let (network, spiking, stages) = try stages(options, samples)
    #expect(spiking.populations.contains { $0.name.contains("pair") })
    let expected = try ann(network, samples)
    for stage in [TimelessStages.Stage.folded, .substituted] {
      let scores = try stages.scores(stage, of: samples, range: 0..<20)
      #expect(scores.count == 20)
      for (row, wanted) in zip(scores, expected) {
        for (one, other) in zip(row, wanted) { #expect(abs(one - other) < 1e-4) }
      }
    }
    let clipped = try stages.scores(.clipped, of: samples, range: 0..<20)
    #expect(zip(clipped.joined(), expected.joined()).contains { abs($0 - $1) > 0.05 })
  }

  @Test("clipping at the thresholds is the network's own clip, population by population")
  func clipping() throws {
    var options = ConversionOptions(timesteps: 4)
    options.iterations = 2
    options.pooling = .compose
    options.maxPool = .comparator
    let samples = randomSamples([1, 8, 8], count: 12)
    let (_, spiking, stages) = try stages(options, samples)
    let scores = try stages.scores(.clipped, of: samples, range: 3..<7)
    guard case .floats(let values) = samples.storage else { return }
    for (place, sample) in (3..<7).enumerated() {
      let oracle = RateEvaluator(network: spiking, clips: true)
        .scores(Array(values[sample * 64..<sample * 64 + 64]))
      for (one, other) in zip(scores[place], oracle) { #expect(abs(one - other) < 1e-4) }
    }
  }
}
