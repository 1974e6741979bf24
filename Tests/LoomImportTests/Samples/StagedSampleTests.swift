import Foundation
import LoomBase
import LoomImport
import Testing

private let stagedData = ProcessInfo.processInfo.environment["SPIKELOOM_DATA"].flatMap {
  $0.isEmpty ? nil : $0
}

@Suite(
  "Staged data sets",
  .enabled(if: stagedData != nil, "set SPIKELOOM_DATA to the folder of staged data"))
struct StagedSampleTests {
  private func samples(_ path: String) throws -> Samples {
    try SampleFile.read(path: try #require(stagedData) + "/" + path)
  }

  @Test("MNIST's packed training images have the published mean and deviation")
  func mnist() throws {
    let samples = try samples("mnist/train-images-idx3-ubyte.gz")
    #expect(samples.count == 60000 && samples.sampleShape == [28, 28])
    guard case .bytes(let bytes) = samples.storage else {
      Issue.record("needs bytes")
      return
    }
    var sum = 0
    var squares = 0
    for byte in bytes {
      sum &+= Int(byte)
      squares &+= Int(byte) &* Int(byte)
    }
    let mean = Double(sum) / Double(bytes.count) / 255
    let deviation = (Double(squares) / Double(bytes.count) / 65025 - mean * mean).squareRoot()
    #expect((mean * 10000).rounded() == 1307)
    #expect((deviation * 10000).rounded() == 3081)
    let path = try #require(stagedData) + "/mnist/train-labels-idx1-ubyte.gz"
    let labels = try SampleFile.readLabels(path: path)
    #expect(labels.count == 60000 && labels.allSatisfy { (0...9).contains($0) })
    #expect(labels.prefix(5) == [5, 0, 4, 1, 9])
  }

  @Test("NumPy images and labels keep their shapes")
  func numpy() throws {
    let cifar = try samples("cifar10/test_images_0000.npy")
    #expect(cifar.isBytes && cifar.count == 5000 && cifar.sampleShape == [32, 32, 3])
    let path = try #require(stagedData) + "/cifar10/test_labels_0000.npy"
    #expect(try SampleFile.readLabels(path: path).prefix(4) == [3, 8, 8, 0])
  }
}
