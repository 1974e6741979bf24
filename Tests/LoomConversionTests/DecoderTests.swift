import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

/// Decoders of segmenters and detectors: transposed convolutions, resized maps, skips and several outputs
/// become fixed synapses that compute what the layers compute.
@Suite("Decoders and several outputs")
struct DecoderTests {
  @Test("raw answers become the network's own behind softmax and sigmoid")
  func functions() throws {
    var graph = Graph([2, 1, 2])
    let scores = graph.convolution(graph.input, [2, 2, 1, 1])
    let soft = graph.layer(.softmax(axis: 1, flattened: false), [scores], "Softmax")
    let share = graph.layer(
      .unary(.sigmoid), [graph.gemm(graph.flatten(graph.input), 4, 1)], "Sigmoid")
    var network = graph.finished(soft)
    network.outputs.append(share)
    let raw = try RawAnswers(network, samples: [2, 1, 2])
    #expect(raw.hasFunctions)
    // Channel-first: (0, log 3) against (0, 0), then σ(0).
    let values: [Float] = [0, 1.098_612_3, 0, 0, 0]
    let finished = try raw.finished(values + values, samples: 2)
    let wanted: [Float] = [0.5, 0.75, 0.5, 0.25, 0.5]
    #expect(zip(finished, wanted + wanted).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// A way to enlarge 3×3×4 maps.
  struct Enlargement: Sendable, CustomTestStringConvertible {
    var name: String
    /// The batch axis, −1 where it is free: sizes name the batch too, so such a network runs one by one.
    var batch = -1
    var build: @Sendable (inout Graph, ValueID) -> ValueID
    var testDescription: String { name }

    static func resize(
      _ mode: String, _ coordinates: String, _ nearest: String = "round_prefer_floor",
      scales: [Float] = [1, 1, 2, 2]
    ) -> Enlargement {
      Enlargement(name: "Resize \(mode) \(coordinates) \(nearest) \(scales)") { graph, input in
        let mode = ResizeMode(mode: mode, coordinates: coordinates, nearest: nearest)
        return graph.layer(
          .resize(mode), [input, nil, graph.constant([4], scales)], "Resize")
      }
    }

    static func sizes(_ mode: String, _ coordinates: String, _ sizes: [Int64]) -> Enlargement {
      Enlargement(name: "Resize \(mode) \(coordinates) to \(sizes)", batch: 1) { graph, input in
        graph.layer(
          .resize(ResizeMode(mode: mode, coordinates: coordinates)),
          [input, nil, nil, graph.integers(sizes)], "Resize")
      }
    }

    static func transposed(
      _ name: String, _ kernel: [Int], _ window: Window, groups: Int = 1, padding: [Int] = []
    ) -> Enlargement {
      Enlargement(name: "ConvTranspose \(name)") { graph, input in
        graph.layer(
          .transposedConvolution(window, groups: groups, outputPadding: padding, outputShape: []),
          [input, graph.random(kernel), graph.random([kernel[1] * groups])], "ConvTranspose")
      }
    }
  }

  static let enlargements: [Enlargement] = [
    .resize("nearest", "asymmetric", "floor"), .resize("nearest", "half_pixel"),
    .resize("nearest", "half_pixel", "round_prefer_ceil", scales: [1, 1, 1.5, 3]),
    .resize("nearest", "asymmetric", "ceil", scales: [1, 1, 2, 0.5]),
    .resize("linear", "half_pixel"), .resize("linear", "align_corners", scales: [1, 1, 3, 2]),
    .resize("linear", "pytorch_half_pixel", scales: [1, 1, 2.5, 1]),
    .resize("linear", "asymmetric", scales: [1, 1, 0.7, 0.5]),
    .sizes("linear", "align_corners", [1, 3, 7, 5]), .sizes("nearest", "half_pixel", [1, 3, 4, 9]),
    .transposed("2×2, stride 2", [3, 4, 2, 2], Window(strides: [2, 2])),
    .transposed(
      "4×4, stride 2, padded", [3, 4, 4, 4], Window(strides: [2, 2], pads: [1, 1, 1, 1])),
    .transposed(
      "3×2, strides 3 and 2, output padding", [3, 2, 3, 2],
      Window(strides: [3, 2], pads: [0, 1, 1, 0]), padding: [2, 1]),
    .transposed("dilated", [3, 2, 3, 3], Window(strides: [1, 2], dilations: [2, 1])),
    .transposed("depthwise", [3, 1, 3, 3], Window(strides: [2, 2]), groups: 3),
  ]

  @Test("an enlarged map, joined with its own skip, is exact", arguments: enlargements)
  func enlarged(_ form: Enlargement) throws {
    var graph = Graph([2, 3, 4], batch: form.batch)
    let skip = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
    let deep = graph.relu(
      graph.convolution(skip, [3, 3, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    let left = graph.relu(form.build(&graph, deep))
    let right = form.build(&graph, skip)
    let joined = graph.layer(.concat(axis: 1), [left, right], "Concat")
    let mixed = graph.layer(.binary(.multiply), [joined, graph.constant([], [0.5])], "Mul")
    try expectSameAnswers(graph.finished(mixed), [2, 3, 4])
  }

  @Test("two outputs, one of them channels-last in rows of boxes, keep their order")
  func twoOutputs() throws {
    var graph = Graph([2, 4, 6])
    let fine = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
    let coarse = graph.relu(
      graph.convolution(fine, [4, 3, 2, 2], window: Window(strides: [2, 2])))
    let first = graph.convolution(fine, [7, 3, 1, 1])
    let turned = graph.layer(.transpose([0, 2, 3, 1]), [first], "Transpose")
    let rows = graph.layer(
      .reshape(allowZero: false), [turned, graph.integers([-1, 24, 7])], "Reshape")
    let second = graph.convolution(coarse, [7, 4, 1, 1])
    let network = graph.finished(
      graph.layer(.unary(.sigmoid), [rows], "Sigmoid"), second)
    let raw = try RawAnswers(network, samples: [2, 4, 6])
    #expect(
      raw.shapes == [
        MapShape(channels: 7, height: 4, width: 6), MapShape(channels: 7, height: 2, width: 3),
      ])
    #expect(raw.network.outputs == [rows, second])
    #expect(raw.input == MapShape(channels: 2, height: 4, width: 6))
    try expectSameAnswers(network, [2, 4, 6])
  }

  @Test("an output that mixes samples is refused")
  func mixedSamples() throws {
    var graph = Graph([3])
    let network = graph.finished(graph.relu(graph.gemm(graph.input, 3, 2)))
    let raw = try RawAnswers(network, samples: [3])
    #expect(throws: DiagnosticsError.self) {
      try raw.maps([Tensor(shape: [5], floats: [1, 2, 3, 4, 5])], samples: 2)
    }
  }

  /// The float layers, laid out as maps, against the maps of the spiking network.
  private func expectSameAnswers(_ network: Network, _ shape: [Int]) throws {
    let samples = randomSamples(shape)
    let options = ConversionOptions(timesteps: 8)
    let spiking = try Converter.convert(network, calibration: samples, options: options)
    let raw = try RawAnswers(network, samples: shape)
    let tensor = try SamplePreparation.tensor(
      samples, range: 0..<6, network: raw.network, preprocessing: options.preprocessing)
    let expected = try raw.maps(
      FloatExecutor(raw.network).runSamples(tensor, threads: 1), samples: 6)
    guard case .floats(let stored) = samples.storage else {
      Issue.record("the samples are floats")
      return
    }
    let evaluator = RateEvaluator(network: spiking)
    let size = shape.reduce(1, *)
    let width = expected.count / 6
    for sample in 0..<6 {
      let scores = evaluator.scores(Array(stored[(sample * size)..<((sample + 1) * size)]))
      let wanted = expected[(sample * width)..<((sample + 1) * width)]
      #expect(scores.count == width)
      let difference = zip(scores, wanted).map { abs($0 - $1) }.max() ?? .infinity
      let largest = wanted.map { abs($0) }.max() ?? 0
      #expect(largest > 0)
      #expect(difference <= 1e-4 * max(1, largest), "off by \(difference)")
    }
  }
}
