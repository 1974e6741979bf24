import Foundation
import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import LoomReference
import Testing

@Suite("Spike counts in place of potentials")
struct CountReadoutTests {
  /// Three numbers that are their own scores.
  private func identity() -> Network {
    var graph = Graph([3])
    let weights = graph.constant([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])
    let logits = graph.layer(
      .gemm(alpha: 1, beta: 1, transposeA: false, transposeB: true), [graph.input, weights], "Gemm")
    return graph.finished(logits)
  }

  /// Twelve samples, 10, 9 and −50 in every order.
  private var close: Samples {
    let orders: [[Float]] = [
      [10, 9, -50], [9, 10, -50], [-50, 9, 10], [9, -50, 10], [10, -50, 9], [-50, 10, 9],
    ]
    return Samples(
      storage: .floats((orders + orders).flatMap { $0 }), sampleShape: [3], count: 12)
  }

  private func options(_ timesteps: Int, _ kind: AnswerKind? = nil) -> ConversionOptions {
    var options = ConversionOptions(timesteps: timesteps, iterations: 10, delayedReadout: false)
    options.readout = .spikeCounts
    options.answers = kind
    return options
  }

  @Test("classes: the window that tells 10 from 9 in four steps, worked by hand")
  func classes() throws {
    // From −50 to 10 one spike is 15: 10 and 9 both send ⌊4 · 59/60 + 1/2⌋ = 4. From 9 to 10: 4 and none.
    let network = try Converter.convert(identity(), calibration: close, options: options(4))
    let output = network.populations[network.outputs[0].index]
    #expect(network.readout == .spikeCounts && output.role == .hidden && output.reset == .soft)
    #expect(output.threshold == .perChannel([1, 1, 1]))
    #expect(output.initialPotential == .perChannel([0.5, 0.5, 0.5]))
    #expect(output.bias == .uniform(-9) && output.scoreOffset == [-9, -9, -9])
    let interpreter = try FloatSpikingInterpreter(network)
    #expect(try interpreter.scores(close, index: 0) == [10, 9, 9])
    #expect(try interpreter.predictions(close, threads: 1) == [0, 1, 2, 2, 0, 1, 0, 1, 2, 2, 0, 1])
    #expect(network.remarks.contains { $0.contains("12 of 12 calibration samples agree") })
  }

  @Test("of windows that agree alike the one with the widest lead, worked by hand")
  func lead() throws {
    let orders: [[Float]] = [
      [10, 5, 0], [5, 10, 0], [0, 5, 10], [5, 0, 10], [10, 0, 5], [0, 10, 5],
    ]
    let samples = Samples(
      storage: .floats((orders + orders).flatMap { $0 }), sampleShape: [3], count: 12)
    let network = try Converter.convert(identity(), calibration: samples, options: options(4))
    let output = network.populations[network.outputs[0].index]
    // From 0 to 10 the best sends 4 spikes, the next ⌊2 + ½⌋ = 2; from 5 to 10 it sends 4 and the next none.
    #expect(output.threshold == .perChannel([5, 5, 5]))
    #expect(output.scoreOffset == [-5, -5, -5])
  }

  @Test("values: the window leaves out a few scores where that makes the levels finer")
  func tails() throws {
    // Hundreds from 0 to 1, and in each half one of 1.5: two spikes say 0, ½, 1 or 0, ¾, 1½.
    let rows = (0..<200).flatMap { index -> [Float] in
      [index % 100 == 50 ? 1.5 : Float(index % 100) / 99, 0, 0]
    }
    let samples = Samples(storage: .floats(rows), sampleShape: [3], count: 200)
    let network = try Converter.convert(
      identity(), calibration: samples, options: options(2, .values))
    let output = network.populations[network.outputs[0].index]
    guard case .perChannel(let thresholds) = output.threshold else {
      Issue.record("a threshold for each channel")
      return
    }
    #expect(thresholds[0] > 0.8 && thresholds[0] < 1.2)
  }

  @Test("values of maps are compared position by position")
  func maps() throws {
    var graph = Graph([2, 2, 2])
    let network = graph.finished(
      graph.layer(
        .convolution(Window(), groups: 1),
        [graph.input, graph.constant([2, 2, 1, 1], [1, 0, 0, 10])], "Conv"))
    let spiking = try Converter.convert(
      network, calibration: randomSamples([2, 2, 2], count: 64), options: options(32, .values))
    let remark = try #require(spiking.remarks.first { $0.contains("squared error ") })
    let text = remark.components(separatedBy: "squared error ")[1].prefix { $0 != " " }
    let error = try #require(Double(text))
    // 33 levels over the range: about 1/(12 · 32²) of its square.
    #expect(error < 0.01, "\(remark)")
  }

  @Test("with a later t0 windows span the mean currents from t0 on, and the rate is theirs")
  func delayedScores() throws {
    let samples = randomSamples([2, 5, 5], count: 64)
    var options = options(16, .values)
    options.delayedReadout = true
    let network = try Converter.convert(small(), calibration: samples, options: options)
    #expect(network.readoutStart > 0)
    let held = samples.selecting(32..<64)
    let byPotentials = try FloatSpikingInterpreter(network.readByPotentials)
    let counted = try FloatSpikingInterpreter(network)
    let output = network.populations[network.outputs[0].index]
    guard case .perChannel(let thresholds) = output.threshold else {
      Issue.record("a threshold for each channel")
      return
    }
    var (scores, spikes) = ([[Float]](repeating: [], count: 5), Float(0))
    for index in 0..<32 {
      let values = try byPotentials.scores(held, index: index)
      let answers = try counted.scores(held, index: index)
      for channel in 0..<5 {
        scores[channel].append(values[channel])
        spikes += (answers[channel] + output.scoreOffset[channel]) / thresholds[channel]
      }
    }
    for channel in 0..<5 {
      let sorted = scores[channel].sorted()
      let low = -output.scoreOffset[channel]
      let high = low + thresholds[channel]
      #expect(sorted.prefix(2).contains { abs($0 - low) < 1e-3 }, "\(low) \(sorted)")
      #expect(sorted.suffix(2).contains { abs($0 - high) < 1e-3 }, "\(high) \(sorted)")
    }
    // Spikes per neuron and step from t0 on; channels may take other windows than the first.
    #expect(abs(spikes / (32 * 5) - output.expectedRate) < 0.05)
  }

  @Test("values: a window for each channel, from its least to its greatest")
  func values() throws {
    let rows = (0..<12).flatMap { index -> [Float] in
      [Float(index % 4) - 1, Float(index % 2) * 10, 5]
    }
    let samples = Samples(storage: .floats(rows), sampleShape: [3], count: 12)
    let network = try Converter.convert(
      identity(), calibration: samples, options: options(12, .values))
    let output = network.populations[network.outputs[0].index]
    // −1 … 2, 0 … 10; a channel that always says 5 gets the greatest score, 10.
    #expect(output.threshold == .perChannel([3, 10, 10]))
    #expect(output.scoreOffset == [1, 0, -5])
    let interpreter = try FloatSpikingInterpreter(network)
    for index in 0..<12 {
      let scores = try interpreter.scores(samples, index: index)
      for (score, value) in zip(scores, rows[(3 * index)..<(3 * index + 3)]) {
        #expect(abs(score - value) < 1e-5)
      }
    }
  }

  /// conv → relu → dense.
  private func small() -> Network {
    var graph = Graph([2, 5, 5])
    let first = graph.relu(
      graph.convolution(graph.input, [4, 2, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    return graph.finished(graph.gemm(graph.flatten(first), 100, 5))
  }

  @Test(
    "the agreement that windows are chosen by is that of the float interpreter, t0 included",
    arguments: [false, true])
  func simulation(isDelayed: Bool) throws {
    let samples = randomSamples([2, 5, 5], count: 64)
    var options = options(16)
    options.delayedReadout = isDelayed
    let network = try Converter.convert(small(), calibration: samples, options: options)
    #expect((network.readoutStart > 0) == isDelayed)
    // Half of 64 is held out.
    let held = samples.selecting(32..<64)
    let input = try SamplePreparation.tensor(
      held, range: 0..<32, network: small(), preprocessing: Preprocessing(scale: 1))
    let scores = try FloatExecutor(small()).runSamples(input, threads: 1)[0].floats
    let wanted = (0..<32).map { sample in
      let row = Array(scores[sample * 5..<sample * 5 + 5])
      return row.firstIndex(of: row.max() ?? 0) ?? 0
    }
    let found = try FloatSpikingInterpreter(network).predictions(held, threads: 1)
    let agreeing = zip(found, wanted).count { $0 == $1 }
    #expect(
      network.remarks.contains { $0.contains("\(agreeing) of 32 calibration samples agree") },
      "\(agreeing) \(network.remarks)")
    #expect(agreeing > 16)
  }

  @Test("read by potentials it is the network converted for potentials")
  func withoutCounts() throws {
    let samples = randomSamples([2, 5, 5], count: 64)
    let counted = try Converter.convert(small(), calibration: samples, options: options(16))
    var plain = options(16)
    plain.readout = .potentials
    let wanted = try Converter.convert(small(), calibration: samples, options: plain)
    let (first, second) = (
      try FloatSpikingInterpreter(counted.readByPotentials), try FloatSpikingInterpreter(wanted)
    )
    for index in 0..<8 {
      let scores = zip(
        try first.scores(samples, index: index), try second.scores(samples, index: index))
      for (left, right) in scores { #expect(abs(left - right) < 1e-4) }
    }
    #expect(counted.populations.map(\.shape) == wanted.populations.map(\.shape))
    #expect(options(16).dependsOnT && !plain.dependsOnT)
  }

  @Test(
    "window codes are refused, with what they need",
    arguments: [ConversionMethod.bitSerial, .timeToFirstSpike])
  func windowCodes(method: ConversionMethod) throws {
    var options = options(4)
    options.method = method
    let error = #expect(throws: DiagnosticsError.self) {
      try Converter.convert(identity(), calibration: close, options: options)
    }
    #expect(error?.diagnostics.count == 1)
    #expect(error?.diagnostics.first?.message.contains("potentials are read") == true)
  }
}
