import LoomBase
import LoomConversion
import LoomNetwork
import Testing

@Suite("Findings of conversion")
struct DiagnosticsTests {
  private func codes(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch let error as DiagnosticsError {
      return error.diagnostics.map(\.code)
    } catch {
      return ["other"]
    }
  }

  @Test("every unsuitable layer is named at once, with a remedy")
  func allAtOnce() {
    var graph = Graph([2, 4, 4])
    let first = graph.convolution(graph.input, [3, 2, 3, 3])
    let smooth = graph.layer(.parametric(.elu(alpha: 1)), [first], "Elu")
    let second = graph.convolution(smooth, [3, 3, 1, 1])
    let gate = graph.layer(.unary(.sigmoid), [second], "Sigmoid")
    let product = graph.layer(.binary(.multiply), [second, gate], "Mul")
    let soft = graph.layer(.softmax(axis: 1, flattened: false), [product], "Softmax")
    let odd = graph.layer(.unsupported(reason: "no such operator"), [soft], "Einsum")
    let network = graph.finished(graph.convolution(odd, [2, 3, 1, 1]))
    let findings = Converter.diagnose(network)
    let places = findings.map(\.anchor.description)
    #expect(
      places == [
        "node 'elu1' (Elu)", "node 'sigmoid3' (Sigmoid)", "node 'mul4' (Mul)",
        "node 'softmax5' (Softmax)", "node 'einsum6' (Einsum)",
      ])
    #expect(findings.map(\.code) == ["SL2101", "SL2101", "SL2102", "SL2101", "SL2101"])
    #expect(findings.allSatisfy { $0.remedy != nil && $0.message.hasPrefix("needs ") })
  }

  @Test("a suitable network has no findings", arguments: RegionCase.convolutions)
  func suitable(_ region: RegionCase) {
    #expect(Converter.diagnose(region.build()).isEmpty)
  }

  @Test("weights that are not finite are refused")
  func notFinite() {
    var graph = Graph([2])
    let weights = graph.constant([2, 2], [1, .nan, 0, 1])
    let network = graph.finished(graph.layer(.matMul, [graph.input, weights], "MatMul"))
    #expect(Converter.diagnose(network).map(\.code) == ["SL2108"])
  }

  @Test("several inputs and unknown shapes are refused")
  func inputs() {
    var graph = Graph([2])
    var network = graph.finished(graph.gemm(graph.input, 2, 2))
    network.values[0].shape = [-1, -1]
    #expect(Converter.diagnose(network).map(\.code) == ["SL2002"])
    network.values[0].shape = nil
    #expect(Converter.diagnose(network).map(\.code) == ["SL2002"])
    network.values.append(NetworkValue(name: "other", type: .float32, shape: [1, 2]))
    network.inputs.append(ValueID(network.values.count - 1))
    #expect(Converter.diagnose(network).map(\.code) == ["SL2001"])
  }

  @Test("a linear region that is too large is refused by name")
  func tooLarge() {
    var graph = Graph([64, 64, 64])
    let start = graph.relu(graph.convolution(graph.input, [64, 64, 1, 1]))
    let first = graph.convolution(start, [64, 64, 5, 5], window: Window(pads: [2, 2, 2, 2]))
    let second = graph.convolution(first, [64, 64, 5, 5], window: Window(pads: [2, 2, 2, 2]))
    let findings = Converter.diagnose(graph.finished(graph.relu(second)))
    #expect(findings.map(\.code) == ["SL2105"])
    #expect(findings.map(\.anchor) == [.onnxNode(name: "conv3", operation: "Conv")])
  }

  @Test("weights that do not fit their input are refused, not trapped")
  func mismatch() {
    var graph = Graph([3, 4, 4])
    let conv = graph.convolution(graph.input, [4, 2, 3, 3])
    let flat = graph.layer(.flatten(axis: 3), [conv], "Flatten")
    _ = flat
    let wide = graph.convolution(graph.input, [4, 3, 9, 9])
    let sum = graph.layer(.binary(.add), [conv, wide], "Add")
    let findings = Converter.diagnose(graph.finished(sum))
    #expect(findings.map(\.code) == ["SL2107", "SL2107"])
  }

  @Test("samples and options that do not fit are refused before any work")
  func samples() {
    var graph = Graph([1, 4, 5])
    let conv = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let network = graph.finished(conv)
    func convert(_ samples: Samples, _ options: ConversionOptions) -> [String] {
      codes { _ = try Converter.convert(network, calibration: samples, options: options) }
    }
    let options = ConversionOptions(timesteps: 8)
    #expect(convert(randomSamples([4, 4]), options) == ["SL2201"])
    #expect(convert(randomSamples([4, 5], count: 9), options) == ["SL2202"])
    var holed = randomSamples([4, 5])
    if case .floats(var values) = holed.storage {
      values[45] = .infinity
      holed = Samples(storage: .floats(values), sampleShape: holed.sampleShape, count: holed.count)
    }
    #expect(convert(holed, options) == ["SL2203"])
    var wrong = options
    wrong.preprocessing = Preprocessing(scale: 1, mean: [0, 0, 0])
    #expect(convert(randomSamples([4, 5]), wrong) == ["SL2204"])
    wrong = ConversionOptions(timesteps: 0, iterations: 0, coding: .spikes)
    #expect(convert(randomSamples([4, 5]), wrong) == ["SL2205", "SL2205", "SL2205"])
  }
}
