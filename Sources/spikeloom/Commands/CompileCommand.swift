import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomImage
import LoomImport
import LoomNetwork

/// `compile`: a spiking network (or a model, converted on the way) into a hardware image.
enum CompileCommand {
  static let command = Command(
    name: "compile", summary: "compile a spiking network onto a chip (.chip)",
    positionals: "X.snn|MODEL",
    options: ProfileFlags.options + ConversionFlags.options + PlacementFlags.options + [
      DataSet.calibrationOption, DataSet.calibrationCount, Files.output, HostFlags.host,
      HostFlags.saveBoundary, HostFlags.boundaryData,
      .value(
        "--save-fixed", placeholder: "FILE", help: "also write the fixed-point network (.fixed.snn)"
      ),
      .flag("--strip", help: "leave names of ONNX nodes out of the image"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("X.snn")[0]
    let output = arguments.text("--output") ?? Files.derived(from: path, extension: "chip")
    try Files.requireFolders(arguments, "--output", "--save-fixed", "--save-boundary")
    if arguments.has("--host"), Files.isSpikingNetwork(path) {
      throw UsageError("'--host' goes with a MODEL: convert --host divides it for a later compile")
    }
    try ConversionFlags.requireModel(path, arguments)
    let profile = try ProfileFlags.load(arguments)
    let progress = Progress()
    let fixed: FixedPointNetwork
    var remarks: [String] = []
    var quantization: QuantizationReport?
    var options = try PlacementFlags.read(arguments)
    if path.hasSuffix(".fixed.snn") {
      fixed = try FixedPointNetworkFile.decode(
        try AtomicFile.read(path: path), name: Files.name(of: path))
      try ConversionFlags.requireSteps(fixed.timesteps, of: path, arguments)
    } else {
      let spiking = try network(path, arguments, profile, progress)
      remarks = spiking.remarks
      options.activity = spiking.activity
      progress.stage("fixed point for \(profile.name)")
      let result = try Quantizer.quantize(spiking, profile: profile)
      fixed = result.network
      quantization = result.report
    }
    progress.stage("mapping")
    let (image, mapping) = try Compiler.compile(
      fixed, profile: profile, options: options, remarks: remarks)
    let bytes = ChipFile.encode(image)
    if let fixedPath = arguments.text("--save-fixed") {
      try AtomicFile.write(FixedPointNetworkFile.encode(fixed), to: fixedPath)
    }
    try AtomicFile.write(bytes, to: output)
    report(arguments, quantization, mapping, bytes: bytes, output: output)
    return .done
  }

  private static func network(
    _ path: String, _ arguments: ParsedArguments, _ profile: Profile, _ progress: Progress
  ) throws -> SpikingNetwork {
    if let network = try ConversionFlags.converted(path, arguments) { return network }
    try ConversionFlags.requireCode(of: try ConversionFlags.method(arguments), on: profile)
    return try ConvertCommand.convert(
      path, arguments, forms: .suited(to: profile), progress
    ).spiking
  }

  private static func report(
    _ arguments: ParsedArguments, _ quantization: QuantizationReport?, _ mapping: MappingReport,
    bytes: [UInt8], output: String
  ) {
    let digest = "\(ChipFile.sha256(of: bytes))"
    if arguments.has("--json") {
      Console.report((quantization?.diagnostics ?? []) + mapping.diagnostics)
      Console.print(
        json: .object([
          "schema": .text("spikeloom.compile/1"), "image": .object(["sha256": .text(digest)]),
          "mapping": mapping.json, "quantization": quantization?.json ?? .null,
        ]))
    } else {
      if let quantization { Console.print(quantization.text + "\n") }
      Console.print(mapping.text)
      Console.print("written: \(output) (\(bytes.count) bytes, sha256 \(digest))")
    }
  }
}
