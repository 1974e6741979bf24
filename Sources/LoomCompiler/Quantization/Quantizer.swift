public import LoomBase
public import LoomHardware
import LoomImage
public import LoomNetwork

/// Stage 3: a spiking network in the integers of one profile's formats.
///
/// Scales are per target channel: the threshold of a channel is chosen so that its largest weight takes
/// the largest mantissa, and every other number of the channel follows (conversion.md §0).
/// Before: θ = 1.7, weights up to 0.31. After: θ = m·2^e, mantissas up to 127, one shift.
public enum Quantizer {
  /// Quantizes a network for a profile; throws every finding at once.
  ///
  /// For an asynchronous profile the result's schedule is `asynchronous`: what such a chip cannot order (joins,
  /// delays, cycles) is refused here. Networks with `isInteger` are not changed, but for one power of two over all numbers where the chip's
  /// thresholds need it; what the formats cannot hold exactly is an error.
  public static func quantize(
    _ network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> (network: FixedPointNetwork, report: QuantizationReport) {
    do {
      return try quantized(network, profile: profile)
    } catch {
      throw OriginNotes.added(to: error, network.populations.map { ($0.name, $0.origin) })
    }
  }

  private static func quantized(
    _ network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> (network: FixedPointNetwork, report: QuantizationReport) {
    let structure = FrontEndQuantization.findings(network)
    guard structure.isEmpty else { throw DiagnosticsError(.badInput, structure) }
    let network = try RaisedThresholds.network(
      try EventCheck.scheduled(network, profile: profile), profile: profile)
    let input = try QuantizationInput.collect(network, profile: profile)
    if network.isInteger {
      let findings = IntegerCheck.findings(input)
      if findings.contains(where: { $0.severity == .error }) {
        guard let moved = try scaledIntegers(network, profile) else {
          throw DiagnosticsError(.doesNotFit, findings)
        }
        return moved
      }
    }
    var pass = QuantizationPass(input)
    return try pass.run()
  }

  /// The integer network moved onto the chip's threshold grid; nil if that is not exact either.
  private static func scaledIntegers(
    _ network: SpikingNetwork, _ profile: Profile
  ) throws(DiagnosticsError) -> (network: FixedPointNetwork, report: QuantizationReport)? {
    guard let scaled = IntegerScaling.scaled(network, profile: profile) else { return nil }
    let input = try QuantizationInput.collect(scaled, profile: profile)
    guard !IntegerCheck.findings(input).contains(where: { $0.severity == .error }) else {
      return nil
    }
    var pass = QuantizationPass(input)
    var result = try pass.run()
    result.report.diagnostics.append(IntegerScaling.remark(profile))
    return result
  }
}

/// Runs the steps of quantization and collects the report.
struct QuantizationPass {
  let input: QuantizationInput
  var scales: [PopulationScale] = []
  var projections: [FixedProjection] = []
  var projectionReports: [ProjectionQuantization] = []
  /// The largest sum of positive currents of one neuron, by population and channel.
  var positive: [[Int64]]
  var diagnostics: [Diagnostic] = []

  init(_ input: QuantizationInput) {
    self.input = input
    positive = input.network.populations.map {
      [Int64](repeating: 0, count: $0.shape.channels)
    }
  }

  mutating func run() throws(DiagnosticsError)
    -> (network: FixedPointNetwork, report: QuantizationReport)
  {
    let network = input.network
    scales = network.populations.indices.map { index in
      network.isInteger
        ? PopulationScale(
          scales: [Double](repeating: 1, count: network.populations[index].shape.channels),
          main: nil, shift: 0)
        : PopulationScale.choose(index, of: input.formats(of: index))
    }
    if !network.isInteger { ReadoutScale.unify(&scales, of: input) }
    if let window = network.window { try settle(window) }
    for index in network.projections.indices { quantizeProjection(index) }
    let frontEnd = FrontEndQuantization(input)
    let fixedFrontEnd = network.frontEnd.indices.map { quantizeFrontEnd($0, frontEnd) }
    let populations = network.populations.indices.map { quantizePopulation($0) }
    diagnostics += HostPopulations.remarks(populations, of: network, profile: input.profile)
    var fixed = FixedPointNetwork(
      name: network.name, method: network.method, profileName: input.profile.name,
      input: network.input, inputQuantization: frontEnd.quantization, coding: network.coding,
      timesteps: network.timesteps, readoutStart: network.readoutStart, schedule: network.schedule,
      code: network.code, populations: populations, projections: projections,
      frontEnd: fixedFrontEnd,
      outputs: network.outputs)
    fixed.readout = network.readout
    fixed.seed = network.seed
    let reports = populations.indices.map { report(populations[$0], index: $0) }
    return (
      fixed,
      QuantizationReport(
        largestMantissa: input.profile.weight.mantissaLimit, projections: projectionReports,
        populations: reports, diagnostics: diagnostics + EventCheck.remarks(network))
    )
  }

  /// The mantissas of a projection at the scales chosen so far.
  func quantized(_ index: Int) -> WeightQuantization {
    let target = input.network.projections[index].target.index
    return WeightQuantization(
      weights: input.weights[index], rows: input.rows[index], scales: scales[target].scales,
      shifts: shifts(index, target: target), format: input.profile.weight)
  }

  private mutating func quantizeProjection(_ index: Int) {
    let projection = input.network.projections[index]
    let target = projection.target.index
    let quantized = quantized(index)
    for channel in positive[target].indices {
      positive[target][channel] += quantized.positive[channel]
    }
    projections.append(
      FixedProjection(
        source: projection.source, target: projection.target,
        connectivity: projection.connectivity, weights: quantized.mantissas,
        shifts: quantized.shifts, site: projection.site, alignedDelay: projection.alignedDelay,
        origin: projection.origin))
    let names = input.network.populations
    let entry = ProjectionQuantization(
      name: "\(names[projection.source.index].name) → \(names[target].name)",
      shifts: quantized.shifts.map { Int($0) }, levels: quantized.levels,
      saturated: quantized.saturated, roundedToZero: quantized.roundedToZero)
    projectionReports.append(entry)
    warn(entry, layer: names[target].name)
  }

  private mutating func warn(_ entry: ProjectionQuantization, layer: String) {
    let saturated = entry.saturated.reduce(0, +)
    if saturated > 0, !NarrowWeights.clips(input) {
      diagnostics.append(
        Diagnostic(
          .warning, "SL3020",
          "needs larger weights than the format holds, has \(saturated) clamped",
          at: .layer(layer)))
    }
    let used = entry.levels.filter { $0 > 0 }
    if let fewest = used.min(), fewest < 32, input.profile.weight.bits >= 8,
      !input.network.isInteger
    {
      diagnostics.append(
        Diagnostic(
          .remark, "SL3021",
          "needs \(input.profile.weight.mantissaLimit) levels, has \(fewest) in one channel of "
            + entry.name, at: .layer(layer)))
    }
  }

  private func shifts(_ index: Int, target: Int) -> [Int] {
    if input.network.isInteger {
      return IntegerShifts.choose(input, index) ?? [input.profile.weight.minimumShift]
    }
    guard let main = scales[target].main, !sharesKernel(index, main),
      !input.profile.core.synapses.hasBinaryCells
    else { return [scales[target].shift] }
    let projection = input.network.projections[index]
    return ShiftChoice.choose(
      largest: input.currents[index].largest, scales: scales[target].scales,
      format: input.profile.weight,
      meetsFewTargets: ShiftChoice.meetsFewTargets(
        projection.connectivity, source: input.network.populations[projection.source.index].shape,
        target: input.network.populations[target].shape))
  }

  /// Whether a projection is the main one or the same kernel on another site of a comparator.
  private func sharesKernel(_ index: Int, _ main: Int) -> Bool {
    guard index != main else { return true }
    let sites = input.network.populations[input.network.projections[main].target.index].sites
    return sites > 1 && input.weights[index] == input.weights[main]
  }

  /// Whether the bias of a population is folded into its front ends: all sites have one.
  private func foldsBias(_ population: Int) -> Bool {
    let sites = Set(input.frontEnds[population].map { input.network.frontEnd[$0].site })
    return sites.count == input.network.populations[population].sites
  }

  func quantizeFrontEnd(_ index: Int, _ frontEnd: FrontEndQuantization) -> FixedFrontEnd {
    let projection = input.network.frontEnd[index]
    let target = projection.target.index
    let isFirst =
      input.frontEnds[target].first { input.network.frontEnd[$0].site == projection.site } == index
    let bias = isFirst && foldsBias(target) ? input.network.populations[target].bias : nil
    let frontEnd =
      input.onHost.contains(target)
      ? FrontEndQuantization(input.formats(of: target)) : frontEnd
    return frontEnd.quantize(projection, scales: scales[target].scales, bias: bias)
  }

  func quantizePopulation(_ index: Int) -> FixedPopulation {
    let input = input.formats(of: index)
    let population = input.network.populations[index]
    let scales = scales[index].scales
    let isInput = population.role == .input
    let threshold = PotentialQuantization.thresholds(
      population, scales: scales, profile: input.profile)
    let bias =
      isInput || foldsBias(index)
      ? .uniform(0) : PotentialQuantization.biases(index, scales: scales, input: input)
    let start =
      isInput
      ? .uniform(0)
      : PotentialQuantization.belowThreshold(
        PotentialQuantization.initialPotentials(
          population, scales: scales, profile: input.profile, bits: input.potentialBits),
        threshold, population, neuron: input.profile.neuron)
    var result = FixedPopulation(
      name: population.name, shape: population.shape, role: population.role,
      threshold: threshold,
      initialPotential: PrechargeRoom(index, input).lowered(
        start, threshold: threshold, bias: bias),
      bias: bias, reset: population.reset,
      comparison: PotentialQuantization.comparison(population, neuron: input.profile.neuron),
      sites: population.sites, potentialBits: input.potentialBits, scale: scales,
      origin: population.origin, isOnHost: input.onHost.contains(index))
    result.scoreOffset = population.scoreOffset.map { Double($0) }
    return result
  }

  private func report(_ population: FixedPopulation, index: Int) -> PopulationQuantization {
    let driven = !input.frontEnds[index].isEmpty
    let silent = SilentNeurons.count(
      population, positive: positive[index], driven: driven, timesteps: input.network.timesteps,
      window: input.network.window)
    let thresholds: [Int32] =
      switch population.threshold {
      case .uniform(let value): [value]
      case .perChannel(let list), .perNeuron(let list): list
      }
    let largest = Int(thresholds.max() ?? 0)
    return PopulationQuantization(
      name: population.name, silentNeurons: silent,
      distinctThresholds: population.role == .hidden ? Set(thresholds).count : 0,
      thresholds: Int(thresholds.min() ?? 0)...largest,
      scales: (population.scale.min() ?? 1)...(population.scale.max() ?? 1),
      headRoom: largest > 0 ? input.formats(of: index).potentialLimit / Double(largest) : 0)
  }
}
