import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

/// Sixteenths between −2 and 2, exact in 32-bit floats.
func dyadicSamples(_ shape: [Int], count: Int, seed: UInt64 = 5) -> Samples {
  var generator = SeededGenerator(seed: seed)
  let values = (0..<count * shape.reduce(1, *)).map { _ in
    Float(Int(generator.next() % 65) - 32) / 16
  }
  return Samples(storage: .floats(values), sampleShape: shape, count: count)
}

/// The trained network's scores and those of a converted one's codes, sample after sample.
struct CodeOracle {
  let exact: [[Float]]
  let coded: [[Float]]

  init(_ network: Network, _ spiking: SpikingNetwork, _ samples: Samples) throws {
    let input = try SamplePreparation.tensor(
      samples, range: 0..<samples.count, network: network, preprocessing: Preprocessing(scale: 1))
    let scores = try FloatExecutor(network).runSamples(input, threads: 1)[0]
    let classes = scores.count / samples.count
    exact = (0..<samples.count).map {
      Array(scores.floats[$0 * classes..<($0 + 1) * classes])
    }
    let evaluator = try #require(CodedNetwork(spiking))
    coded = evaluator.scores(input.floats, samples: samples.count)
  }

  /// Σ (coded − exact)² / Σ exact².
  var relativeError: Double {
    var (error, size) = (0.0, 0.0)
    for (scores, codes) in zip(exact, coded) {
      for (score, code) in zip(scores, codes) {
        error += Double((score - code) * (score - code))
        size += Double(score * score)
      }
    }
    return error / size
  }
}
