import Foundation
import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

/// Full scales and biases of window codes tuned through all layers together.
@Suite("Tuning of window codes", .serialized)
struct WindowTuningTests {
  /// Strided, grouped and padded convolutions, a sum that reads one of them, pooling, a matrix.
  private func deep() -> Network {
    var graph = Graph([2, 8, 8])
    let wide = Window(pads: [1, 1, 1, 1])
    let first = graph.relu(graph.convolution(graph.input, [4, 2, 3, 3], window: wide))
    let grouped = graph.relu(
      graph.convolution(first, [4, 2, 3, 3], window: wide, groups: 2))
    let sum = graph.relu(graph.layer(.binary(.add), [first, grouped], "Add"))
    let half = graph.relu(
      graph.convolution(sum, [4, 4, 3, 3], window: Window(strides: [2, 2], pads: [1, 0, 0, 1])))
    return graph.finished(graph.gemm(graph.flatten(half), 4 * 16, 3))
  }

  /// A dilated kernel and factors by element between spikes.
  private func scaled() -> Network {
    var graph = Graph([2, 8, 8])
    let first = graph.relu(graph.convolution(graph.input, [3, 2, 3, 3]))
    let wide = Window(pads: [2, 1, 2, 1], dilations: [2, 1])
    let dilated = graph.convolution(first, [3, 3, 3, 3], window: wide)
    let factors = graph.random([1, 3, 1, 1], scale: 0.5, around: 1)
    let product = graph.layer(.binary(.multiply), [first, factors], "Mul")
    let sum = graph.relu(graph.layer(.binary(.add), [dilated, product], "Add"))
    return graph.finished(graph.gemm(graph.flatten(sum), 3 * 36, 3))
  }

  private func slope(
    _ network: Network, _ shape: [Int], timesteps: Int, method: ConversionMethod = .bitSerial,
    kind: AnswerKind? = nil, count: Int = 64
  ) throws -> WindowSlope {
    var options = ConversionOptions(timesteps: timesteps, method: method, maxPool: .comparator)
    options.answers = kind
    return try WindowSlope(
      network, calibration: randomSamples(shape, count: count), options: options)
  }

  /// Differences of the loss on both sides of a point against the gradient there, by parameter.
  ///
  /// Codes of 16 bits are so fine that rounding, which the gradient passes over, hardly moves the loss.
  private func compare(_ slope: WindowSlope, at point: [Float], every: Int = 1) -> (
    worst: Double, largest: Double, count: Int
  ) {
    let gradient = slope.gradient(point)
    var (worst, largest, count) = (0.0, 0.0, 0)
    for index in stride(from: 0, to: point.count, by: every) {
      let width: Float = 0.0003
      var (below, above) = (point, point)
      below[index] -= width
      above[index] += width
      let difference = (slope.loss(above) - slope.loss(below)) / Double(2 * width)
      worst = max(worst, abs(difference - Double(gradient[index])))
      largest = max(largest, abs(difference))
      count += 1
    }
    return (worst, largest, count)
  }

  /// Full scales so small that many neurons clip, and biases that are off.
  private func clipped(_ slope: WindowSlope) -> [Float] {
    var generator = SeededGenerator(seed: 4)
    let channels = slope.start.count / 2
    return slope.start.indices.map { index in
      index < channels
        ? -0.7 : 0.05 * (Float(generator.next() % 1001) / 500 - 1)
    }
  }

  @Test(
    "the gradient is the slope of the loss, of classes and of numbers",
    arguments: [AnswerKind.classes, .values])
  func gradient(_ kind: AnswerKind) throws {
    for network in [deep(), scaled()] {
      let slope = try slope(network, [2, 8, 8], timesteps: 16, kind: kind)
      let found = compare(slope, at: clipped(slope))
      #expect(found.largest > 0.05)
      #expect(found.worst < 0.02 * found.largest, "\(found)")
    }
  }

  @Test(
    "through every kind of linear region, pooling and comparators",
    arguments: RegionCase.convolutions + RegionCase.branches + RegionCase.layouts + RegionCase.pools
  )
  func regions(_ region: RegionCase) throws {
    var options = ConversionOptions(timesteps: 16, method: .bitSerial, maxPool: .comparator)
    region.options(&options)
    options.answers = .values
    let slope = try WindowSlope(
      region.build(), calibration: randomSamples(region.sampleShape, count: 40), options: options)
    let found = compare(slope, at: clipped(slope), every: 3)
    #expect(found.largest > 1e-4)
    #expect(found.worst <= 0.05 * found.largest, "\(found)")
  }

  @Test("a code's full scale is worth its code where it clips, its rounding elsewhere")
  func oneNeuron() throws {
    // One bit, λ = 2, v(0) = 0.5: codes 0 and 1 of q = 1. Samples 0 (10 of them) and 1 (10): nothing to gain.
    // With λ halved the ones clip at 0.5: y = 0.5, loss (0.5)²/variance on half of the samples, and ∂y/∂ln λ = 0.5.
    var graph = Graph([1])
    let first = graph.layer(.matMul, [graph.input, graph.constant([1, 1], [1])], "MatMul")
    let last = graph.layer(
      .matMul, [graph.relu(first), graph.constant([1, 1], [1])], "MatMul")
    let slope = try WindowSlope(
      graph.finished(last),
      calibration: Samples(
        storage: .floats((0..<20).map { Float($0 % 2) }), sampleShape: [1], count: 20),
      options: ConversionOptions(timesteps: 1, method: .bitSerial))
    #expect(slope.start == [0, 0, 0, 0])
    #expect(slope.loss(slope.start) == 0)
    let halved: [Float] = [-Float(log(2.0)), 0, 0, 0]
    // Variance 1/4: the mean loss is ½ · 0.25 / 0.25, the slope ½ · 2 · (0.5 − 1) · 0.5 / 0.25.
    #expect(abs(slope.loss(halved) - 0.5) < 1e-6)
    #expect(abs(slope.gradient(halved)[0] + 1) < 1e-5)
    // Of what clips the bias of the neuron does not matter; the readout's does, in units of its largest score, 1.
    #expect(slope.gradient(halved)[2] == 0)
    #expect(abs(slope.gradient(halved)[3] + 2) < 1e-5)
    // λ a quarter larger, q = 1.25, v(0) = 0.625: 1 becomes 1.25, which u = 0.8 says of; y − 1 = 0.25 and
    // ∂y/∂ln λ = 1.25 · (1 − 0.8).
    let larger: [Float] = [Float(log(1.25)), 0, 0, 0]
    #expect(abs(slope.loss(larger) - 0.5 * 0.0625 / 0.25) < 1e-6)
    #expect(abs(slope.gradient(larger)[0] - 0.5 * 2 * 0.25 * 0.25 / 0.25) < 1e-5)
    #expect(abs(slope.gradient(larger)[2] - 0.5 * 2 * 0.25 * 2 / 0.25) < 1e-5)
  }

  /// The losses that a conversion's remark names.
  private func said(_ network: SpikingNetwork) throws -> (before: Double, after: Double) {
    let remark = try #require(network.remarks.first { $0.contains("full scales and biases") })
    let match = try #require(remark.firstMatch(of: /([0-9.]+) → ([0-9.]+)/))
    return (try #require(Double(match.1)), try #require(Double(match.2)))
  }

  private let samples = randomSamples([2, 8, 8], count: 600)

  private func converted(
    passes: Int, threads: Int = 2, kind: AnswerKind? = nil, timesteps: Int = 2
  ) throws -> SpikingNetwork {
    var options = ConversionOptions(timesteps: timesteps, method: .bitSerial, threads: threads)
    options.tuningPasses = passes
    options.answers = kind
    return try Converter.convert(deep(), calibration: samples, options: options)
  }

  /// The mean divergence of codes from the trained network's softmax, evaluated apart from tuning.
  private func divergence(_ oracle: CodeOracle, _ places: [Int]) -> Double {
    func logarithms(_ scores: [Float]) -> [Double] {
      let total = log(scores.reduce(0.0) { $0 + exp(Double($1)) })
      return scores.map { Double($0) - total }
    }
    var sum = 0.0
    for place in places {
      let (exact, coded) = (logarithms(oracle.exact[place]), logarithms(oracle.coded[place]))
      for (wanted, said) in zip(exact, coded) { sum += exp(wanted) * (wanted - said) }
    }
    return sum / Double(places.count)
  }

  /// The mean squared error as a share of the variance of all exact answers.
  private func error(_ oracle: CodeOracle, _ places: [Int]) -> Double {
    let all = oracle.exact.joined().map(Double.init)
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    let errors = places.flatMap { place in
      zip(oracle.exact[place], oracle.coded[place]).map { Double(($0 - $1) * ($0 - $1)) }
    }
    return errors.reduce(0, +) / Double(errors.count) / variance
  }

  @Test(
    "answers come closer to the trained network's, by as much as is said, on other samples too",
    arguments: zip([AnswerKind.classes, .values], [2, 1]))
  func closer(_ kind: AnswerKind, _ timesteps: Int) throws {
    let (plain, tuned) = (
      try converted(passes: 0, kind: kind, timesteps: timesteps),
      try converted(passes: 20, kind: kind, timesteps: timesteps)
    )
    let said = try said(tuned)
    func loss(_ spiking: SpikingNetwork, _ samples: Samples, _ places: [Int]) throws -> Double {
      let oracle = try CodeOracle(deep(), spiking, samples)
      return kind == .classes ? divergence(oracle, places) : error(oracle, places)
    }
    let all = Array(0..<600)
    #expect(abs(said.before - (try loss(plain, samples, all))) < 1e-3 * said.before + 1e-4)
    #expect(said.after < 0.95 * said.before, "\(said)")
    // The mean of four descents, three of which have seen a sample, is about as good as the fourth.
    #expect(abs(said.after - (try loss(tuned, samples, all))) < 0.2 * said.after, "\(said)")
    let fresh = randomSamples([2, 8, 8], count: 200, seed: 77)
    #expect(try loss(tuned, fresh, Array(0..<200)) < 0.95 * loss(plain, fresh, Array(0..<200)))
  }

  @Test("what does not help samples that were held out is not taken")
  func guarded() throws {
    // Ten bits: nothing is left to gain, and steps as large as these lose.
    let (plain, tuned) = (
      try converted(passes: 0, timesteps: 10), try converted(passes: 1, timesteps: 10)
    )
    let said = try said(tuned)
    #expect(said.after >= said.before)
    #expect(tuned.remarks.contains { $0.contains("left as calibrated") })
    #expect(tuned.populations.map(\.threshold) == plain.populations.map(\.threshold))
    #expect(tuned.populations.map(\.bias) == plain.populations.map(\.bias))
  }

  @Test("samples that were held out have not been seen")
  func unseen() throws {
    var options = ConversionOptions(timesteps: 2, method: .bitSerial)
    options.tuningPasses = 200
    let spiking = try Converter.convert(
      deep(), calibration: randomSamples([2, 8, 8], count: 12), options: options)
    // Twelve samples seen are learnt by heart (0.39 → 0.18); of the others that says little.
    let said = try said(spiking)
    #expect(said.after > 0.6 * said.before, "\(said)")
  }

  @Test("the result does not depend on the number of threads")
  func threads() throws {
    let runs = try [1, 3].map { try converted(passes: 20, threads: $0) }
    #expect(runs[0].populations.map(\.threshold) == runs[1].populations.map(\.threshold))
    #expect(runs[0].populations.map(\.bias) == runs[1].populations.map(\.bias))
    let plain = try converted(passes: 0)
    #expect(runs[0].populations.map(\.threshold) != plain.populations.map(\.threshold))
  }

  @Test("levels as trained are left alone")
  func settled() throws {
    var options = ConversionOptions(timesteps: 2, method: .bitSerial)
    options.tuningPasses = 3
    let spiking = try Converter.convert(
      QuantizedForm.all[0].network(), calibration: dyadicSamples([1, 4, 4], count: 32),
      options: options)
    #expect(spiking.populations[0].threshold == .perChannel([2, 2]))
    #expect(spiking.remarks.contains { $0.contains("nothing to tune") })
  }

  @Test("where some levels are as trained, the others are tuned")
  func mixed() throws {
    var graph = Graph([1, 4, 4])
    let first = graph.relu(
      graph.convolution(graph.input, [2, 1, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    let second = QuantizedForm.all[0].build(&graph, graph.convolution(first, [2, 2, 1, 1]))
    let network = graph.finished(graph.gemm(graph.flatten(second), 32, 3))
    var options = ConversionOptions(timesteps: 2, method: .bitSerial)
    options.answers = .values
    let slope = try WindowSlope(
      network, calibration: dyadicSamples([1, 4, 4], count: 64), options: options)
    // ln λ of two ReLU channels, two quantised ones and three scores, then their biases.
    let settled = [2, 3, 9, 10]
    let point: [Float] = (0..<14).map { settled.contains($0) ? 0 : $0 < 7 ? -0.3 : 0.1 }
    let gradient = slope.gradient(point)
    #expect(gradient.count == 14)
    // Scores have no full scale.
    for index in [0, 1, 7, 8, 11, 12, 13] { #expect(gradient[index] != 0, "\(index)") }
    for index in settled { #expect(gradient[index] == 0, "\(index)") }
  }
}
