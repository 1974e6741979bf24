import LoomBase
import LoomCompiler
import LoomConversion
import LoomNetwork
import LoomReport

/// Prices remedies by converting, compiling and running them on samples.
struct FitMeasuring {
  /// The most samples a remedy is run on.
  static let mostSamples = 500

  let network: Network
  let options: ConversionOptions
  let data: DataSet
  let arguments: ParsedArguments
  let path: String
  let progress: Progress

  /// Reads samples and labels where both are named; nil: prices stay unmeasured.
  static func make(
    _ subject: FitSubject, _ arguments: ParsedArguments, _ path: String, _ progress: Progress
  ) throws -> FitMeasuring? {
    guard case .trained(let network, var options) = subject, arguments.text("--data") != nil else {
      return nil
    }
    _ = try arguments.required("--labels")
    let data = try DataSet.read(arguments, for: network).first(mostSamples)
    options.preprocessing = try PreprocessingChoice.make(
      arguments, modelPath: path, samplesAreBytes: data.samples.isBytes,
      channels: inputChannels(network)
    ).preprocessing
    options.samplesAreBytes = data.samples.isBytes
    return FitMeasuring(
      network: network, options: options, data: data, arguments: arguments, path: path,
      progress: progress)
  }

  /// The remedy with its measured price; one that a compile refuses after all no longer fits.
  func measured(_ remedy: TriedRemedy, as row: FitRemedy) throws -> FitRemedy {
    progress.stage("remedy: \(remedy.trial.name), \(data.samples.count) samples")
    var options = options
    let suited = ChipForms.suited(to: remedy.profile)
    suited.shape(&options)
    options.readout = suited.readout
    try ReadoutFlag.read(arguments, into: &options)
    options.maxPool = remedy.trial.forms.maxPool ?? options.maxPool
    options.pooling = remedy.trial.forms.pooling ?? options.pooling
    options.coding = remedy.trial.forms.coding ?? options.coding
    let job = ComparisonJob(
      network: network, data: data, profile: remedy.profile, options: options,
      threads: options.threads, mapping: CompilerOptions(tool: Version.tool), waterfallSamples: 0)
    var result = row
    do {
      let outcome = try job.run(progress)
      let choice = PreprocessingChoice(preprocessing: options.preprocessing, source: "as fit")
      let report = try outcome.report(
        job: job, modelName: Files.name(of: path), preprocessing: choice, host: [:])
      let measurement = Self.measurement(report.jsonValue, samples: data.samples.count)
      result.measurement = measurement
      result.cores = outcome.mapping.cores
      result.chips = outcome.mapping.chips
      result.price = Self.price(measurement)
    } catch let error as DiagnosticsError where error.kind == .doesNotFit {
      result.fits = false
      result.price = error.diagnostics.first?.message ?? "refused by the compiler"
    } catch let error as DiagnosticsError {
      // One remedy that cannot be run must not take the others' report with it.
      result.price = "not measured: " + (error.diagnostics.first?.message ?? "it cannot be run")
    }
    return result
  }

  private static func measurement(_ json: JSONValue, samples: Int) -> FitMeasurement {
    FitMeasurement(
      samples: samples, annAccuracy: json.value(at: "/accuracy/ann")?.double,
      chipAccuracy: json.value(at: "/accuracy/chip")?.double,
      latencyNanoseconds: json.value(at: "/latency/perSampleNanoseconds")?.double ?? 0,
      energyPicojoules: json.value(at: "/energy/totalPicojoules")?.double)
  }

  /// Points against the trained network, latency and energy of one sample.
  static func price(_ measurement: FitMeasurement) -> String {
    var parts: [String] = []
    if let ann = measurement.annAccuracy, let chip = measurement.chipAccuracy {
      let points = ((chip - ann) * 10_000).rounded() / 100
      parts.append(
        "\(points < 0 ? "−" : "+")\(ScaledUnits.number(abs(points))) points against the ANN on "
          + "\(measurement.samples) samples")
    }
    parts.append(ScaledUnits.time(measurement.latencyNanoseconds))
    if let energy = measurement.energyPicojoules { parts.append(ScaledUnits.energy(energy)) }
    return parts.joined(separator: ", ")
  }
}
