import LoomBase
import LoomConversion
import LoomNetwork
import Testing

/// A layer with parameters no sane file has.
struct HostileLayer: Sendable, CustomTestStringConvertible {
  var name: String
  var add: @Sendable (inout Graph, ValueID) -> ValueID

  var testDescription: String { name }

  static let all: [HostileLayer] = [
    HostileLayer(name: "Pad by 2^40") {
      $0.layer(.pad(.constant), [$1, $0.integers([0, 0, 1 << 40, 0, 0, 0, 0, 0])], "Pad")
    },
    HostileLayer(name: "Pad by 2^19 on every axis") {
      let huge: Int64 = 1 << 19
      return $0.layer(
        .pad(.edge), [$1, $0.integers([0, huge, huge, huge, 0, huge, huge, huge])], "Pad")
    },
    HostileLayer(name: "Tile by 2^19 on every axis") {
      $0.layer(.tile, [$1, $0.integers([1, 1 << 19, 1 << 19, 1 << 19])], "Tile")
    },
    HostileLayer(name: "Expand to 2^60") {
      $0.layer(.expand, [$1, $0.integers([1, 4, 1 << 60, 1 << 60])], "Expand")
    },
    HostileLayer(name: "Resize by 1e300") {
      $0.layer(
        .resize(ResizeMode(mode: "nearest")), [$1, nil, $0.constant([4], [1, 1, 1e30, 1e5])],
        "Resize")
    },
    HostileLayer(name: "Conv with stride 0") {
      $0.convolution($1, [2, 4, 3, 3], window: Window(strides: [0, 1]))
    },
    HostileLayer(name: "Conv in 0 groups") { $0.convolution($1, [2, 4, 3, 3], groups: 0) },
    HostileLayer(name: "Conv with padding of 2^62") {
      $0.convolution($1, [2, 4, 3, 3], window: Window(pads: [1 << 62, 0, 0, 0]))
    },
    HostileLayer(name: "Conv with too few strides") {
      $0.convolution($1, [2, 4, 3, 3], window: Window(strides: [1]))
    },
    HostileLayer(name: "ConvTranspose with an enormous output") {
      $0.layer(
        .transposedConvolution(
          Window(strides: [60000, 60000]), groups: 1, outputPadding: [], outputShape: []),
        [$1, $0.random([4, 2, 3, 3])], "ConvTranspose")
    },
    HostileLayer(name: "MaxPool over 2^40") {
      $0.layer(
        .maxPool(Window(kernel: [1 << 40, 1]), ceilMode: true, storageOrder: 0), [$1], "MaxPool")
    },
    HostileLayer(name: "AveragePool with a window beyond the map") {
      $0.layer(
        .averagePool(
          Window(kernel: [2, 2], pads: [9, 9, 9, 9]), ceilMode: false, countIncludePad: false),
        [$1], "AveragePool")
    },
    HostileLayer(name: "Gather beyond the end") {
      $0.layer(.gather(axis: 1), [$1, $0.integers([4])], "Gather")
    },
    HostileLayer(name: "Slice without elements") {
      $0.layer(
        .slice, [$1, $0.integers([3]), $0.integers([1]), $0.integers([2]), $0.integers([1])],
        "Slice")
    },
    HostileLayer(name: "Split into parts that do not add up") {
      $0.layers(.split(axis: 1), [$1, $0.integers([1, 9])], "Split", outputs: 2)[0]
    },
    HostileLayer(name: "Concat along axis 9") {
      $0.layer(.concat(axis: 9), [$1, $1], "Concat")
    },
    HostileLayer(name: "Transpose of the batch axis") {
      $0.layer(.transpose([1, 0, 2, 3]), [$1], "Transpose")
    },
    HostileLayer(name: "Reshape to extents that overflow") {
      $0.layer(
        .reshape(allowZero: false), [$1, $0.integers([-1, 1 << 62, 8, 3])], "Reshape")
    },
    HostileLayer(name: "Unsqueeze of one axis twice") {
      $0.layer(.unsqueeze, [$1, $0.integers([2, 2])], "Unsqueeze")
    },
    HostileLayer(name: "ReduceMean over axis -40") {
      $0.layer(
        .reduce(.mean, keepDimensions: true, noopWithEmptyAxes: false),
        [$1, $0.integers([-40])], "ReduceMean")
    },
    HostileLayer(name: "division by zero") {
      $0.layer(.binary(.divide), [$1, $0.constant([], [0])], "Div")
    },
    HostileLayer(name: "Add of shapes that do not broadcast") {
      $0.layer(.binary(.add), [$1, $0.constant([7], [Float](repeating: 1, count: 7))], "Add")
    },
    HostileLayer(name: "Gemm on a map") { $0.gemm($1, 5, 2) },
    HostileLayer(name: "BatchNormalization with a missing channel") {
      $0.batchNormalization($1, 3)
    },
    HostileLayer(name: "DepthToSpace in blocks of 3") {
      $0.layer(.depthToSpace(blockSize: 3, columnRowDepth: true), [$1], "DepthToSpace")
    },
  ]
}

@Suite("Hostile layers")
struct HostileLayerTests {
  @Test("are refused by name and never trap", arguments: HostileLayer.all)
  func refused(_ hostile: HostileLayer) {
    var graph = Graph([2, 6, 5])
    let start = graph.relu(graph.convolution(graph.input, [4, 2, 1, 1]))
    let value = hostile.add(&graph, start)
    let network = graph.finished(graph.relu(value))
    let findings = Converter.diagnose(network)
    #expect(findings.count == 1)
    #expect(findings.first?.severity == .error)
    guard case .onnxNode(let name, _) = findings.first?.anchor else {
      Issue.record("the finding names no layer: \(findings)")
      return
    }
    #expect(network.layers.contains { $0.name == name && $0.outputs.contains(value) })
  }
}
