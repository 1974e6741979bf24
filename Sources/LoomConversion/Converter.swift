public import LoomBase
public import LoomNetwork

/// Turns trained networks into spiking ones without training.
///
/// Linear layers between activations are composed into exact maps, every ReLU becomes a population of
/// integrate-and-fire neurons (soft reset unless asked otherwise, v(0) = θ/2), and thresholds are balanced on unlabelled
/// calibration samples (Bu and others 2024, arXiv 2409.03368).
public enum Converter {
  /// Everything that keeps a network from being converted, all at once.
  ///
  /// Codes SL20xx concern the network as a whole, SL21xx its layers (name, why, what to do).
  public static func diagnose(_ network: Network) -> [Diagnostic] {
    do {
      let plan = try InputPlan.make(network, samples: nil)
      var builder = RegionBuilder(network, options: ConversionOptions(timesteps: 1), plan: plan)
      _ = builder.build()
      return builder.diagnostics
    } catch {
      return error.diagnostics
    }
  }

  /// Converts a network, balancing thresholds on samples that need no labels.
  ///
  /// The result does not depend on the number of threads.
  /// - Throws: all findings of `diagnose`; SL2105 for linear regions beyond 64 M weights; SL2201–SL2205 for
  ///   samples or options that do not fit.
  public static func convert(
    _ network: Network, calibration: Samples, options: ConversionOptions,
    progress: ((String) -> Void)? = nil
  ) throws(DiagnosticsError) -> SpikingNetwork {
    try conversion(network, calibration: calibration, options: options, progress: progress).network
  }

  /// The same, with the rule by which the network would be read at any other T.
  ///
  /// - Throws: as `convert`.
  public static func conversion(
    _ network: Network, calibration: Samples, options: ConversionOptions,
    progress: ((String) -> Void)? = nil
  ) throws(DiagnosticsError) -> Conversion {
    let plan = try InputPlan.make(network, samples: calibration.sampleShape)
    var builder = RegionBuilder(network, options: options, plan: plan)
    progress?("composing linear regions")
    let draft = builder.build()
    let method = options.method.implementation
    let findings = check(options) + builder.diagnostics + method.findings(draft, options)
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
    let samples = try CalibrationSet(calibration, draft: draft, plan: plan, options: options)
    let input = MethodInput(
      draft: draft, samples: samples, inputCount: plan.layout.count, inputShape: plan.layout.map,
      options: options)
    var outcome = try method.outcome(input, progress: progress)
    if options.readout == .spikeCounts {
      outcome = try CountReadout(input: input, outcome: outcome).counted(progress: progress)
    }
    let delay = ReadoutDelay(
      draft, outcome.populations, inputDelay: samples.firstSpike(options.coding))
    return Conversion(
      network: try write(
        network, draft: draft, outcome: outcome, samples: samples, plan: plan, options: options),
      delay: outcome.readoutStart > 0 && outcome.code == .rate ? delay : nil,
      meter: ErrorMeter(input: input, outcome: outcome))
  }

  private static func check(_ options: ConversionOptions) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    if options.timesteps < 1 || options.timesteps > 1 << 20 {
      findings.append(
        .option(
          "needs 1 to 1048576 time-steps, has \(options.timesteps)",
          remedy: "give -T, for example 64"))
    }
    if let iterations = options.iterations, iterations < 1 {
      findings.append(
        .option(
          "needs at least 1 iteration, has \(iterations)",
          remedy: "leave K out: it is then chosen for T"))
    }
    if !(options.percentile > 0 && options.percentile <= 100) {
      findings.append(
        .option(
          "needs a percentile above 0 and up to 100, has \(options.percentile)",
          remedy: "leave it at 99.9"))
    }
    if options.readout == .spikeCounts, options.method.code != .rate {
      findings.append(
        .option(
          "needs outputs whose potentials are read for \(options.method.code.rawValue) codes, has a readout by "
            + "spike counts",
          remedy: "choose a method of rate codes, or a chip that gives potentials"))
    }
    if options.reset == .hard, options.method.code != .rate {
      findings.append(
        .option(
          "needs soft reset for \(options.method.code.rawValue) codes, has hard reset",
          remedy: "choose a method of rate codes ("
            + ConversionMethod.allCases.filter { $0.code == .rate }.map(\.rawValue)
            .joined(separator: ", ") + "), or --reset soft and a chip that has it"))
    }
    if options.coding == .spikes {
      findings.append(
        .option(
          "needs coding 'direct', 'rate' or 'poisson', has 'spikes'",
          remedy: "rasters of spikes are for networks that are spiking by birth"))
    }
    if options.coding == .poisson, options.method.code != .rate {
      findings.append(
        .option(
          "needs coding 'direct' or 'rate' for \(options.method.code.rawValue) codes, has 'poisson'",
          remedy: "spikes drawn at random say a rate: choose a method of rate codes ("
            + ConversionMethod.allCases.filter { $0.code == .rate }.map(\.rawValue)
            .joined(separator: ", ") + "), or another --coding"))
    }
    return findings
  }

  private static func write(
    _ network: Network, draft: DraftNetwork, outcome: MethodOutcome, samples: CalibrationSet,
    plan: InputPlan, options: ConversionOptions
  ) throws(DiagnosticsError) -> SpikingNetwork {
    let emission = Emission(
      draft: draft, outcome: outcome, inputShape: plan.layout.map,
      inputPeak: samples.peak, hasNegativeInput: samples.hasNegative,
      inputMeans: samples.meanParts, inputName: network[network.inputs[0]].name,
      coding: options.coding, inputReset: options.inputReset)
    let written: (projections: [Projection], frontEnd: [FrontEndProjection])
    do {
      written = try emission.projections()
    } catch {
      throw DiagnosticsError(
        .option(
          "needs maps of at most \(RegionLimit.maximumEntries) weights, one has \(error.entries)",
          remedy: "use a smaller network"))
    }
    let check = ForwardCheck(
      draft, outcome.populations, samples: samples, inputCount: plan.layout.count)
    var spiking = SpikingNetwork(
      name: network.name, method: options.method.rawValue,
      input: InputSpecification(
        shape: plan.layout.map, preprocessing: options.preprocessing,
        samplesAreBytes: options.samplesAreBytes, calibratedPeak: samples.peak),
      coding: options.coding, timesteps: outcome.timesteps, readoutStart: outcome.readoutStart,
      code: outcome.code, populations: emission.populations(), projections: written.projections,
      frontEnd: written.frontEnd, outputs: emission.outputs(), annLayers: check.costs,
      remarks: drawn(options, samples) + remarks(draft, outcome, samples) + check.remarks)
    spiking.readout = options.readout
    if options.coding == .poisson { spiking.seed = options.seed }
    return spiking
  }

  /// What is drawn at random, for reports.
  private static func drawn(_ options: ConversionOptions, _ samples: CalibrationSet) -> [String] {
    guard options.coding == .poisson else { return [] }
    return [
      "input coding poisson: in each step an input neuron fires with probability |x| / \(samples.peak), drawn by the host"
        + " (seed \(options.seed)); thresholds are those of coding rate, whose spikes are as many on average"
    ]
  }

  private static func remarks(
    _ draft: DraftNetwork, _ outcome: MethodOutcome, _ samples: CalibrationSet
  ) -> [String] {
    var remarks = outcome.remarks
    if samples.count < samples.given {
      remarks.append("\(samples.given - samples.count) further calibration samples not used")
    }
    remarks += draft.remarks + draft.resetRemarks(outcome)
    let dead = zip(draft.populations, outcome.populations).filter { $0.1.deadChannels > 0 }
    if !dead.isEmpty {
      let total = dead.reduce(0) { $0 + $1.1.deadChannels }
      let list = dead.prefix(8).map { "\($0.0.name): \($0.1.deadChannels)" }
      remarks.append(
        "\(total) channels never fired in calibration (\(list.joined(separator: ", "))); "
          + "their threshold is the median of their population")
    }
    return remarks
  }
}
