import LoomBase
import LoomNetwork
import Testing

@Suite("Connectivity")
struct ConnectivityTests {
  static let source = MapShape(channels: 4, height: 8, width: 8)
  static let target = MapShape(channels: 6, height: 6, width: 4)

  @Test("a convolution has one weight for each target channel, source channel of its group and tap")
  func convolutions() {
    func count(_ geometry: ConvolutionGeometry, _ target: MapShape = Self.target) -> Int {
      Connectivity.convolution(geometry).weightCount(source: Self.source, target: target)
    }
    #expect(count(ConvolutionGeometry(kernelHeight: 3, kernelWidth: 5)) == 6 * 4 * 15)
    #expect(count(ConvolutionGeometry(kernelHeight: 3, kernelWidth: 5, groups: 2)) == 6 * 2 * 15)
    let depthwise = ConvolutionGeometry(kernelHeight: 3, kernelWidth: 3, strideY: 2, groups: 4)
    #expect(count(depthwise, MapShape(channels: 4, height: 3, width: 6)) == 4 * 9)
  }

  @Test("a dense one has a weight for each pair, a sparse one for each entry")
  func denseAndSparse() {
    #expect(Connectivity.dense.weightCount(source: Self.source, target: Self.target) == 256 * 144)
    let pattern = SparsePattern(targetOffsets: [0, 2, 2, 3], sources: [0, 5, 1])
    #expect(
      Connectivity.sparse(pattern).weightCount(
        source: MapShape(channels: 6), target: MapShape(channels: 3)) == 3)
  }
}
