import LoomBase
import LoomConversion
import LoomNetwork
import Testing

@Suite("Window codes")
struct WindowCodeTests {
  /// Two convolutions, average pooling and a matrix, random weights.
  private func trained() -> Network {
    var graph = Graph([2, 6, 6])
    let pads = Window(pads: [1, 1, 1, 1])
    let first = graph.relu(graph.convolution(graph.input, [6, 2, 3, 3], window: pads))
    let second = graph.relu(graph.convolution(first, [6, 6, 3, 3], window: pads))
    let sum = graph.layer(.binary(.add), [first, second], "Add")
    return graph.finished(graph.gemm(graph.flatten(graph.relu(sum)), 216, 4))
  }

  private func error(_ method: ConversionMethod, _ timesteps: Int, coding: Coding = .direct) throws
    -> Double
  {
    let network = trained()
    let options = ConversionOptions(timesteps: timesteps, method: method, coding: coding)
    let spiking = try Converter.convert(
      network, calibration: randomSamples([2, 6, 6], count: 64), options: options)
    let samples = randomSamples([2, 6, 6], count: 24, seed: 9)
    return try CodeOracle(network, spiking, samples).relativeError
  }

  @Test("every further bit lowers the error")
  func bits() throws {
    let errors = try (1...8).map { try error(.bitSerial, $0) }
    for (fewer, more) in zip(errors, errors.dropFirst()) { #expect(more < fewer, "\(errors)") }
    #expect(errors[7] < 1e-4)
  }

  @Test("a longer window lowers the error")
  func windows() throws {
    let errors = try [4, 16, 64, 256].map { try error(.timeToFirstSpike, $0) }
    for (fewer, more) in zip(errors, errors.dropFirst()) { #expect(more < fewer, "\(errors)") }
    #expect(errors[3] < 1e-4)
  }

  @Test("input neurons speak the same code")
  func inputNeurons() throws {
    #expect(try error(.bitSerial, 8, coding: .rate) < 1e-3)
    #expect(try error(.bitSerial, 2, coding: .rate) > error(.bitSerial, 2))
  }

  @Test("the result does not depend on the number of threads")
  func threads() throws {
    let runs = try [1, 2].map { threads in
      let options = ConversionOptions(timesteps: 4, method: .bitSerial, threads: threads)
      return try Converter.convert(
        trained(), calibration: randomSamples([2, 6, 6], count: 40), options: options)
    }
    #expect(runs[0].populations.map(\.threshold) == runs[1].populations.map(\.threshold))
    #expect(runs[0].populations.map(\.bias) == runs[1].populations.map(\.bias))
  }

  /// One neuron that reads the sample.
  private func single(_ values: [Float], timesteps: Int) throws -> SpikingNetwork {
    var graph = Graph([1])
    let first = graph.layer(.matMul, [graph.input, graph.constant([1, 1], [1])], "MatMul")
    let last = graph.layer(
      .matMul, [graph.relu(first), graph.constant([1, 1], [1])], "MatMul")
    return try Converter.convert(
      graph.finished(last),
      calibration: Samples(storage: .floats(values), sampleShape: [1], count: values.count),
      options: ConversionOptions(timesteps: timesteps, method: .bitSerial))
  }

  @Test("the full scale puts levels where activations are")
  func fullScale() throws {
    // 0, 1, 2, 3 are the four levels of two bits with λ = 4.
    let even = try single((0..<40).map { Float($0 % 4) }, timesteps: 2)
    #expect(even.populations[0].threshold == .perChannel([4]))
    #expect(even.populations[0].initialPotential == .perChannel([0.5]))
    #expect(even.populations[0].bias == .uniform(0))
    // One bit, 99 ones and a 10: the only level v with least (1 − v)²·99 + (10 − v)² is 1.09, λ = 2 v.
    let outlier = try single([10] + [Float](repeating: 1, count: 99), timesteps: 1)
    let full = outlier.populations[0].threshold.value(
      neuron: 0, in: outlier.populations[0].shape)
    #expect(abs(full / 2 - 1.09) < 0.05)
  }

  @Test("a trained bound is kept where activations reach it, a far one is not")
  func bounds() throws {
    func threshold(_ bound: Float) throws -> Float {
      var graph = Graph([1])
      let first = graph.layer(.matMul, [graph.input, graph.constant([1, 1], [1])], "MatMul")
      let last = graph.layer(
        .matMul, [graph.clip(first, 0, bound), graph.constant([1, 1], [1])], "MatMul")
      let values = (0..<100).map { Float($0) / 50 }
      let spiking = try Converter.convert(
        graph.finished(last),
        calibration: Samples(storage: .floats(values), sampleShape: [1], count: 100),
        options: ConversionOptions(timesteps: 4, method: .bitSerial))
      return spiking.populations[0].threshold.value(neuron: 0, in: spiking.populations[0].shape)
    }
    // The largest of 16 levels is the bound.
    #expect(try threshold(1.5) == 1.6)
    #expect(try threshold(60) < 2.5)
  }

  @Test("networks and samples that do not fit are refused as for every method")
  func refusals() throws {
    func codes(_ network: Network, _ method: ConversionMethod, _ timesteps: Int, _ count: Int)
      -> [String]
    {
      do {
        _ = try Converter.convert(
          network, calibration: randomSamples([2], count: count),
          options: ConversionOptions(timesteps: timesteps, method: method))
        return []
      } catch {
        return error.diagnostics.map(\.code)
      }
    }
    var graph = Graph([2])
    let good = graph.finished(graph.gemm(graph.input, 2, 2))
    var holed = Graph([2])
    let weights = holed.constant([2, 2], [1, .nan, 0, 1])
    let bad = holed.finished(holed.layer(.matMul, [holed.input, weights], "MatMul"))
    for method in [ConversionMethod.bitSerial, .timeToFirstSpike] {
      #expect(codes(good, method, 4, 9) == ["SL2202"])
      #expect(codes(bad, method, 4, 16) == ["SL2108"])
      #expect(codes(good, method, 4, 16).isEmpty)
    }
    #expect(codes(good, .bitSerial, 25, 16) == ["SL2205"])
    #expect(codes(good, .timeToFirstSpike, 5000, 16) == ["SL2205"])
  }
}
