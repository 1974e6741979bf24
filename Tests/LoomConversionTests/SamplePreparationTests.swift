import LoomBase
import LoomConversion
import LoomNetwork
import Testing

@Suite("Sample preparation")
struct SamplePreparationTests {
  /// Two images of 1×2 pixels and two channels, stored height × width × channels.
  private let images = Samples(
    storage: .bytes([10, 20, 30, 40, 50, 60, 70, 80]), sampleShape: [1, 2, 2], count: 2)
  private let preprocessing = Preprocessing(scale: 0.5, mean: [1, 2], deviation: [2, 4])

  @Test("stored channels-last images become the model's channels-first tensor")
  func channelsFirst() throws {
    var graph = Graph([2, 1, 2])
    let network = graph.finished(graph.convolution(graph.input, [1, 2, 1, 1]))
    let tensor = try SamplePreparation.tensor(
      images, range: 0..<2, network: network, preprocessing: preprocessing)
    #expect(tensor.shape == [2, 2, 1, 2])
    // Channel 0: (10·½ − 1)/2 = 2, (30·½ − 1)/2 = 7; channel 1: (20·½ − 2)/4 = 2, (40·½ − 2)/4 = 4.5.
    #expect(tensor.floats == [2, 7, 2, 4.5, 12, 17, 7, 9.5])
  }

  @Test("a model that transposes its input keeps channels last")
  func channelsLast() throws {
    var graph = Graph([1, 2, 2])
    let turned = graph.layer(.transpose([0, 3, 1, 2]), [graph.input], "Transpose")
    let network = graph.finished(graph.convolution(turned, [1, 2, 1, 1]))
    let tensor = try SamplePreparation.tensor(
      images, range: 1..<2, network: network, preprocessing: preprocessing)
    #expect(tensor.shape == [1, 1, 2, 2])
    #expect(tensor.floats == [12, 7, 17, 9.5])
  }

  @Test("a vector model takes images of as many pixels")
  func vector() throws {
    var graph = Graph([4])
    let network = graph.finished(graph.gemm(graph.input, 4, 2))
    let square = Samples(
      storage: .bytes([1, 2, 3, 4]), sampleShape: [2, 2, 1], count: 1)
    let tensor = try SamplePreparation.tensor(
      square, range: 0..<1, network: network, preprocessing: Preprocessing(scale: 1))
    #expect(tensor.shape == [1, 4])
    #expect(tensor.floats == [1, 2, 3, 4])
  }

  @Test("images of another shape are refused with both shapes named")
  func wrongShape() {
    var graph = Graph([2, 3, 3])
    let network = graph.finished(graph.convolution(graph.input, [1, 2, 1, 1]))
    do {
      _ = try SamplePreparation.tensor(
        images, range: 0..<1, network: network, preprocessing: preprocessing)
      Issue.record("a wrong shape is accepted")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["SL2201"])
      #expect(error.description.contains("2×3×3") && error.description.contains("1×2×2"))
    }
  }
}
