import LoomConversion
import LoomNetwork
import Testing

/// A small network with the structure its name says.
struct RegionCase: Sendable, CustomTestStringConvertible {
  var name: String
  var sampleShape: [Int]
  var options: @Sendable (inout ConversionOptions) -> Void = { _ in }
  var build: @Sendable () -> Network

  var testDescription: String { name }
}

extension RegionCase {
  static let convolutions: [RegionCase] = [
    RegionCase(name: "Conv, BatchNormalization, Relu, Gemm", sampleShape: [2, 5, 6]) {
      var graph = Graph([2, 5, 6])
      let conv = graph.convolution(
        graph.input, [4, 2, 3, 3], window: Window(strides: [2, 1], pads: [1, 0, 0, 1]))
      let normal = graph.relu(graph.batchNormalization(conv, 4))
      return graph.finished(graph.gemm(graph.flatten(normal), 4 * 2 * 5, 3))
    },
    RegionCase(name: "grouped and dilated Conv", sampleShape: [4, 7, 7]) {
      var graph = Graph([4, 7, 7])
      let first = graph.relu(
        graph.convolution(
          graph.input, [6, 2, 3, 2], window: Window(pads: [2, 1, 2, 0], dilations: [2, 1]),
          groups: 2))
      let second = graph.relu(graph.convolution(first, [6, 1, 3, 3], groups: 6))
      return graph.finished(graph.convolution(second, [3, 6, 1, 1]))
    },
    RegionCase(name: "Conv behind Conv without Relu, padded", sampleShape: [2, 6, 6]) {
      var graph = Graph([2, 6, 6])
      let start = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
      let first = graph.convolution(start, [4, 3, 3, 3], window: Window(pads: [1, 1, 1, 1]))
      let second = graph.convolution(
        first, [5, 4, 3, 3], window: Window(strides: [2, 2], pads: [1, 1, 1, 1]))
      return graph.finished(graph.gemm(graph.flatten(graph.relu(second)), 5 * 9, 3))
    },
    RegionCase(name: "Conv behind Conv without Relu, joined kernels", sampleShape: [2, 9, 9]) {
      var graph = Graph([2, 9, 9])
      let start = graph.relu(graph.convolution(graph.input, [4, 2, 1, 1]))
      let first = graph.convolution(
        start, [4, 1, 3, 3], window: Window(strides: [2, 1], pads: [1, 1, 1, 1]), groups: 4)
      let second = graph.convolution(first, [4, 2, 2, 3], groups: 2)
      return graph.finished(graph.relu(second))
    },
    RegionCase(name: "one-dimensional Conv", sampleShape: [3, 12]) {
      var graph = Graph([3, 12])
      let first = graph.relu(
        graph.convolution(
          graph.input, [4, 3, 5], window: Window(strides: [2], pads: [2, 2])))
      let pooled = graph.layer(
        .averagePool(Window(kernel: [2], strides: [2]), ceilMode: false, countIncludePad: false),
        [first], "AveragePool")
      return graph.finished(graph.gemm(graph.flatten(pooled), 12, 3))
    },
    RegionCase(name: "ConvTranspose autoencoder", sampleShape: [1, 8, 8]) {
      var graph = Graph([1, 8, 8])
      let code = graph.relu(
        graph.convolution(
          graph.input, [4, 1, 3, 3], window: Window(strides: [2, 2], pads: [1, 1, 1, 1])))
      let first = graph.layer(
        .transposedConvolution(
          Window(strides: [2, 2], pads: [1, 1, 1, 1]), groups: 2, outputPadding: [1, 1],
          outputShape: []), [code, graph.random([4, 2, 3, 3]), graph.random([4])], "ConvTranspose")
      let second = graph.layer(
        .transposedConvolution(
          Window(pads: [1, 0, 1, 1]), groups: 1, outputPadding: [], outputShape: []),
        [graph.relu(first), graph.random([4, 1, 3, 3])], "ConvTranspose")
      return graph.finished(graph.layer(.unary(.sigmoid), [second], "Sigmoid"))
    },
    RegionCase(name: "decoder from a vector", sampleShape: [6]) {
      var graph = Graph([6])
      let hidden = graph.relu(graph.gemm(graph.input, 6, 8))
      let wide = graph.gemm(hidden, 8, 12)
      let map = graph.layer(
        .reshape(allowZero: false), [wide, graph.integers([-1, 3, 2, 2])], "Reshape")
      return graph.finished(
        graph.convolution(map, [2, 3, 2, 2], window: Window(pads: [1, 0, 0, 1])))
    },
    RegionCase(name: "Clip from below zero and from above", sampleShape: [2, 4, 4]) {
      var graph = Graph([2, 4, 4])
      let conv = graph.convolution(graph.input, [3, 2, 3, 3])
      let below = graph.layer(
        .clip, [conv, graph.constant([], [-1.5]), graph.constant([], [600])], "Clip")
      let padded = graph.convolution(
        below, [3, 3, 3, 3], window: Window(pads: [1, 1, 1, 1]))
      let above = graph.layer(
        .clip, [graph.relu(padded), graph.constant([], [0.5]), nil], "Clip")
      return graph.finished(graph.gemm(graph.flatten(above), 12, 3))
    },
    RegionCase(name: "the larger and the smaller of two", sampleShape: [2, 4, 4]) {
      var graph = Graph([2, 4, 4])
      let left = graph.convolution(graph.input, [3, 2, 3, 3])
      let right = graph.convolution(graph.input, [3, 2, 3, 3])
      let larger = graph.layer(.binary(.maximum), [left, right], "Max")
      let smaller = graph.layer(.binary(.minimum), [larger, graph.relu(right)], "Min")
      return graph.finished(graph.gemm(graph.flatten(smaller), 12, 3))
    },
    RegionCase(name: "Clip from 0 to 6", sampleShape: [2, 4, 4]) {
      var graph = Graph([2, 4, 4])
      let conv = graph.convolution(graph.input, [3, 2, 3, 3])
      let clipped = graph.layer(
        .clip, [conv, graph.constant([], [0]), graph.constant([], [600])], "Clip")
      return graph.finished(graph.gemm(graph.flatten(clipped), 12, 3))
    },
  ]

  static let branches: [RegionCase] = [
    RegionCase(name: "residual Add with Slice and Pad shortcut", sampleShape: [2, 7, 7]) {
      var graph = Graph([2, 7, 7])
      let start = graph.relu(
        graph.convolution(graph.input, [4, 2, 3, 3], window: Window(pads: [1, 1, 1, 1])))
      let conv = graph.convolution(
        start, [8, 4, 3, 3], window: Window(strides: [2, 2], pads: [1, 1, 1, 1]))
      let sliced = graph.layer(
        .slice,
        [
          start, graph.integers([0, 0]), graph.integers([Int64.max, Int64.max]),
          graph.integers([2, 3]), graph.integers([2, 2]),
        ], "Slice")
      let padded = graph.layer(
        .pad(.constant), [sliced, graph.integers([0, 2, 0, 0, 0, 2, 0, 0])], "Pad")
      let sum = graph.relu(graph.layer(.binary(.add), [conv, padded], "Add"))
      let pooled = graph.layer(.globalAveragePool, [sum], "GlobalAveragePool")
      return graph.finished(graph.gemm(graph.flatten(pooled), 8, 3))
    },
    RegionCase(name: "Concat of convolutions, BatchNormalization, Relu", sampleShape: [2, 5, 5]) {
      var graph = Graph([2, 5, 5])
      let start = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
      let left = graph.convolution(start, [2, 3, 1, 1])
      let right = graph.convolution(start, [4, 3, 3, 3], window: Window(pads: [1, 1, 1, 1]))
      let joined = graph.layer(.concat(axis: 1), [left, right, start], "Concat")
      let active = graph.relu(graph.batchNormalization(joined, 9))
      return graph.finished(graph.convolution(active, [2, 9, 3, 3]))
    },
    RegionCase(name: "linear bottleneck with a sum of regions", sampleShape: [2, 6, 6]) {
      var graph = Graph([2, 6, 6])
      let start = graph.relu(graph.convolution(graph.input, [6, 2, 3, 3]))
      let narrow = graph.convolution(start, [2, 6, 1, 1])
      let wide = graph.relu(graph.convolution(narrow, [6, 2, 1, 1]))
      let deep = graph.relu(
        graph.convolution(wide, [6, 1, 3, 3], window: Window(pads: [1, 1, 1, 1]), groups: 6))
      let back = graph.convolution(deep, [2, 6, 1, 1])
      let sum = graph.layer(.binary(.add), [narrow, back], "Add")
      return graph.finished(graph.relu(graph.convolution(sum, [4, 2, 1, 1])))
    },
    RegionCase(name: "constants on both sides of - and /", sampleShape: [2, 3, 3]) {
      var graph = Graph([2, 3, 3])
      let minus = graph.layer(
        .binary(.subtract), [graph.constant([1, 2, 1, 1], [1, -2]), graph.input], "Sub")
      let divided = graph.layer(
        .binary(.divide), [minus, graph.random([3, 3], scale: 0.2, around: 1)], "Div")
      let scaled = graph.layer(
        .binary(.multiply), [graph.constant([], [0.5]), divided], "Mul")
      let active = graph.relu(graph.convolution(scaled, [3, 2, 2, 2]))
      let mean = graph.layer(.binary(.mean), [active, active], "Mean")
      return graph.finished(graph.gemm(graph.flatten(mean), 12, 2))
    },
    RegionCase(name: "Split, Gather, edge Pad, DepthToSpace", sampleShape: [8, 3, 3]) {
      var graph = Graph([8, 3, 3])
      let start = graph.relu(graph.convolution(graph.input, [8, 8, 1, 1]))
      let parts = graph.layers(.split(axis: 1), [start], "Split", outputs: 2)
      let edge = graph.layer(
        .pad(.edge), [parts[0], graph.integers([0, 0, 1, 0, 0, 0, 0, 1])], "Pad")
      let space = graph.layer(
        .depthToSpace(blockSize: 2, columnRowDepth: false), [parts[1]], "DepthToSpace")
      let picked = graph.layer(
        .gather(axis: 2), [space, graph.integers([5, 0, 3, 3])], "Gather")
      let columns = graph.layer(
        .slice,
        [
          picked, graph.integers([4]), graph.integers([0]), graph.integers([3]),
          graph.integers([-1]),
        ],
        "Slice")
      let flat = graph.layer(
        .concat(axis: 1), [graph.flatten(edge), graph.flatten(columns)], "Concat")
      return graph.finished(graph.gemm(flat, 4 * 16 + 16, 3))
    },
    RegionCase(name: "Resize nearest", sampleShape: [2, 3, 4]) {
      var graph = Graph([2, 3, 4])
      let start = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
      let mode = ResizeMode(mode: "nearest", coordinates: "asymmetric", nearest: "floor")
      let near = graph.layer(
        .resize(mode), [start, nil, graph.constant([4], [1, 1, 2, 2])], "Resize")
      return graph.finished(graph.layer(.binary(.add), [near, near], "Add"))
    },
    RegionCase(name: "Resize linear", sampleShape: [2, 3, 4]) {
      var graph = Graph([2, 3, 4])
      let start = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
      let smooth = graph.layer(
        .resize(ResizeMode(mode: "linear")),
        [start, nil, graph.constant([4], [1, 1, 2, 2])], "Resize")
      return graph.finished(graph.convolution(smooth, [2, 3, 3, 3]))
    },
    RegionCase(name: "LeakyRelu, PRelu and Abs", sampleShape: [2, 5, 5]) {
      var graph = Graph([2, 5, 5])
      let first = graph.layer(
        .parametric(.leakyRelu(alpha: 0.2)), [graph.convolution(graph.input, [3, 2, 3, 3])],
        "LeakyRelu")
      let slopes = graph.constant([4, 1, 1], [0.5, -0.25, 0, 1.5])
      let second = graph.layer(
        .prelu, [graph.convolution(first, [4, 3, 2, 2]), slopes], "PRelu")
      // As before opset 7: one slope for each channel, without the other axes.
      let bare = graph.constant([4], [0.25, 0.75, -0.5, 0])
      let third = graph.layer(
        .prelu, [graph.convolution(second, [4, 4, 1, 1]), bare], "PRelu")
      let last = graph.layer(.unary(.abs), [graph.gemm(graph.flatten(third), 16, 6)], "Abs")
      return graph.finished(graph.gemm(last, 6, 3))
    },
  ]

  static let layouts: [RegionCase] = [
    RegionCase(name: "channels-last sandwiches", sampleShape: [6, 5, 2]) {
      var graph = Graph([6, 5, 2])
      let first = graph.layer(.transpose([0, 3, 1, 2]), [graph.input], "Transpose")
      let conv = graph.convolution(
        first, [4, 2, 3, 3], window: Window(pads: [1, 1, 1, 1]), bias: false)
      let back = graph.layer(.transpose([0, 2, 3, 1]), [conv], "Transpose")
      let active = graph.relu(
        graph.layer(.binary(.add), [back, graph.random([4])], "Add"))
      let again = graph.layer(.transpose([0, 3, 1, 2]), [active], "Transpose")
      let second = graph.convolution(again, [3, 4, 3, 3])
      let last = graph.relu(graph.layer(.transpose([0, 2, 3, 1]), [second], "Transpose"))
      let joined = graph.layer(.concat(axis: 3), [last, last], "Concat")
      let shape = graph.integers([-1, 4 * 3 * 6])
      let flat = graph.layer(.reshape(allowZero: false), [joined, shape], "Reshape")
      let product = graph.layer(.matMul, [flat, graph.random([72, 3])], "MatMul")
      return graph.finished(graph.layer(.softmax(axis: -1, flattened: false), [product], "Softmax"))
    },
    RegionCase(name: "channels-last ReduceMean and pointwise MatMul", sampleShape: [4, 4, 3]) {
      var graph = Graph([4, 4, 3])
      let first = graph.layer(.transpose([0, 3, 1, 2]), [graph.input], "Transpose")
      let conv = graph.relu(graph.convolution(first, [4, 3, 2, 2]))
      let back = graph.layer(.transpose([0, 2, 3, 1]), [conv], "Transpose")
      let point = graph.relu(graph.layer(.matMul, [back, graph.random([4, 5])], "MatMul"))
      let mean = graph.layer(
        .reduce(.mean, keepDimensions: false, noopWithEmptyAxes: false),
        [point, graph.integers([1, 2])], "ReduceMean")
      return graph.finished(graph.gemm(mean, 5, 3))
    },
    RegionCase(name: "channel shuffle", sampleShape: [4, 3, 3]) {
      var graph = Graph([4, 3, 3])
      let start = graph.relu(graph.convolution(graph.input, [6, 2, 1, 1], groups: 2))
      let split = graph.layer(
        .reshape(allowZero: false), [start, graph.integers([0, 2, 3, 3, 3])], "Reshape")
      let turned = graph.layer(.transpose([0, 2, 1, 3, 4]), [split], "Transpose")
      let joined = graph.layer(
        .reshape(allowZero: false), [turned, graph.integers([-1, 6, 3, 3])], "Reshape")
      return graph.finished(graph.relu(graph.convolution(joined, [4, 3, 2, 2], groups: 2)))
    },
    RegionCase(name: "image flattened into a perceptron", sampleShape: [3, 4]) {
      var graph = Graph([12])
      let hidden = graph.relu(graph.gemm(graph.input, 12, 6))
      return graph.finished(graph.gemm(hidden, 6, 3))
    },
    RegionCase(name: "sum over channels", sampleShape: [3, 2, 2]) {
      var graph = Graph([3, 2, 2])
      let start = graph.relu(graph.convolution(graph.input, [4, 3, 1, 1]))
      let sum = graph.layer(
        .reduce(.sum, keepDimensions: true, noopWithEmptyAxes: false),
        [start, graph.integers([1])], "ReduceSum")
      let wide = graph.layer(.binary(.subtract), [start, sum], "Sub")
      return graph.finished(graph.gemm(graph.flatten(graph.relu(wide)), 16, 3))
    },
  ]

  static let pools: [RegionCase] = [
    RegionCase(name: "average pooling with ragged borders", sampleShape: [2, 6, 7]) {
      averagePools(ceilMode: true, countIncludePad: false)
    },
    RegionCase(name: "average pooling that counts padding", sampleShape: [2, 6, 7]) {
      averagePools(ceilMode: false, countIncludePad: true)
    },
    RegionCase(name: "max pooling by pairs", sampleShape: [2, 6, 7]) { maxPools() },
    RegionCase(
      name: "max pooling by comparators", sampleShape: [2, 6, 7],
      options: { $0.maxPool = .comparator }
    ) { maxPools() },
    RegionCase(
      name: "global max pooling, input neurons", sampleShape: [2, 6, 7],
      options: { $0.coding = .rate }
    ) {
      var graph = Graph([2, 6, 7])
      let start = graph.relu(graph.convolution(graph.input, [3, 2, 3, 3]))
      let pooled = graph.layer(.globalMaxPool, [start], "GlobalMaxPool")
      return graph.finished(graph.gemm(graph.flatten(pooled), 3, 2))
    },
    RegionCase(name: "channels-last ReduceMax over rows", sampleShape: [5, 4, 2]) {
      var graph = Graph([5, 4, 2])
      let first = graph.layer(.transpose([0, 3, 1, 2]), [graph.input], "Transpose")
      let conv = graph.relu(graph.convolution(first, [3, 2, 2, 2]))
      let back = graph.layer(.transpose([0, 2, 3, 1]), [conv], "Transpose")
      let peak = graph.layer(
        .reduce(.max, keepDimensions: false, noopWithEmptyAxes: false),
        [back, graph.integers([1])], "ReduceMax")
      return graph.finished(graph.gemm(graph.flatten(peak), 9, 2))
    },
    RegionCase(
      name: "max pooling of the input beside it, input by neurons", sampleShape: [2, 4, 4],
      options: { $0.analogSkip = .pairs }
    ) {
      var graph = Graph([2, 4, 4])
      let pooled = graph.layer(
        .maxPool(
          Window(kernel: [2, 2], strides: [1, 1], pads: [0, 0, 1, 1]), ceilMode: false,
          storageOrder: 0), [graph.input], "MaxPool")
      let both = graph.layer(.concat(axis: 1), [graph.input, pooled], "Concat")
      let conv = graph.relu(graph.convolution(both, [3, 4, 3, 3]))
      return graph.finished(graph.gemm(graph.flatten(conv), 12, 2))
    },
    RegionCase(
      name: "average pooling as neurons", sampleShape: [2, 6, 7],
      options: { $0.pooling = .neurons }
    ) {
      averagePools(ceilMode: true, countIncludePad: true)
    },
  ]

  /// Average pools over a Relu and over a Conv, then a Conv.
  private static func averagePools(ceilMode: Bool, countIncludePad: Bool) -> Network {
    var graph = Graph([2, 6, 7])
    let start = graph.relu(graph.convolution(graph.input, [3, 2, 1, 1]))
    let pooled = graph.layer(
      .averagePool(
        Window(kernel: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1]), ceilMode: ceilMode,
        countIncludePad: countIncludePad), [start], "AveragePool")
    let conv = graph.convolution(pooled, [4, 3, 2, 2], window: Window(pads: [0, 1, 1, 0]))
    let again = graph.layer(
      .averagePool(
        Window(kernel: [2, 2], strides: [1, 1]), ceilMode: ceilMode,
        countIncludePad: countIncludePad), [conv], "AveragePool")
    return graph.finished(graph.relu(again))
  }

  /// Conv, Relu, MaxPool (overlapping, padded), then Conv, MaxPool, Relu.
  private static func maxPools() -> Network {
    var graph = Graph([2, 6, 7])
    let start = graph.relu(
      graph.convolution(graph.input, [3, 2, 3, 3], window: Window(pads: [1, 1, 1, 1])))
    let first = graph.layer(
      .maxPool(
        Window(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]), ceilMode: false,
        storageOrder: 0), [start], "MaxPool")
    let conv = graph.convolution(first, [4, 3, 2, 2])
    let second = graph.relu(
      graph.layer(
        .maxPool(Window(kernel: [2, 2], strides: [2, 1]), ceilMode: true, storageOrder: 0),
        [conv], "MaxPool"))
    let shape = graph.integers([0, -1])
    return graph.finished(graph.layer(.reshape(allowZero: false), [second, shape], "Reshape"))
  }
}
