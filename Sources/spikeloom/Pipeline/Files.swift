import Foundation
import LoomBase
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork

/// Files read and written by commands.
enum Files {
  static let output = OptionSpecification.value(
    "--output", "-o", placeholder: "FILE", help: "where to write the result")

  /// Reads an ONNX model and refuses, all at once, what float execution cannot run.
  static func model(_ path: String) throws -> Network {
    let network = try ONNXImporter.network(path: path)
    let unsupported = ONNXImporter.unsupported(in: network)
    guard unsupported.isEmpty else { throw DiagnosticsError(.badInput, unsupported) }
    return network
  }

  /// Whether a file holds a spiking network (by its extension).
  static func isSpikingNetwork(_ path: String) -> Bool { path.hasSuffix(".snn") }

  /// Reads a spiking network.
  static func spikingNetwork(_ path: String) throws -> SpikingNetwork {
    try SpikingNetworkFile.decode(try AtomicFile.read(path: path), name: name(of: path))
  }

  /// Reads an image.
  static func image(_ path: String) throws -> HardwareImage {
    try ChipFile.decode(try AtomicFile.bytes(path: path), name: name(of: path))
  }

  /// Reads the samples an image is run on; a raster file of steps × inputs is one sample of an image of spikes.
  static func samples(_ path: String, for image: HardwareImage) throws -> Samples {
    let samples = try SampleFile.read(path: path)
    guard image.input.isSpikes else { return samples }
    return samples.asRasters(timesteps: image.schedule.timesteps, stepShape: image.input.shape)
      ?? samples
  }

  /// Refuses options that name a file in a folder that is missing or closed, before anything is computed.
  static func requireFolders(
    _ arguments: ParsedArguments, _ keys: String...
  ) throws(DiagnosticsError) {
    let manager = FileManager.default
    let findings = keys.compactMap { arguments.text($0) }.filter { path in
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      return !manager.fileExists(atPath: path) && !manager.isWritableFile(atPath: folder)
    }.map { path in
      Diagnostic(
        .error, "SL1204", "needs a writable folder, has none", at: .file(path),
        remedy: "make the folder, or choose another")
    }
    guard findings.isEmpty else { throw DiagnosticsError(.badInput, findings) }
  }

  /// The last component of a path.
  static func name(of path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

  /// The path with another extension, in the current folder.
  static func derived(from path: String, extension suffix: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent + "." + suffix
  }
}

/// The options that name a profile.
enum ProfileFlags {
  static let profile = OptionSpecification.value(
    "--profile", placeholder: "P", help: "a bundled profile's name or a file")
  static let set = OptionSpecification.value(
    "--set", placeholder: "/POINTER=VALUE",
    help: "overrides a number of the profile, marked assumed", repeatable: true)

  static let options = [profile, set]

  /// Loads the profile named by `--profile`, or a default one, with every `--set` applied and printed.
  static func load(_ arguments: ParsedArguments, default name: String? = nil) throws -> Profile {
    guard let chosen = arguments.text("--profile") ?? name else {
      throw UsageError("'--profile' is needed (spikeloom profiles list)")
    }
    let overrides = arguments.all("--set")
    let profile = try ProfileFile.load(chosen, overrides: overrides)
    for override in overrides { Console.note("· \(profile.name): \(override) (assumed)") }
    return profile
  }
}
