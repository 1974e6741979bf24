import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomImport
import LoomNetwork

/// What is sized: a trained network, outlined as each chip needs it, or a spiking network.
enum FitSubject: Sendable {
  case trained(Network, ConversionOptions)
  case spiking(SpikingNetwork)

  /// A sizing and what conversion said of the network.
  struct Answer: Sendable {
    var sizing: ChipSizing
    var outline: NetworkOutline?
  }

  /// Reads a file; unsupported operators are left to the outline, which lists them.
  static func read(_ path: String, _ arguments: ParsedArguments) throws -> FitSubject {
    if let network = try ConversionFlags.converted(path, arguments) { return .spiking(network) }
    let network = try ONNXImporter.network(path: path)
    let preprocessing = try PreprocessingChoice.make(
      arguments, modelPath: path, samplesAreBytes: true, channels: inputChannels(network)
    ).preprocessing
    let options = try ConversionFlags.read(
      arguments, preprocessing: preprocessing, samplesAreBytes: true,
      forms: .portable(maxPool: .pairs), defaultTimesteps: 64)
    return .trained(network, options)
  }

  /// The forms layers take on a chip, or others tried.
  struct Forms: Sendable, Hashable {
    var maxPool: MaxPoolForm?
    var pooling: PoolingForm?
    var coding: Coding?
  }

  /// Sizes the network on a chip.
  func size(
    _ profile: Profile, forms: Forms = Forms(), outlines: OutlineCache
  ) throws(DiagnosticsError) -> Answer {
    switch self {
    case .spiking(let network):
      return Answer(sizing: try Sizer.size(calibrated: network, profile: profile))
    case .trained(let network, var options):
      ChipForms.suited(to: profile).shape(&options)
      options.maxPool = forms.maxPool ?? options.maxPool
      options.pooling = forms.pooling ?? options.pooling
      options.coding = forms.coding ?? options.coding
      let outline = try outlines.outline(network, options)
      return Answer(
        sizing: Sizer.size(outline.network, profile: profile), outline: outline)
    }
  }
}
