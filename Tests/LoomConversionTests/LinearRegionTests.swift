import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

/// Converted networks compute the trained network's function, region by region: plain float evaluation of
/// the layers against the composed maps, on random samples.
@Suite("Linear regions")
struct LinearRegionTests {
  @Test("convolutions compose exactly", arguments: RegionCase.convolutions)
  func convolutions(_ region: RegionCase) throws { try expectSameFunction(region) }

  @Test("branches and shape layers compose exactly", arguments: RegionCase.branches)
  func branches(_ region: RegionCase) throws { try expectSameFunction(region) }

  @Test("layouts of other frameworks compose exactly", arguments: RegionCase.layouts)
  func layouts(_ region: RegionCase) throws { try expectSameFunction(region) }

  @Test("pooling in all its forms is exact in rates", arguments: RegionCase.pools)
  func pools(_ region: RegionCase) throws { try expectSameFunction(region) }

  private func expectSameFunction(_ region: RegionCase) throws {
    let network = region.build()
    let samples = randomSamples(region.sampleShape)
    var options = ConversionOptions(timesteps: 8)
    region.options(&options)
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    let tensor = try SamplePreparation.tensor(
      samples, range: 0..<6, network: network, preprocessing: options.preprocessing)
    var plain = network
    if let last = plain.layers.last, ["Softmax", "Sigmoid"].contains(last.sourceType),
      let input = last.inputs[0]
    {
      plain.outputs = [input]
    }
    let expected = try FloatExecutor(plain).runSamples(tensor, threads: 1)
    let evaluator = RateEvaluator(network: spiking)
    for sample in 0..<6 {
      let scores = evaluator.scores(map(samples, sample, spiking.input.shape))
      let size = expected[0].count / 6
      let wanted = Array(expected[0].floats[sample * size..<(sample + 1) * size])
      #expect(scores.count == wanted.count)
      let difference = zip(scores, wanted).map { abs($0 - $1) }.max() ?? .infinity
      let largest = wanted.map { abs($0) }.max() ?? 0
      #expect(difference <= 1e-4 * max(1, largest), "\(region.name): off by \(difference)")
    }
  }

  /// A sample as a channel-first map.
  private func map(_ samples: Samples, _ sample: Int, _ shape: MapShape) -> [Float] {
    guard case .floats(let values) = samples.storage,
      let layout = SampleLayout.matching(
        stored: samples.sampleShape, map: shape, isBytes: false)
    else { return [] }
    var result: [Float] = []
    for channel in 0..<shape.channels {
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          let index = layout.storedIndex(channel: channel, row: row, column: column, in: shape)
          result.append(values[sample * shape.count + index])
        }
      }
    }
    return result
  }
}
