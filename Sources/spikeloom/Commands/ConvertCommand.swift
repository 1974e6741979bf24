import LoomBase
import LoomConversion
import LoomImport
import LoomNetwork

/// `convert`: a trained network and calibration samples into a spiking network.
enum ConvertCommand {
  static let command = Command(
    name: "convert", summary: "turn a trained network into a spiking one (.snn)",
    positionals: "MODEL",
    options: ConversionFlags.options + [
      DataSet.calibrationOption, DataSet.calibrationCount, Files.output,
      .value(
        "--max-pooling", placeholder: "F",
        help: "pairs (default), or comparator for chips that have it"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    let output = arguments.text("--output") ?? Files.derived(from: path, extension: "snn")
    try Files.requireFolders(arguments, "--output")
    let form = arguments.text("--max-pooling") ?? "pairs"
    guard let maxPool = MaxPoolForm(rawValue: form) else {
      throw UsageError("'--max-pooling' needs pairs or comparator, has '\(form)'")
    }
    let spiking = try convert(path, arguments, forms: .portable(maxPool: maxPool), Progress())
    try AtomicFile.write(SpikingNetworkFile.encode(spiking), to: output)
    if arguments.has("--json") {
      Console.print(json: json(spiking))
    } else {
      Console.print(text(spiking) + "\nwritten: \(output)")
    }
    return .done
  }

  /// Reads a model and its calibration samples and converts.
  static func convert(
    _ path: String, _ arguments: ParsedArguments, forms: ChipForms, _ progress: Progress
  ) throws -> SpikingNetwork {
    let calibrationPath = try arguments.required("--calibration")
    progress.stage("reading \(Files.name(of: path))")
    let network = try Files.model(path)
    let samples = DataSet.evenlySpaced(
      try SampleFile.read(path: calibrationPath),
      try arguments.integer("--calibration-samples", in: 1...1_000_000) ?? 1000)
    let choice = try PreprocessingChoice.make(
      arguments, modelPath: path, samplesAreBytes: samples.isBytes,
      channels: inputChannels(network))
    Console.note("    input: \(choice.description)")
    let options = try ConversionFlags.read(
      arguments, preprocessing: choice.preprocessing, samplesAreBytes: samples.isBytes,
      forms: forms)
    progress.stage("conversion, \(samples.count) calibration samples")
    return try Converter.convert(network, calibration: samples, options: options) {
      Console.note("    \($0)")
    }
  }

  private static func text(_ network: SpikingNetwork) -> String {
    var lines = [
      "\(network.name): \(network.method), T = \(network.timesteps), readout from step \(network.readoutStart), coding \(network.coding.rawValue)"
    ]
    for population in network.populations {
      lines.append("  \(population.role.rawValue)  \(population.name)  \(population.shape)")
    }
    return (lines + network.remarks.map { "  · \($0)" }).joined(separator: "\n")
  }

  private static func json(_ network: SpikingNetwork) -> JSONValue {
    .object([
      "schema": .text("spikeloom.convert/1"), "network": .text(network.name),
      "method": .text(network.method), "timesteps": .integer(network.timesteps),
      "readoutStart": .integer(network.readoutStart), "coding": .text(network.coding.rawValue),
      "populations": .array(
        network.populations.map {
          .object([
            "name": .text($0.name), "role": .text($0.role.rawValue),
            "shape": .array(
              [$0.shape.channels, $0.shape.height, $0.shape.width].map { .integer($0) }),
          ])
        }),
      "remarks": .array(network.remarks.map { .text($0) }),
    ])
  }
}

/// The channels of a network's input: the axis that is smallest of the first and last, batch left out.
func inputChannels(_ network: Network) -> Int {
  guard let input = network.inputs.first, let shape = network[input].shape, shape.count >= 3,
    let first = shape.dropFirst().first, let last = shape.last
  else { return 1 }
  return max(1, shape.count == 3 ? first : min(first, last))
}
