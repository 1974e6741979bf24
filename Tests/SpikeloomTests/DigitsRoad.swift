import LoomBase
import LoomCompiler
import LoomConversion
import LoomExecution
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork

/// The digits CNN, imported and converted once for all tests.
struct DigitsRoad: Sendable {
  static let profiles = ["loihi1-silicon-fit", "crossbar-256"]
  static let preprocessing = Preprocessing(scale: 1.0 / 16)
  static let shared = Result { try DigitsRoad() }

  let trained: Network
  let test: Samples
  let spiking: SpikingNetwork

  private init() throws {
    trained = try ONNXImporter.network(path: ExampleFiles.path("digits/digits_cnn.onnx"))
    test = try SampleFile.read(path: ExampleFiles.path("digits/test_images.npy"))
    spiking = try Converter.convert(
      trained,
      calibration: SampleFile.read(path: ExampleFiles.path("digits/train_images.npy")),
      options: ConversionOptions(
        timesteps: 16, preprocessing: Self.preprocessing, samplesAreBytes: true))
  }

  /// The first test digits.
  func samples(_ count: Int) -> Samples { test.selecting(0..<count) }

  /// A network on a chip.
  static func compile(
    _ network: SpikingNetwork, _ profile: Profile
  ) throws -> (fixed: FixedPointNetwork, image: HardwareImage) {
    let fixed = try Quantizer.quantize(network, profile: profile).network
    return (fixed, try Compiler.compile(fixed, profile: profile).image)
  }
}
