import LoomBase
import LoomConversion
import LoomNetwork
import Testing

@Suite("Activations trained with levels")
struct QuantizedActivationTests {
  private func convert(
    _ network: Network, _ method: ConversionMethod, _ timesteps: Int, samples: Samples? = nil
  ) throws -> SpikingNetwork {
    var options = ConversionOptions(timesteps: timesteps, method: method)
    options.maxPool = .comparator
    return try Converter.convert(
      network, calibration: samples ?? dyadicSamples([1, 4, 4], count: 32), options: options)
  }

  @Test(
    "λ, v(0) and levels come from the graph, codes are the activations",
    arguments: QuantizedForm.all)
  func forms(_ form: QuantizedForm) throws {
    let network = form.network()
    #expect(Converter.diagnose(network).isEmpty)
    // Q = 3 = 2² − 1: two bits, λ = 4 steps.
    let spiking = try convert(network, .bitSerial, 2)
    #expect(spiking.populations.map(\.role) == [.hidden, .readout])
    let full = spiking.populations[0].threshold.map { $0 }
    #expect(full == .perChannel([4 * form.step, 4 * form.step]))
    let start = form.offset * form.step
    #expect(spiking.populations[0].initialPotential == .perChannel([start, start]))
    #expect(spiking.remarks.contains { $0.contains("4 levels") && $0.hasSuffix("exact") })
    let oracle = try CodeOracle(network, spiking, dyadicSamples([1, 4, 4], count: 64, seed: 11))
    #expect(oracle.coded == oracle.exact)
  }

  @Test("a window of Q steps says Q + 1 levels exactly", arguments: QuantizedForm.all)
  func firstSpike(_ form: QuantizedForm) throws {
    let network = form.network()
    let spiking = try convert(network, .timeToFirstSpike, 3)
    #expect(spiking.code == .timeToFirstSpike)
    #expect(spiking.populations[0].threshold == .perChannel([3 * form.step, 3 * form.step]))
    let oracle = try CodeOracle(network, spiking, dyadicSamples([1, 4, 4], count: 64, seed: 11))
    #expect(oracle.relativeError < 1e-10)
  }

  @Test("rate codes take θ = λ and the trained rounding", arguments: QuantizedForm.all)
  func rate(_ form: QuantizedForm) throws {
    let spiking = try convert(form.network(), .thresholdBalancing, 8)
    let bound = 3 * form.step
    #expect(spiking.populations[0].threshold == .perChannel([bound, bound]))
    #expect(
      spiking.populations[0].initialPotential
        == .perChannel([
          form.offset * bound, form.offset * bound,
        ]))
  }

  @Test("QuantizeLinear and DequantizeLinear are an activation on either side of a Relu")
  func quantizeLinear() throws {
    let forms: [(ElementType, Int64, Bool, Bool)] = [
      (.uint8, 0, false, false), (.uint8, 0, true, false), (.int8, -128, false, false),
      (.int8, 127 - 15, false, true), (.uint8, 240, true, false), (.int8, 112, true, false),
    ]
    for (type, point, isBefore, isBehind) in forms {
      let form = QuantizedForm(name: "QDQ") { graph, input in
        let start = isBefore ? graph.relu(input) : input
        let codes = graph.quantize(start, scale: 0.125, point: point, type)
        let values = graph.dequantize(codes, scale: 0.125, point: point, type)
        return isBehind ? graph.relu(values) : values
      }
      let network = form.network()
      #expect(Converter.diagnose(network).isEmpty)
      let isNarrow = point == 112 || point == 240
      let spiking = try convert(network, .bitSerial, isNarrow ? 4 : 8)
      #expect(spiking.populations.map(\.role) == [.hidden, .readout])
      let full: Float = isNarrow ? 2 : 32
      #expect(spiking.populations[0].threshold == .perChannel([full, full]))
      let oracle = try CodeOracle(network, spiking, dyadicSamples([1, 4, 4], count: 64, seed: 11))
      // Ties: a sixteenth is half a step here, ONNX rounds to even and neurons up: half a step at most.
      #expect(oracle.relativeError < 1e-2)
    }
  }

  @Test("rounding of signed values by QuantizeLinear is left out and said")
  func signedQuantization() throws {
    let form = QuantizedForm(name: "signed") { graph, input in
      let codes = graph.quantize(input, scale: 0.0625, point: 0, .int8)
      return graph.relu(
        graph.plus(graph.dequantize(codes, scale: 0.0625, point: 0, .int8), 0.28))
    }
    let spiking = try convert(form.network(), .bitSerial, 8)
    #expect(spiking.populations.map(\.role) == [.hidden, .readout])
    #expect(spiking.remarks.contains { $0.contains("QuantizeLinear 'quantizelinear1' left out") })
  }

  @Test("a largest value behind max pooling is the largest code", arguments: QuantizedForm.all)
  func maxPooling(_ form: QuantizedForm) throws {
    let network = form.network { graph, value in
      graph.layer(
        .maxPool(Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, storageOrder: 0),
        [value], "MaxPool")
    }
    let spiking = try convert(network, .bitSerial, 2)
    if form.step == 0.5 { #expect(spiking.populations.map(\.sites) == [4, 1]) }
    let oracle = try CodeOracle(network, spiking, dyadicSamples([1, 4, 4], count: 64, seed: 11))
    if form.step == 0.5 { #expect(oracle.coded == oracle.exact) }
  }

  @Test("levels that bits cannot say are said")
  func levelTrap() throws {
    func remarks(levels: Float, _ timesteps: Int, _ method: ConversionMethod) throws -> [String] {
      let form = QuantizedForm(name: "levels") { graph, input in
        graph.times(graph.round(graph.clip(graph.divide(input, 0.5), 0, levels)), 0.5)
      }
      return try convert(form.network(), method, timesteps).remarks
    }
    // QCFS with Q = 4 has five levels, two bits say four, three say eight.
    let trap = try remarks(levels: 4, 2, .bitSerial)
    #expect(trap.contains { $0.contains("5 levels") && $0.contains("no -T is exact") })
    let short = try remarks(levels: 7, 2, .bitSerial)
    #expect(short.contains { $0.contains("8 levels") && $0.contains("-T 3 would be exact") })
    let window = try remarks(levels: 7, 4, .timeToFirstSpike)
    #expect(window.contains { $0.contains("-T 7 would be exact") })
  }

  @Test("rounding that is no activation is refused by name")
  func refused() {
    let ways: [(String, @Sendable (inout Graph, ValueID) -> ValueID)] = [
      ("floor1", { graph, input in graph.floor(input) }),
      ("round2", { graph, input in graph.round(graph.times(input, 4)) }),
      (
        "round2",
        { graph, input in graph.times(graph.round(graph.clip(input, -3, 3)), 0.5) }
      ),
      ("ceil2", { graph, input in graph.layer(.unary(.ceil), [graph.clip(input, 0, 3)], "Ceil") }),
    ]
    for (name, build) in ways {
      let network = QuantizedForm(name: name, build: build).network()
      let findings = Converter.diagnose(network)
      #expect(findings.first?.anchor.description.contains("'\(name)'") == true, "\(findings)")
    }
  }
}
