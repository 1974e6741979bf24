import LoomBase
import LoomConversion
import LoomExecution
import LoomNetwork
import Testing

@Suite("Hybrid: layers on the host")
struct HybridSplitTests {
  @Test(
    "head, chip part and tail one after another give the whole network's answers, bit for bit",
    arguments: [
      "conv0", "head:relu1", "gemm7", "conv0,gemm7", "head:conv2,tail:gemm5", "tail:relu6",
      "conv0:0", "tail:flatten4",
    ])
  func parts(names: String) throws {
    let network = HybridFixture.chain()
    let samples = randomSamples([1, 6, 6], count: 11)
    let split = try HybridFixture.split(network, names)
    #expect(split.head != nil || split.tail != nil)
    let whole = try HybridFixture.whole(network, samples)
    #expect(whole[0].contains { $0 != 0 })
    #expect(try HybridFixture.parts(split, samples) == whole)
  }

  @Test("a network whose batch is fixed is divided alike, the last batch filled up")
  func fixedBatch() throws {
    let network = HybridFixture.chain(batch: 4)
    let samples = randomSamples([1, 6, 6], count: 10)
    let split = try HybridFixture.split(network, "conv0,gemm7")
    #expect(
      try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("leaky activations are the chip's neurons, wherever the network is cut")
  func leaky() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.layer(
      .parametric(.leakyRelu(alpha: 0.5)), [graph.convolution(graph.input, [2, 1, 3, 3])],
      "LeakyRelu")
    let second = graph.layer(.unary(.abs), [graph.convolution(first, [2, 2, 3, 3])], "Abs")
    let network = HybridFixture.shaped(graph.finished(graph.gemm(graph.flatten(second), 8, 3)))
    let samples = randomSamples([1, 6, 6], count: 5)
    for (names, remark) in [("tail:gemm5", "is left to the host too"), ("conv0", "nothing")] {
      let split = try HybridFixture.split(network, names)
      #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
      #expect(!split.remarks.contains { $0.contains("no activation is left to the chip") })
      #expect(!split.remarks.contains { $0.contains("behind the head no activation") })
      #expect(split.remarks.contains { $0.contains(remark) } == (remark != "nothing"))
    }
  }

  @Test("a plain name goes to the end to which less must come along")
  func nearest() throws {
    let network = HybridFixture.chain()
    #expect(try HybridFixture.split(network, "conv0").headLayers == ["conv0"])
    #expect(try HybridFixture.split(network, "conv0").tailLayers == [])
    let late = try HybridFixture.split(network, "gemm5")
    #expect(late.headLayers == [])
    #expect(late.tailLayers == ["relu3", "flatten4", "gemm5", "relu6", "gemm7"])
    #expect(
      try HybridFixture.split(network, "conv2").headLayers == ["conv0", "relu1", "conv2"])
  }

  @Test("a name in the very middle goes to the head")
  func middle() throws {
    var graph = Graph([4])
    let first = graph.relu(graph.gemm(graph.input, 4, 4))
    let second = graph.relu(graph.gemm(first, 4, 4))
    let network = HybridFixture.shaped(graph.finished(graph.gemm(second, 4, 3)))
    #expect(
      try HybridFixture.split(network, "gemm2").headLayers == ["gemm0", "relu1", "gemm2"])
  }

  @Test("an activation that is an answer itself stays on the chip")
  func answeringActivation() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let second = graph.relu(graph.convolution(first, [2, 2, 3, 3]))
    let network = HybridFixture.shaped(
      graph.finished(second, graph.gemm(graph.flatten(second), 8, 3)))
    let split = try HybridFixture.split(network, "tail:gemm5")
    #expect(!split.tailLayers.contains("relu3"))
    let samples = randomSamples([1, 6, 6], count: 5)
    #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("a tail that reads channels last gets them so")
  func channelsLastTail() throws {
    var graph = Graph([1, 6, 5])
    let first = graph.relu(graph.convolution(graph.input, [3, 1, 3, 3]))
    let last = graph.layer(.transpose([0, 2, 3, 1]), [first], "Transpose")
    let network = HybridFixture.shaped(graph.finished(graph.gemm(graph.flatten(last), 36, 3)))
    let split = try HybridFixture.split(network, "tail:flatten3")
    #expect(split.leaving.map(\.name) == ["transpose2:0"])
    let samples = randomSamples([1, 6, 5], count: 5)
    #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("what comes along is said")
  func along() throws {
    let split = try HybridFixture.split(HybridFixture.chain(), "conv2")
    let remark = split.remarks.first { $0.contains("came along") }
    #expect(remark?.contains("'conv0', 'relu1'") == true)
    #expect(
      try HybridFixture.split(HybridFixture.chain(), "conv0").remarks
        .contains { $0.contains("came along") } == false)
  }

  @Test("modules of exported names can be named")
  func modules() throws {
    var network = HybridFixture.chain()
    for (index, name) in ["/stem/conv/Conv", "/stem/act/Relu"].enumerated() {
      network.layers[index].name = name
    }
    #expect(
      try HybridFixture.split(network, "stem").headLayers == ["/stem/conv/Conv", "/stem/act/Relu"])
    #expect(try HybridFixture.split(network, "stem/conv").headLayers == ["/stem/conv/Conv"])
    #expect(throws: DiagnosticsError.self) { try HybridFixture.split(network, "ste") }
  }

  @Test("an activation right before the tail goes to the host: the chip only accumulates")
  func activationBeforeTail() throws {
    let split = try HybridFixture.split(HybridFixture.chain(), "gemm7")
    #expect(split.tailLayers == ["relu6", "gemm7"])
    #expect(split.leaving.map(\.name) == ["gemm5:0"])
    #expect(split.remarks.contains { $0.contains("'relu6' before the tail is left to the host") })
  }

  @Test("the last activation of the chip part stays on the chip")
  func lastActivation() throws {
    let split = try HybridFixture.split(HybridFixture.chain(), "head:conv2,tail:gemm5")
    #expect(split.chip.layers.map(\.name) == ["relu3", "flatten4"])
    #expect(split.leaving.map(\.name) == ["flatten4:0"])
    let idle = try HybridFixture.split(HybridFixture.chain(), "head:relu6")
    #expect(idle.remarks.contains { $0.contains("no activation is left to the chip") })
  }

  @Test("an activation that is read on the chip too stays there")
  func sharedActivation() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let answer = graph.convolution(first, [2, 2, 3, 3])
    let other = graph.convolution(first, [3, 2, 3, 3])
    let network = HybridFixture.shaped(graph.finished(answer, other))
    let split = try HybridFixture.split(network, "tail:conv3")
    #expect(split.tailLayers == ["conv3"])
    #expect(split.chip.outputs == [answer, first])
    let samples = randomSamples([1, 6, 6], count: 5)
    #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("the tail may hold what no chip runs")
  func unsuitableTail() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let curved = graph.layer(
      .unary(.hardSwish), [graph.convolution(first, [2, 2, 3, 3])], "HardSwish")
    let network = HybridFixture.shaped(
      graph.finished(graph.gemm(graph.flatten(curved), 8, 3)))
    #expect(!Converter.diagnose(network).isEmpty)
    let split = try HybridFixture.split(network, "gemm5")
    #expect(split.tailLayers == ["hardswish3", "flatten4", "gemm5"])
    #expect(Converter.diagnose(split.chip).isEmpty)
    let samples = randomSamples([1, 6, 6], count: 5)
    #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("what stands behind the answers needs no host, and is said to")
  func behindAnswers() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let scores = graph.gemm(graph.flatten(first), 32, 3)
    let network = HybridFixture.shaped(
      graph.finished(graph.layer(.softmax(axis: 1, flattened: false), [scores], "Softmax")))
    let split = try HybridFixture.split(network, "softmax4")
    #expect(split.head == nil && split.tail == nil)
    #expect(split.remarks.contains { $0.contains("'softmax4' needs no --host") })
    #expect(try HybridFixture.split(network, "gemm3").tailLayers == ["gemm3"])
  }

  @Test("a small square map behind the head is read as channels × height × width")
  func channelOrder() throws {
    var graph = Graph([1, 8, 8])
    let window = Window(strides: [2, 2], pads: [1, 1, 1, 1])
    let first = graph.relu(graph.convolution(graph.input, [8, 1, 3, 3], window: window))
    let network = HybridFixture.shaped(
      graph.finished(graph.relu(graph.convolution(first, [2, 8, 3, 3]))))
    let split = try HybridFixture.split(network, "conv0")
    let samples = randomSamples([1, 8, 8], count: 3)
    let entering = try split.boundary(
      samples, preprocessing: Preprocessing(scale: 0.5), threads: 1)
    #expect(entering.sampleShape == [8, 4, 4])
    #expect(try HybridFixture.parts(split, samples) == HybridFixture.whole(network, samples))
  }

  @Test("with coding direct, a first layer that lands in the front end is named")
  func frontEndRemark() throws {
    let network = HybridFixture.chain()
    let behind = try HybridFixture.split(network, "head:relu1")
    #expect(
      behind.remarks.contains { $0.contains("the front end on the host computes 'conv2' too") })
    let before = try HybridFixture.split(network, "conv0")
    #expect(!before.remarks.contains { $0.contains("front end") })
  }
}

@Suite("Hybrid: refusals")
struct HybridRefusalTests {
  private func diagnostics(_ network: Network, _ names: String) -> [Diagnostic] {
    do {
      _ = try HybridFixture.split(network, names)
      return []
    } catch let error as DiagnosticsError {
      return error.diagnostics
    } catch {
      return []
    }
  }

  @Test("two crossing tensors are refused by name, with a cut that works")
  func crossing() throws {
    let network = HybridFixture.residual()
    let found = diagnostics(network, "head:conv2")
    #expect(found.map(\.code) == ["SL2033"])
    #expect(found[0].message.contains("has 2 ('relu1:0' (2×4×4), 'conv2:0' (2×4×4))"))
    let remedy = try #require(found[0].remedy)
    let cut = try #require(remedy.split(separator: " ").dropFirst().first)
    #expect(["head:add3", "head:relu1", "head:conv0"].contains(String(cut)))
    #expect(try HybridFixture.split(network, String(cut)).chip.inputs.count == 1)
  }

  @Test("a tail that reads past the chip is refused by name")
  func pastChip() throws {
    var graph = Graph([1, 6, 6])
    let first = graph.convolution(graph.input, [2, 1, 3, 3])
    let padded = Window(pads: [1, 1, 1, 1])
    let inner = graph.relu(graph.convolution(graph.relu(first), [2, 2, 3, 3], window: padded))
    let last = graph.convolution(inner, [2, 2, 3, 3], window: padded)
    let network = HybridFixture.shaped(
      graph.finished(graph.layer(.binary(.add), [last, first], "Add")))
    let found = diagnostics(network, "conv0,tail:add5")
    #expect(found.map(\.code) == ["SL2033"])
    #expect(found[0].notes.contains { $0.contains("'conv0:0' (2×4×4)") })
  }

  @Test("an answer that the head gives would go past the chip, and is refused by name")
  func answerOfHead() {
    var graph = Graph([1, 6, 6])
    let first = graph.relu(graph.convolution(graph.input, [2, 1, 3, 3]))
    let last = graph.convolution(first, [2, 2, 3, 3])
    let network = HybridFixture.shaped(graph.finished(first, last))
    let found = diagnostics(network, "head:relu1")
    #expect(found.map(\.code) == ["SL2033"])
    #expect(found.first?.notes.contains { $0.contains("'relu1:0' (2×4×4)") } == true)
  }

  @Test("unknown names are refused all at once, with names that are alike")
  func unknown() {
    let found = diagnostics(HybridFixture.chain(), "nope,conv,gemm7")
    #expect(found.map(\.code) == ["SL2032", "SL2032"])
    #expect(found[0].message.contains("'nope'"))
    #expect(found[0].notes == ["first and last layer: 'conv0', 'gemm7'"])
    #expect(found[1].notes == ["alike: 'conv0', 'conv2'"])
  }

  @Test(
    "nothing left to the chip is refused",
    arguments: ["head:gemm7", "tail:conv0", "head:relu3,tail:flatten4", "head:relu6,tail:relu3"])
  func everything(names: String) {
    #expect(diagnostics(HybridFixture.chain(), names).map(\.code) == ["SL2034"])
  }

  @Test("empty names are refused", arguments: ["", "conv0,", "head:", " , "])
  func empty(names: String) {
    #expect(diagnostics(HybridFixture.chain(), names).map(\.code) == ["SL2031"])
  }
}

@Suite("Hybrid: what the host multiplies")
struct HostLayerCostTests {
  @Test("MACs of head and tail are those worked out by hand")
  func macs() throws {
    let split = try HybridFixture.split(HybridFixture.chain(), "conv0,tail:gemm5")
    let costs = try HostLayerCosts(
      split, calibration: randomSamples([1, 6, 6], count: 3), preprocessing: Preprocessing(scale: 1)
    )
    // 2 channels × 4 × 4 positions × 9 weights; 8 × 12 and 3 × 8.
    #expect(costs.head.map(\.macs) == [288])
    #expect(costs.tail.map(\.macs) == [96, 24])
    #expect(costs.headMacs == 288 && costs.tailMacs == 120)
    #expect(costs.head.map(\.name) == ["conv0"])
    #expect(costs.head[0].weights == 18 && costs.head[0].kernelElements == 9)
    #expect(costs.head[0].inputElements == 36 && costs.head[0].outputElements == 32)
  }

  @Test("they are counted as the conversion counts the same layers on the chip")
  func sameAsConversion() throws {
    let network = HybridFixture.chain()
    let samples = randomSamples([1, 6, 6], count: 16)
    let options = ConversionOptions(timesteps: 4, iterations: 10)
    let converted = try Converter.convert(network, calibration: samples, options: options)
    let split = try HybridFixture.split(network, "conv0,tail:gemm5")
    let costs = try HostLayerCosts(
      split, calibration: samples, preprocessing: options.preprocessing)
    let entering = try split.boundary(samples, preprocessing: options.preprocessing, threads: 1)
    let chip = try Converter.convert(split.chip, calibration: entering, options: options)
    let divided = costs.head + chip.annLayers + costs.tail
    #expect(divided.map(\.name) == converted.annLayers.map(\.name))
    #expect(divided.map(\.macs) == converted.annLayers.map(\.macs))
    for (mine, theirs) in zip(divided, converted.annLayers) {
      #expect(abs(mine.effectiveMacs - theirs.effectiveMacs) < 1e-6 * Double(theirs.macs))
    }
  }

  @Test("effective MACs leave out inputs that are zero")
  func effective() throws {
    let split = try HybridFixture.split(HybridFixture.chain(), "conv0")
    // 9 of 36 inputs of each sample are not zero.
    let values = (0..<36 * 10).map { Float($0 % 4 == 0 ? 1 : 0) }
    let samples = Samples(storage: .floats(values), sampleShape: [1, 6, 6], count: 10)
    let costs = try HostLayerCosts(
      split, calibration: samples, preprocessing: Preprocessing(scale: 1))
    #expect(costs.head[0].effectiveMacs == 72)
  }

  @Test("a fixed batch larger than the samples is filled up")
  func fixedBatch() throws {
    let split = try HybridFixture.split(HybridFixture.chain(batch: 7), "conv0,gemm7")
    let costs = try HostLayerCosts(
      split, calibration: randomSamples([1, 6, 6], count: 3), preprocessing: Preprocessing(scale: 1)
    )
    #expect(costs.headMacs == 288 && costs.tailMacs == 24)
  }
}
