import LoomBase
import LoomCompiler
import LoomHardware
import LoomNetwork
import LoomReference
import Testing

/// Front-end currents by population and site, and the preprocessed sample.
struct WindowSample {
  var currents: [[[Int64]]]
  var values: [Double]

  init(_ network: SpikingNetwork, _ fixed: FixedPointNetwork, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let samples = EquivalenceSamples.make(network, count: 1, &generator)
    // The front end does not depend on the code.
    var plain = fixed
    plain.code = .rate
    let parts = try IntegerInterpreter(plain).frontEndCurrents(samples, index: 0)
    currents = fixed.populations.map { [[Int64]](repeating: [], count: $0.sites) }
    for (part, found) in zip(fixed.frontEnd, parts) {
      currents[part.target.index][part.site] = found.map { Int64($0) }
    }
    guard case .bytes(let bytes) = samples.storage else {
      values = []
      return
    }
    let shape = network.input.shape
    let preprocessing = network.input.preprocessing
    values = bytes.indices.map { index in
      let channel = index / shape.positions
      return
        (Double(bytes[index]) * preprocessing.scale - preprocessing.mean(ofChannel: channel))
        / preprocessing.deviation(ofChannel: channel)
    }
  }
}

@Suite("Quantization of window codes")
struct WindowQuantizerTests {
  static let windows: [(SpikeCode, Int)] = [
    (.bitSerial, 1), (.bitSerial, 4), (.bitSerial, 6), (.bitSerial, 8), (.timeToFirstSpike, 4),
    (.timeToFirstSpike, 16),
  ]

  @Test("Bit-serial numbers of a chain, by hand")
  func bitSerialByHand() throws {
    let network = QuantizerTests.chain(weight: 0.25, bias: 0.05, threshold: 1)
      .inWindows(.bitSerial, timesteps: 4)
    let result = try Quantizer.quantize(network, profile: TestProfiles.windowed())
    let hidden = result.network.populations[1]
    // A code is worth 1/16 of the weight, so θ = 127·2^8·1 / (0.25/16) = 127·2^14, and twice that for
    // half the weight; 2θ = 127·2^16 < 2^23.
    #expect(hidden.threshold == .perChannel([127 << 14, 127 << 15]))
    #expect(result.network.projections[0].weights == [127, 127])
    #expect(result.network.projections[0].shifts == [8])
    // Half a quantum: λ/2^5.
    #expect(hidden.initialPotential == .perChannel([127 << 9, 127 << 10]))
    // 0.05 · 127·2^14 = 104 038.4, once.
    #expect(hidden.bias == .perChannel([104_038, 0]))
    #expect(result.network.code == .bitSerial)
  }

  @Test("Numbers of a chain that spikes once, by hand")
  func firstSpikeByHand() throws {
    let network = QuantizerTests.chain(weight: 0.25, bias: 0.05, threshold: 1)
      .inWindows(.timeToFirstSpike, timesteps: 8)
    let result = try Quantizer.quantize(network, profile: TestProfiles.windowed())
    let hidden = result.network.populations[1]
    // A code is worth 1/8 of weight and threshold: δ = 127·2^8·(1/8) / (0.25/8) = 127·2^10.
    #expect(hidden.threshold == .perChannel([127 << 10, 127 << 11]))
    #expect(hidden.scale == [1_040_384.0, 2_080_768.0])
    #expect(result.network.projections[0].weights == [127, 127])
    // λ/16 = δ/2.
    #expect(hidden.initialPotential == .perChannel([127 << 9, 127 << 10]))
  }

  @Test("The worst case of every sum fits, whatever the width", arguments: windows, [24, 18, 15])
  func bounds(window: (SpikeCode, Int), bits: Int) throws {
    let network = WindowNetworks.everything(seed: 3, window.0, timesteps: window.1)
    let profile = TestProfiles.windowed(potentialBits: bits)
    let result = try Quantizer.quantize(network, profile: profile)
    let limit = (1 << (bits - 1)) - 1
    let code = window.0 == .bitSerial ? (1 << window.1) - 1 : window.1
    for (index, population) in result.network.populations.enumerated() {
      let worst = Self.worstSum(result.network, index, code: code)
      #expect(worst <= limit, "\(population.name)")
      guard population.role == .hidden else { continue }
      for channel in 0..<population.shape.channels {
        let neuron = channel * population.shape.positions
        let threshold = Int(population.threshold.value(neuron: neuron, in: population.shape))
        #expect(threshold >= 1)
        #expect(threshold * (window.0 == .bitSerial ? 2 : window.1) <= limit)
      }
    }
    #expect(result.report.projections.allSatisfy { $0.saturated.allSatisfy { $0 == 0 } })
    let lost = result.report.diagnostics.filter { $0.code == "SL3022" }
    if bits == 24 { #expect(lost.isEmpty) }
    if bits == 15, window == (.bitSerial, 8) { #expect(!lost.isEmpty) }
  }

  /// The largest |sum| of one sign of one neuron, all sources at their largest code, without front end.
  static func worstSum(_ network: FixedPointNetwork, _ index: Int, code: Int) -> Int {
    let population = network.populations[index]
    let shape = population.shape
    var plus = [[Int]](repeating: [Int](repeating: 0, count: shape.count), count: population.sites)
    var minus = plus
    for projection in network.projections where projection.target.index == index {
      let from = network.populations[projection.source.index].shape
      for link in Link.all(projection.connectivity, from, shape) {
        let weight =
          Int(projection.weights[link.weight])
          << projection.shift(channel: link.target / shape.positions) * code
        if weight > 0 {
          plus[projection.site][link.target] += weight
        } else {
          minus[projection.site][link.target] -= weight
        }
      }
    }
    return (0..<shape.count).reduce(0) { worst, neuron in
      let injected =
        Int(population.initialPotential.value(neuron: neuron, in: shape))
        + Int(population.bias.value(neuron: neuron, in: shape))
      return max(
        worst, (plus.map { $0[neuron] }.max() ?? 0) + max(0, injected),
        (minus.map { $0[neuron] }.max() ?? 0) + max(0, -injected))
    }
  }

  @Test("Integers evaluated densely approximate the floats of the code", arguments: windows)
  func approximates(code: SpikeCode, timesteps: Int) throws {
    let network = WindowNetworks.everything(seed: 5, code, timesteps: timesteps)
    let fixed = try Quantizer.quantize(network, profile: TestProfiles.windowed()).network
    let sample = try WindowSample(network, fixed, seed: 11)
    let integers = DenseCodes(fixed, currents: sample.currents)
    let floats = DenseCodes(network, input: sample.values)
    var total = 0
    var off = 0
    for (index, population) in network.populations.enumerated() where population.role == .hidden {
      let pairs = zip(integers.codes[index], floats.codes[index])
      #expect(Set(floats.codes[index]).count > 1, "\(population.name) says nothing")
      off += pairs.reduce(0) { $0 + abs($1.0 - $1.1) }
      total += floats.codes[index].reduce(0, +)
    }
    // 8-bit weights move a sum by less than a hundredth; few codes change, by one.
    #expect(Double(off) < 0.02 * Double(total))
    for (index, population) in fixed.populations.enumerated() where population.role == .readout {
      let peak = floats.answers[index].map { abs($0) }.max() ?? 0
      for (found, wanted) in zip(integers.answers[index], floats.answers[index]) {
        #expect(abs(found / population.scale[0] - wanted) < 0.1 * peak)
      }
    }
  }

  @Test("Integer networks keep their numbers; fractions and lost room are said")
  func integers() throws {
    var network = QuantizerTests.chain(weight: 0.25, bias: 0, threshold: 1)
      .inWindows(.bitSerial, timesteps: 2)
    network.isInteger = true
    network.input.preprocessing = Preprocessing(scale: 1)
    network.frontEnd[0].weights = [1]
    network.populations[0].threshold = .uniform(64)
    network.populations[0].initialPotential = .uniform(8)
    network.populations[0].bias = .uniform(0)
    network.populations[1].threshold = .uniform(100)
    network.populations[1].initialPotential = .uniform(12)
    network.populations[1].bias = .uniform(3)
    network.populations[2].bias = .uniform(0)
    network.projections[0].weights = [0.5, -0.25]
    network.projections[1].weights = [0.04, 0.08]
    let fixed = try Quantizer.quantize(network, profile: TestProfiles.windowed()).network
    // 0.5·64/4 = 8 and −4; 0.04·100/4 = 1 and 2.
    #expect(fixed.projections[0].weights.map { Int($0) << 0 } == [8, -4])
    #expect(fixed.projections[1].weights == [1, 2])
    #expect(fixed.populations[1].threshold == .uniform(100))
    #expect(fixed.populations[1].initialPotential == .uniform(12))
    network.projections[0].weights = [0.3, 0.25]
    let error = #expect(throws: DiagnosticsError.self) {
      try Quantizer.quantize(network, profile: TestProfiles.windowed())
    }
    #expect(error?.diagnostics.map(\.code) == ["SL3010"])
  }
}
