import LoomBase
import LoomCompiler
import LoomEmulator
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork
import LoomReference

/// `verify`: the emulated chip against the reference interpreter, every population's spikes and potentials.
enum VerifyCommand {
  static let command = Command(
    name: "verify", summary: "emulator against reference interpreter, bit for bit",
    positionals: "X.chip X.snn", options: ProfileFlags.options + [DataSet.data], run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let paths = try arguments.positionals("X.chip", "X.snn")
    let image = try Files.image(paths[0])
    let profile = try ProfileFlags.load(arguments, default: image.profileName)
    let network = try fixedNetwork(paths[1], profile)
    let samples = try SampleFile.read(path: try arguments.required("--data"))
      .regrouped(for: network)
    let count = min(
      try arguments.integer("--samples", in: 1...Int(Int32.max)) ?? 8, samples.count)
    let invariants = ImageVerifier.check(image, profile: profile)
    Console.report(invariants)
    let verification = Verification(
      image: image,
      emulator: try Emulator(image: image, profile: profile, allowInconsistentRoutes: true),
      network: network, interpreter: try IntegerInterpreter(network))
    let progress = Progress()
    progress.stage("\(count) samples, every population's spikes and final potentials")
    let found = try mapConcurrently(
      count: count, threads: try threadCount(arguments),
      progress: { progress.count($0, of: count, what: "samples") },
      { index throws(DiagnosticsError) in
        try verification.firstDifference(samples, sample: index)
      }
    ).compactMap(\.self)
    report(arguments, image, found, count)
    return found.isEmpty && invariants.allSatisfy { $0.severity != .error } ? .done : .differs
  }

  private static func fixedNetwork(
    _ path: String, _ profile: Profile
  ) throws -> FixedPointNetwork {
    if path.hasSuffix(".fixed.snn") {
      return try FixedPointNetworkFile.decode(
        try AtomicFile.read(path: path), name: Files.name(of: path))
    }
    return try Quantizer.quantize(try Files.spikingNetwork(path), profile: profile).network
  }

  /// In which order spikes were taken in, as the report names it.
  private static func order(_ image: HardwareImage) -> String {
    image.schedule.isAsynchronous
      ? "events: per bin, by order of sending (one source a core, so that no duration changes it)"
      : "barrier: per chip step"
  }

  private static func report(
    _ arguments: ParsedArguments, _ image: HardwareImage, _ found: [Difference], _ count: Int
  ) {
    if arguments.has("--json") {
      Console.print(
        json: .object([
          "schema": .text("spikeloom.verify/1"), "samples": .integer(count),
          "differing": .integer(found.count), "order": .text(order(image)),
          "first": found.first?.json ?? .null,
        ]))
    } else if let first = found.first {
      Console.print("\(found.count) of \(count) samples differ; first: \(first.description)")
    } else {
      Console.print(
        "\(count) samples: every spike of \(image.populations.count) populations, every final potential and every score equal"
      )
      if image.schedule.isAsynchronous { Console.print("order: \(order(image))") }
    }
  }
}

extension Samples {
  /// A raster file of steps × inputs is one sample when the network's input is spikes.
  func regrouped(for network: FixedPointNetwork) -> Samples {
    guard network.coding == .spikes else { return self }
    return asRasters(timesteps: network.timesteps, stepShape: network.input.shape) ?? self
  }
}
