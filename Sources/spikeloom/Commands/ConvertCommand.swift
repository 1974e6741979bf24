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
      DataSet.calibrationOption, DataSet.calibrationCount, Files.output, HostFlags.host,
      HostFlags.saveBoundary, HostFlags.boundaryData,
      .value(
        "--max-pooling", placeholder: "F",
        help: "pairs (default), or comparator for chips that have it"),
    ],
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    let output = arguments.text("--output") ?? Files.derived(from: path, extension: "snn")
    try Files.requireFolders(arguments, "--output", "--save-boundary")
    let form = arguments.text("--max-pooling") ?? "pairs"
    guard let maxPool = MaxPoolForm(rawValue: form) else {
      throw UsageError("'--max-pooling' needs pairs or comparator, has '\(form)'")
    }
    let (spiking, split) = try convert(
      path, arguments, forms: .portable(maxPool: maxPool), Progress())
    try AtomicFile.write(SpikingNetworkFile.encode(spiking), to: output)
    if arguments.has("--json") {
      Console.print(json: json(spiking, split))
    } else {
      Console.print(text(spiking) + "\nwritten: \(output)")
    }
    return .done
  }

  /// Reads a model and its calibration samples and converts what `--host` leaves to the chip.
  static func convert(
    _ path: String, _ arguments: ParsedArguments, forms: ChipForms, _ progress: Progress
  ) throws -> (spiking: SpikingNetwork, split: HybridSplit?) {
    let calibrationPath = try arguments.required("--calibration")
    if !arguments.has("--save-boundary") {
      try arguments.refuse(
        ["--data"], "goes with '--save-boundary'; samples to convert with: --calibration")
    }
    progress.stage("reading \(Files.name(of: path))")
    let network = try Files.model(path)
    let split = try HostFlags.split(arguments, network)
    let samples = DataSet.evenlySpaced(
      try SampleFile.read(path: calibrationPath),
      try arguments.integer("--calibration-samples", in: 1...1_000_000) ?? 1000)
    let choice = try PreprocessingChoice.make(
      arguments, modelPath: path, samplesAreBytes: samples.isBytes,
      channels: inputChannels(network))
    Console.note("    input: \(choice.description)")
    var options = try ConversionFlags.read(
      arguments, preprocessing: choice.preprocessing, samplesAreBytes: samples.isBytes,
      forms: forms)
    if split?.tail != nil { options.answers = .values }
    let calibration = try boundary(samples, split, arguments, &options, progress)
    progress.stage("conversion, \(samples.count) calibration samples")
    var spiking = try Converter.convert(
      split?.chip ?? network, calibration: calibration, options: options
    ) { Console.note("    \($0)") }
    spiking.remarks = (split?.remarks ?? []) + spiking.remarks
    return (spiking, split)
  }

  /// What the chip part is calibrated on: the head's outputs, written for other samples where asked for.
  private static func boundary(
    _ samples: Samples, _ split: HybridSplit?, _ arguments: ParsedArguments,
    _ options: inout ConversionOptions, _ progress: Progress
  ) throws -> Samples {
    guard let split, split.head != nil else { return samples }
    let preprocessing = options.preprocessing
    progress.stage("head on the host: \(samples.count) calibration samples")
    let calibration = try split.boundary(
      samples, preprocessing: preprocessing, threads: options.threads)
    if let path = arguments.text("--save-boundary") {
      let limit = try arguments.integer("--samples", in: 1...Int(Int32.max)) ?? .max
      func first(_ samples: Samples) -> Samples { samples.selecting(0..<min(limit, samples.count)) }
      let data = try arguments.text("--data").map { first(try SampleFile.read(path: $0)) }
      if let data { progress.stage("head on the host: \(data.count) samples of --data") }
      let written = try data.map {
        try split.boundary($0, preprocessing: preprocessing, threads: options.threads)
      }
      try HostFlags.write(boundary: written ?? first(calibration), to: path)
    }
    options.preprocessing = split.chipPreprocessing(preprocessing)
    options.samplesAreBytes = false
    return calibration
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

  private static func json(_ network: SpikingNetwork, _ split: HybridSplit?) -> JSONValue {
    .object([
      "schema": .text("spikeloom.convert/1"), "network": .text(network.name),
      "hybrid": split?.jsonValue ?? .null,
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
