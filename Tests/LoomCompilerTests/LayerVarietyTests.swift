import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Testing

/// Networks of the shapes people bring, with random weights.
enum LayerVariety {
  /// Depthwise-separable convolutions over 96 × 96 inputs (MobileNet v1 at a quarter of its width).
  static func mobile() -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 71, input: MapShape(channels: 3, height: 96, width: 96), timesteps: 8)
    var side = 48
    var channels = 8
    var previous = builder.hidden("stem", MapShape(channels: 8, height: 48, width: 48))
    builder.drive(previous, .convolution(.square(3, stride: 2, pad: 1)))
    let blocks = [
      (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1),
      (128, 1), (128, 1), (256, 2), (256, 1),
    ]
    for (index, (width, stride)) in blocks.enumerated() {
      side /= stride
      let depthwise = builder.hidden(
        "dw\(index)", MapShape(channels: channels, height: side, width: side))
      builder.connect(
        previous, depthwise,
        .convolution(.square(3, stride: stride, pad: 1, groups: channels)))
      previous = builder.hidden("pw\(index)", MapShape(channels: width, height: side, width: side))
      builder.connect(depthwise, previous, .convolution(.square(1)))
      channels = width
    }
    builder.connect(previous, builder.readout("logits", 2), .dense)
    return builder.network
  }

  /// Convolutions of 64 to 128 channels and wide dense layers.
  static func wide() -> SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 72, input: MapShape(channels: 3, height: 32, width: 32), timesteps: 8)
    let stem = builder.hidden("stem", MapShape(channels: 64, height: 32, width: 32))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let second = builder.hidden("second", MapShape(channels: 64, height: 16, width: 16))
    builder.connect(stem, second, .convolution(.square(4, stride: 2, pad: 1)))
    let third = builder.hidden("third", MapShape(channels: 128, height: 8, width: 8))
    builder.connect(second, third, .convolution(.square(4, stride: 2, pad: 1)))
    let fourth = builder.hidden("fourth", MapShape(channels: 256, height: 4, width: 4))
    builder.connect(third, fourth, .convolution(.square(4, stride: 2, pad: 1)))
    let dense = builder.hidden("dense", MapShape(channels: 1024))
    builder.connect(fourth, dense, .convolution(.square(4)))
    let last = builder.hidden("last", MapShape(channels: 512))
    builder.connect(dense, last, .dense)
    builder.connect(last, builder.readout("logits", 100), .dense)
    return builder.network
  }
}

@Suite("Networks of many shapes fit the bundled chips")
struct LayerVarietyTests {
  @Test("Depthwise-separable convolutions", arguments: ["loihi1", "crossbar-256"])
  func mobile(name: String) throws {
    try check(LayerVariety.mobile(), try ProfileFile.load(name))
  }

  @Test("Wide convolutions and dense layers", arguments: ["crossbar-256"])
  func wide(name: String) throws {
    try check(LayerVariety.wide(), try ProfileFile.load(name))
  }

  @Test("A dense layer beyond the input axons is refused by name and number")
  func tooWide() throws {
    let profile = try ProfileFile.load("loihi1")
    let fixed = try Quantizer.quantize(LayerVariety.wide(), profile: profile).network
    let error = #expect(throws: DiagnosticsError.self) {
      try Compiler.compile(fixed, profile: profile)
    }
    #expect(error?.diagnostics.count == 1)
    #expect(error?.diagnostics.first?.anchor == .layer("dense"))
    #expect(
      error?.diagnostics.first?.message
        == "needs 4097 input axons for a single neuron, has 4096")
  }

  private func check(_ network: SpikingNetwork, _ profile: Profile) throws {
    let fixed = try Quantizer.quantize(network, profile: profile)
    let result = try Compiler.compile(fixed.network, profile: profile)
    #expect(ImageVerifier.check(result.image, profile: profile).isEmpty)
    #expect(Double(result.report.cores) <= 2 * Double(result.report.lowerBound) + 10)
  }
}
