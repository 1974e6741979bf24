import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomNetwork

/// The options of the conversion, shared by `convert`, `compile`, `compare`.
enum ConversionFlags {
  static let options: [OptionSpecification] = [
    .value("--timesteps", "-T", placeholder: "N", help: "time-steps of one sample"),
    .value(
      "--method", placeholder: "M",
      help: ConversionMethod.allCases.map(\.rawValue).joined(separator: ", ")
        + " (default threshold-balancing); bit-serial: T bits"),
    .value(
      "--iterations", placeholder: "K", help: "threshold balancing: passes (default: chosen for T)"),
    .value(
      "--tune", placeholder: "N",
      help:
        "bit-serial, ttfs: passes over the calibration samples that tune full scales and biases of "
        + "all layers together to the ANN's answers (default: \(ConversionOptions.neededPasses) where "
        + "calibration leaves classes far from them and it takes a minute or two; 0: never)"),
    .value(
      "--correction", placeholder: "C",
      help: "calibrated: mean errors made up for by bias (default), potential; shift; none"),
    .value("--percentile", placeholder: "P", help: "percentile: of positive activations (99.9)"),
    .value(
      "--coding", placeholder: "C",
      help: "direct (default), rate, or poisson: input spikes drawn by the host (--seed)"),
    .value(
      "--pooling", placeholder: "P",
      help: "average pooling: auto (default), compose into the next layer, or neurons of its own"),
    .value(
      "--reset", placeholder: "R",
      help:
        "soft, or hard: to zero on firing, so that residual charge is lost (default: soft; hard "
        + "where the chip has nothing else); methods of rate codes, larger -T"),
    .value(
      "--readout", placeholder: "R",
      help: "delayed (default) or whole: what is gained after t0; potentials or counts of spikes "
        + "(default: what the chip gives); counts of classes or values; joined by commas"),
    ModelOptions.scale, ModelOptions.mean, ModelOptions.deviation,
  ]

  /// Reads the options; the profile decides what layers become (`ChipForms`).
  static func read(
    _ arguments: ParsedArguments, preprocessing: Preprocessing, samplesAreBytes: Bool,
    forms: ChipForms, defaultTimesteps: Int? = nil
  ) throws -> ConversionOptions {
    guard let timesteps = try arguments.integer("--timesteps", in: 1...65_535) ?? defaultTimesteps
    else { throw UsageError("'-T' is needed: the number of time-steps") }
    var options = ConversionOptions(
      timesteps: timesteps, preprocessing: preprocessing, samplesAreBytes: samplesAreBytes)
    options.method = try method(arguments)
    options.iterations = try arguments.integer("--iterations", in: 1...1_000_000)
    options.tuningPasses = try tuningPasses(arguments, options.method)
    for (key, own) in [
      ("--correction", [ConversionMethod.calibrated]), ("--percentile", [.percentile]),
      ("--iterations", [.thresholdBalancing, .tuned]),
    ]
    where arguments.has(key) {
      try require(own + [.automatic], key, options.method)
    }
    options.correction =
      try choice(arguments, "--correction", BiasCorrection.allCases.map { ($0.rawValue, $0) })
      ?? .bias
    options.percentile = try arguments.numbers("--percentile")?.first ?? 99.9
    options.coding =
      try choice(
        arguments, "--coding", [("direct", .direct), ("rate", .rate), ("poisson", .poisson)])
      ?? .direct
    options.seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 0)
    options.pooling =
      try choice(arguments, "--pooling", PoolingForm.allCases.map { ($0.rawValue, $0) }) ?? .auto
    forms.shape(&options)
    options.reset =
      try choice(arguments, "--reset", [("soft", .soft), ("hard", .hard)]) ?? forms.reset
    options.readout = forms.readout
    try ReadoutFlag.read(arguments, into: &options)
    options.threads = try threadCount(arguments)
    return options
  }

  /// Refuses options that would change nothing of a network that was converted before.
  static func requireModel(_ path: String, _ arguments: ParsedArguments) throws(UsageError) {
    guard Files.isSpikingNetwork(path) else { return }
    let name = Files.name(of: path)
    try arguments.refuse(
      options.map(\.key).filter { $0 != "--timesteps" },
      "goes with a MODEL: \(name) is converted already")
    if arguments.has("--calibration") {
      Console.note("· '--calibration' is not needed: \(name) is converted already")
    }
  }

  /// The network of a file that was converted before, for the T asked for if one is; nil: the file is a model.
  static func converted(_ path: String, _ arguments: ParsedArguments) throws -> SpikingNetwork? {
    guard Files.isSpikingNetwork(path) else { return nil }
    let network = try Files.spikingNetwork(path)
    try requireSteps(network.timesteps, of: path, arguments)
    return network
  }

  /// Refuses another T than that of a network that was converted before.
  static func requireSteps(_ timesteps: Int, of path: String, _ arguments: ParsedArguments)
    throws(UsageError)
  {
    guard let wanted = try arguments.integer("--timesteps", in: 1...65_535), wanted != timesteps
    else { return }
    throw UsageError(
      "'-T \(wanted)' goes with a MODEL: \(Files.name(of: path)) is converted for T = \(timesteps)")
  }

  /// The passes asked for, of a method that has something to tune.
  private static func tuningPasses(
    _ arguments: ParsedArguments, _ method: ConversionMethod
  ) throws(UsageError) -> Int? {
    guard let passes = try arguments.integer("--tune", in: 0...10_000) else { return nil }
    try require(ConversionMethod.allCases.filter(\.code.isWindowed), "--tune", method)
    return passes
  }

  /// Refuses an option that says nothing to a method.
  private static func require(
    _ methods: [ConversionMethod], _ key: String, _ method: ConversionMethod
  ) throws(UsageError) {
    if methods.contains(method) { return }
    let names = methods.map(\.rawValue).joined(separator: " or ")
    throw UsageError("'\(key)' needs --method \(names), has \(method.rawValue)")
  }

  /// The method asked for.
  static func method(_ arguments: ParsedArguments) throws(UsageError) -> ConversionMethod {
    let methods = ConversionMethod.allCases.map { ($0.rawValue, $0) }
    return try choice(arguments, "--method", methods) ?? .thresholdBalancing
  }

  /// Refuses a method whose spikes the chip cannot run, before any work starts.
  static func requireCode(of method: ConversionMethod, on profile: Profile) throws(DiagnosticsError)
  {
    let findings = CodeCheck.findings(code: method.code, profile: profile)
    if !findings.isEmpty { throw DiagnosticsError(.doesNotFit, findings) }
  }

  private static func choice<Value>(
    _ arguments: ParsedArguments, _ key: String, _ choices: [(name: String, value: Value)]
  ) throws(UsageError) -> Value? {
    guard let word = arguments.text(key) else { return nil }
    guard let match = choices.first(where: { $0.name == word }) else {
      let names = choices.map(\.name).joined(separator: ", ")
      throw UsageError("'\(key)' needs one of \(names), has '\(word)'")
    }
    return match.value
  }
}
