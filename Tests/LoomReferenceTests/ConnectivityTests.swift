import LoomBase
import LoomNetwork
import LoomReference
import Testing

/// One case of a convolution: its geometry and both maps.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var geometry: ConvolutionGeometry
  var source: MapShape
  var target: MapShape
  var testDescription: String { "\(source) → \(target), \(geometry)" }

  static let all: [ConvolutionCase] = [
    ConvolutionCase(
      geometry: .init(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1),
      source: .init(channels: 3, height: 5, width: 6),
      target: .init(channels: 4, height: 5, width: 6)),
    ConvolutionCase(
      geometry: .init(
        kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 3, padTop: 0, padLeft: 1),
      source: .init(channels: 2, height: 8, width: 9),
      target: .init(channels: 3, height: 4, width: 4)),
    ConvolutionCase(
      geometry: .init(
        kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2, padTop: 2, padLeft: 2,
        dilationY: 2, dilationX: 2),
      source: .init(channels: 2, height: 7, width: 7),
      target: .init(channels: 2, height: 4, width: 4)),
    ConvolutionCase(
      geometry: .init(
        kernelHeight: 2, kernelWidth: 4, strideX: 2, padLeft: 3, dilationX: 3, groups: 2),
      source: .init(channels: 4, height: 3, width: 10),
      target: .init(channels: 6, height: 2, width: 4)),
    ConvolutionCase(
      geometry: .init(
        kernelHeight: 3, kernelWidth: 3, strideY: 1, strideX: 1, padTop: 1, padLeft: 1, groups: 5),
      source: .init(channels: 5, height: 4, width: 4),
      target: .init(channels: 5, height: 4, width: 4)),
    ConvolutionCase(
      geometry: .init(kernelHeight: 1, kernelWidth: 1, strideY: 2, strideX: 2),
      source: .init(channels: 3, height: 5, width: 5),
      target: .init(channels: 2, height: 3, width: 3)),
  ]

  /// Σ w · x target by target, straight from the definition.
  func bruteForce(weights: [Int], input: [Int]) -> [Int] {
    var result: [Int] = []
    let perGroup = source.channels / geometry.groups
    for channel in 0..<target.channels {
      for row in 0..<target.height {
        for column in 0..<target.width {
          var sum = 0
          for member in 0..<perGroup {
            for ky in 0..<geometry.kernelHeight {
              for kx in 0..<geometry.kernelWidth {
                let y = row * geometry.strideY + ky * geometry.dilationY - geometry.padTop
                let x = column * geometry.strideX + kx * geometry.dilationX - geometry.padLeft
                if y < 0 || x < 0 || y >= source.height || x >= source.width { continue }
                let group = channel * geometry.groups / target.channels
                let weight =
                  weights[
                    ((channel * perGroup + member) * geometry.kernelHeight + ky)
                      * geometry.kernelWidth + kx]
                sum +=
                  weight
                  * input[((group * perGroup + member) * source.height + y) * source.width + x]
              }
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}

@Suite("Connectivity against brute force")
struct ConnectivityTests {
  @Test("a convolution delivers what its definition says", arguments: ConvolutionCase.all)
  func convolution(example: ConvolutionCase) throws {
    var random = SeededGenerator(seed: 11)
    let connectivity = Connectivity.convolution(example.geometry)
    let count = connectivity.weightCount(source: example.source, target: example.target)
    let weights = (0..<count).map { _ in Int16(truncatingIfNeeded: random.next()) >> 6 }
    let shifts = (0..<example.target.channels).map { UInt8($0 % 3) }
    let raster = (0..<example.source.count).map { _ in UInt8(random.next() % 3 == 0 ? 1 : 0) }
    var expected = example.bruteForce(
      weights: weights.map { Int($0) }, input: raster.map { Int($0) })
    for neuron in expected.indices {
      expected[neuron] <<= Int(shifts[neuron / example.target.positions])
    }
    let network = Small.network(
      input: example.source, steps: 1,
      populations: [
        Small.population("in", example.source, role: .input),
        Small.population("out", example.target, role: .readout),
      ], projections: [Small.projection(0, 1, connectivity, weights: weights, shifts: shifts)],
      outputs: [1])
    let shape = [1, example.source.channels, example.source.height, example.source.width]
    let samples = Samples(storage: .bytes(raster), sampleShape: shape, count: 1)
    let run = try IntegerInterpreter(network).run(samples, index: 0, recordingSpikes: false)
    #expect(run.scores == expected.map { Int64($0) })
  }

  @Test("the front end's convolution agrees with brute force", arguments: ConvolutionCase.all)
  func frontEnd(example: ConvolutionCase) throws {
    var random = SeededGenerator(seed: 12)
    let connectivity = Connectivity.convolution(example.geometry)
    let count = connectivity.weightCount(source: example.source, target: example.target)
    let weights = (0..<count).map { _ in Int32(Int16(truncatingIfNeeded: random.next()) >> 4) }
    let image = (0..<example.source.count).map { _ in Float(random.next() % 100) }
    let network = Small.network(
      input: example.source, steps: 1, coding: .direct,
      populations: [Small.population("out", example.target, role: .readout)], projections: [],
      frontEnd: [
        FixedFrontEnd(
          target: PopulationID(0), connectivity: connectivity, weights: weights,
          offset: .uniform(0), rightShift: 0, biasMantissaBits: 0, biasMaximumExponent: 0, site: 0)
      ], outputs: [0], quantization: .floats(factor: 1))
    let shape = [example.source.channels, example.source.height, example.source.width]
    let samples = Samples(storage: .floats(image), sampleShape: shape, count: 1)
    let expected = example.bruteForce(
      weights: weights.map { Int($0) }, input: image.map { Int($0) })
    let currents = try IntegerInterpreter(network).frontEndCurrents(samples, index: 0)
    #expect(currents == [expected.map { Int32($0) }])
  }

  @Test("a sparse pattern delivers the entries of each target")
  func sparse() throws {
    // Targets 2×1×2: t0 ← s1·5; t1 ← nothing; t2 ← s0·2 + s3·7; t3 ← s1·1 + s2·−4
    let pattern = SparsePattern(targetOffsets: [0, 1, 1, 3, 5], sources: [1, 0, 3, 1, 2])
    let network = Small.network(
      input: MapShape(channels: 4), steps: 1,
      populations: [
        Small.population("in", MapShape(channels: 4), role: .input),
        Small.population("out", MapShape(channels: 2, height: 1, width: 2), role: .readout),
      ], projections: [Small.projection(0, 1, .sparse(pattern), weights: [5, 2, 7, 1, -4])],
      outputs: [1])
    let run = try IntegerInterpreter(network).run(
      Small.raster([[1, 1, 1, 0]]), index: 0, recordingSpikes: false)
    #expect(run.scores == [5, 0, 2, -3])
  }

  @Test("sums beyond 32 bits are exact")
  func wideSums() throws {
    // 100,000 spikes of −32768 exceed 32 bits; a potential of 32 bits then saturates.
    let inputs = 100_000
    let network = Small.network(
      input: MapShape(channels: inputs), steps: 1,
      populations: [
        Small.population("in", MapShape(channels: inputs), role: .input),
        Small.population(
          "out", MapShape(channels: 1), role: .readout, initial: .uniform(Int32.max), bits: 32),
      ],
      projections: [
        Small.projection(0, 1, weights: [Int16](repeating: Int16.min, count: inputs))
      ], outputs: [1])
    let ones = [UInt8](repeating: 1, count: inputs)
    let run = try IntegerInterpreter(network).run(
      Small.raster([ones]), index: 0, recordingSpikes: false)
    // 2147483647 − 3276800000 = −1129316353
    #expect(run.finalPotentials[1] == [-1_129_316_353])
  }
}
