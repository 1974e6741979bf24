import LoomBase
import LoomConversion
import LoomNetwork
import LoomReference
import Testing

@Suite("Hard reset in place of soft reset")
struct HardResetTests {
  /// The steps in which a neuron with θ = 1 and v(0) = 0 fires at a constant current.
  private func spikes(_ current: Float, steps: Int, reset: ResetMode, gain: Float? = nil) -> [Int] {
    var parameters = ChannelParameters(thresholds: [1])
    parameters.initialPotentials = [0]
    if let gain { parameters.gains = [gain] }
    var neurons = RateNeurons(parameters, shape: MapShape(channels: 1), reset: reset)
    var currents = [Float](repeating: 0, count: 64)
    currents[0] = current
    return (1...steps).filter { _ in
      let before = neurons.counts[0]
      neurons.step(currents, counting: true)
      return neurons.counts[0] > before
    }
  }

  @Test("a draft neuron's residual charge is lost, worked by hand")
  func byHand() {
    // 0.6, 1.2 → 0, 0.6, 1.2 → 0, ...; soft: 0.6, 1.2 → 0.2, 0.8, 1.4 → 0.4, 1.0 → 0, 0.6.
    #expect(spikes(0.6, steps: 6, reset: .hard) == [2, 4, 6])
    #expect(spikes(0.625, steps: 6, reset: .soft) == [2, 4, 5])
    // 0.75 and 0.75 reach 1 in two steps; 0.6 × 1.7 in one.
    #expect(spikes(0.6, steps: 6, reset: .hard, gain: 1.25) == [2, 4, 6])
    #expect(spikes(0.6, steps: 6, reset: .hard, gain: 1.7) == [1, 2, 3, 4, 5, 6])
    #expect(spikes(0.25, steps: 8, reset: .hard) == [4, 8])
  }

  /// 12 → dense 16 → relu → dense 12 → relu → dense 4, random weights.
  private func network() -> Network {
    var graph = Graph([12])
    let first = graph.relu(graph.gemm(graph.input, 12, 16))
    let second = graph.relu(graph.gemm(first, 16, 12))
    return graph.finished(graph.gemm(second, 12, 4))
  }

  private let samples = randomSamples([12], count: 64)

  private func options(_ method: ConversionMethod, onHost: Bool = false) -> ConversionOptions {
    var options = ConversionOptions(timesteps: 32, method: method)
    options.reset = .hard
    options.hostIntegratesInput = onHost
    return options
  }

  @Test(
    "what methods choose by is what the reference interpreter runs",
    arguments: [ConversionMethod.thresholdBalancing, .calibrated, .tuned, .percentile])
  func simulation(method: ConversionMethod) throws {
    let conversion = try Converter.conversion(
      network(), calibration: samples, options: options(method))
    let spiking = conversion.network
    let errors = try conversion.errors(samples: 16)
    let spikes = try interpreterSpikes(spiking, samples, 48..<64)
    var checked = 0
    for (place, population) in spiking.populations.enumerated() {
      guard let error = errors.first(where: { $0.name == population.name }) else { continue }
      #expect(population.reset == .hard)
      guard case .perChannel(let thresholds) = population.threshold else { continue }
      let output = error.meanOutput * Double(error.neurons * 16 * spiking.timesteps)
      let (least, most) = (Double(thresholds.min() ?? 0), Double(thresholds.max() ?? 0))
      // One threshold a layer tells the number of spikes; several enclose it.
      if least == most {
        // Gains are in the weights there and in θ here: a rounding may move a spike.
        #expect(abs(output / least - Double(spikes[place])) <= 2)
        checked += 1
      } else {
        #expect(output <= most * Double(spikes[place]) && output >= least * Double(spikes[place]))
      }
      #expect(spikes[place] > 0)
    }
    #expect(method != .percentile || checked == 2)
  }

  @Test("gains bring the mean output of hard-reset neurons near the trained activations")
  func gains() throws {
    let conversion = try Converter.conversion(
      network(), calibration: samples, options: options(.percentile))
    var plain = conversion.network
    for index in plain.populations.indices { plain.populations[index].reset = .soft }
    // The same currents without a loss: more spikes, and more than the activations ask for.
    let (lossy, lossless) = (
      try FloatSpikingInterpreter(conversion.network), try FloatSpikingInterpreter(plain)
    )
    for error in try conversion.errors(samples: 16) {
      #expect(abs(error.meanOutput - error.meanActivation) < 0.1 * error.meanActivation)
    }
    let (fewer, more) = (
      try lossy.run(samples, index: 50).spikes[0], try lossless.run(samples, index: 50).spikes[0]
    )
    #expect(fewer < more)
  }

  @Test("the substitution is counted and said; what the host integrates keeps soft reset")
  func remark() throws {
    let everywhere = try Converter.convert(
      network(), calibration: samples, options: options(.percentile))
    #expect(
      everywhere.remarks.contains {
        $0.hasPrefix("substitution: hard reset in place of soft reset on 28 neurons of 2")
      })
    let onHost = try Converter.convert(
      network(), calibration: samples, options: options(.percentile, onHost: true))
    #expect(onHost.populations.map(\.reset) == [.soft, .hard, .soft])
    #expect(onHost.remarks.contains { $0.contains("on 12 neurons of 1 populations") })
    var soft = options(.percentile)
    soft.reset = .soft
    let usual = try Converter.convert(network(), calibration: samples, options: soft)
    #expect(!usual.remarks.contains { $0.contains("substitution: hard") })
    #expect(usual.populations.allSatisfy { $0.reset == .soft })
  }

  @Test("outputs whose spikes are counted are hard-reset neurons too")
  func counted() throws {
    var options = options(.calibrated, onHost: true)
    options.readout = .spikeCounts
    let spiking = try Converter.convert(network(), calibration: samples, options: options)
    #expect(spiking.populations.map(\.reset) == [.soft, .hard, .hard])
    #expect(spiking.remarks.contains { $0.contains("on 16 neurons of 2 populations") })
  }

  @Test(
    "window codes are refused with the methods that run",
    arguments: [ConversionMethod.bitSerial, .timeToFirstSpike])
  func windows(method: ConversionMethod) {
    var options = options(method)
    options.timesteps = 4
    let error = #expect(throws: DiagnosticsError.self) {
      try Converter.convert(network(), calibration: samples, options: options)
    }
    #expect(error?.diagnostics.count == 1)
    #expect(error?.diagnostics.first?.remedy?.contains("threshold-balancing") == true)
  }
}
