import LoomBase
import LoomConversion
import LoomNetwork
import Testing

@Suite("Outlines without calibration")
struct NetworkOutlineTests {
  private func residual() -> Network {
    var graph = Graph([2, 8, 8])
    let window = Window(pads: [1, 1, 1, 1])
    let first = graph.relu(graph.convolution(graph.input, [4, 2, 3, 3], window: window))
    let second = graph.relu(graph.convolution(first, [4, 4, 3, 3], window: window))
    let sum = graph.relu(graph.layer(.binary(.add), [first, second], "Add"))
    let pooled = graph.layer(
      .maxPool(Window(kernel: [2, 2], strides: [2, 2]), ceilMode: false, storageOrder: 0), [sum],
      "MaxPool")
    let strided = graph.relu(
      graph.convolution(
        pooled, [8, 2, 3, 3], window: Window(strides: [2, 2], pads: [1, 1, 1, 1]), groups: 2))
    let mean = graph.layer(.globalAveragePool, [strided], "GlobalAveragePool")
    let flat = graph.layer(.flatten(axis: 1), [mean], "Flatten")
    return graph.finished(graph.gemm(flat, 8, 3))
  }

  @Test("populations, order and connectivity are those of a conversion")
  func likeConversion() throws {
    let network = residual()
    let samples = randomSamples([2, 8, 8])
    let options = ConversionOptions(timesteps: 16, iterations: 20)
    let converted = try Converter.convert(network, calibration: samples, options: options)
    let outline = try Converter.outline(network, options: options)
    #expect(outline.findings.isEmpty)
    #expect(outline.detail == .exact)
    #expect(outline.network.populations.map(\.name) == converted.populations.map(\.name))
    #expect(outline.network.populations.map(\.shape) == converted.populations.map(\.shape))
    #expect(outline.network.populations.map(\.role) == converted.populations.map(\.role))
    #expect(outline.network.projections.count == converted.projections.count)
    for (mine, theirs) in zip(outline.network.projections, converted.projections) {
      #expect(mine.source == theirs.source && mine.target == theirs.target)
      #expect(mine.connectivity == theirs.connectivity)
    }
    #expect(outline.network.frontEnd.count == converted.frontEnd.count)
    #expect(outline.network.annLayers.map(\.macs) == converted.annLayers.map(\.macs))
  }

  @Test("refused layers are listed and what lies before and behind them is kept")
  func refused() throws {
    var graph = Graph([2, 8, 8])
    let first = graph.relu(graph.convolution(graph.input, [4, 2, 3, 3]))
    let odd = graph.layer(
      .localResponseNormalization(size: 3, alpha: 1, beta: 1, bias: 1), [first], "LRN")
    let second = graph.relu(graph.convolution(odd, [6, 4, 3, 3]))
    let gate = graph.layer(.unary(.sigmoid), [second], "Sigmoid")
    let network = graph.finished(graph.relu(graph.convolution(gate, [3, 6, 4, 4])))
    let outline = try Converter.outline(network, options: ConversionOptions(timesteps: 8))
    #expect(
      outline.findings.map(\.anchor.description) == [
        "node 'lrn2' (LRN)", "node 'sigmoid5' (Sigmoid)",
      ])
    #expect(outline.placeholders == ["lrn2", "sigmoid5"])
    let hidden = outline.network.populations.filter { $0.role == .hidden }
    #expect(
      hidden.map(\.shape.description).prefix(2) == ["4×6×6", "6×4×4"], "\(hidden.map(\.name))")
    let stand = outline.network.populations.filter { $0.role == .input }
    #expect(stand.map(\.shape.description) == ["4×6×6", "6×4×4"])
  }

  @Test("constants of one number are weights of either sign: no Relu disappears")
  func valueless() throws {
    var graph = Graph([2, 8, 8])
    var value = graph.input
    for channels in [(2, 4), (4, 4), (4, 3)] {
      let zeros = graph.constant(
        [channels.1, channels.0, 3, 3], [Float](repeating: 0, count: channels.0 * channels.1 * 9))
      value = graph.relu(
        graph.layer(.convolution(Window(), groups: 1), [value, zeros], "Conv"))
    }
    var network = graph.finished(value)
    for id in network.constants.keys { network.constants[id]?.storage = .splat(0) }
    let outline = try Converter.outline(network, options: ConversionOptions(timesteps: 8))
    #expect(outline.valuelessConstants == 3)
    let hidden = outline.network.populations.filter { $0.role == .hidden }
    #expect(hidden.map(\.shape.description) == ["4×6×6", "4×4×4", "3×2×2"])
  }
}
