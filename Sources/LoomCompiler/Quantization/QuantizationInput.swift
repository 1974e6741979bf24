import LoomBase
import LoomHardware
import LoomNetwork

/// A spiking network with everything about it that several steps of quantization ask for.
struct QuantizationInput {
  /// The network; its thresholds are those of the chip's registers (ttfs: λ/T).
  let network: SpikingNetwork
  private(set) var profile: Profile
  /// The populations that the host integrates.
  let onHost: Set<Int>
  /// The start of every population.
  let starts: [Int]
  /// Weights with the source's amplitude folded in (window codes: of a spike of code 1), by projection.
  let weights: [[Float]]
  /// Rows of those weights, by projection.
  let rows: [WeightRows]
  /// Sums of those weights, by projection.
  let currents: [ChannelCurrents]
  /// The projections onto each population.
  let incoming: [[Int]]
  /// The front-end projections onto each population.
  let frontEnds: [[Int]]

  /// Collects; the findings are empty if and only if the rest may be used.
  static func collect(
    _ network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> QuantizationInput {
    let structure = NetworkCheck.findings(network)
    guard structure.isEmpty else { throw DiagnosticsError(.badInput, structure) }
    let code = CodeCheck.findings(code: network.code, profile: profile)
    guard code.isEmpty else { throw DiagnosticsError(.doesNotFit, code) }
    var findings = WindowCheck.findings(network)
    findings += CapabilityCheck.findings(network, profile: profile)
    let onHost = HostPopulations.choose(network, profile: profile).populations
    let schedule = StartSchedule.starts(of: network, onHost: onHost)
    if !schedule.cycle.isEmpty {
      findings.append(cycleFinding(schedule.cycle.map { network.populations[$0].name }))
    }
    let weights = fold(network, &findings)
    guard findings.isEmpty else { throw DiagnosticsError(.doesNotFit, findings) }
    return QuantizationInput(
      network.withRegisterThresholds, profile, starts: schedule.starts, weights: weights,
      onHost: onHost)
  }

  /// The finding about a cycle that is too fast.
  static func cycleFinding(_ names: [String]) -> Diagnostic {
    Diagnostic(
      .error, "SL3007",
      "needs aligned delays that sum to at least the number of projections of a cycle, has fewer",
      at: .layer(names.first ?? ""),
      notes: ["populations on or behind the cycle: " + names.prefix(8).joined(separator: ", ")],
      remedy: "give the recurrent projections a delay of at least one step each")
  }

  private static func fold(
    _ network: SpikingNetwork, _ findings: inout [Diagnostic]
  ) -> [[Float]] {
    var result: [[Float]] = []
    for projection in network.projections {
      let source = network.populations[projection.source.index]
      let target = network.populations[projection.target.index]
      if let weights = EffectiveWeights.fold(projection, source: source, target: target) {
        result.append(perCode(weights, network.window))
      } else {
        result.append([])
        findings.append(
          Diagnostic(
            .error, "SL3008",
            "needs one threshold per channel before a convolution, has one per neuron",
            at: .layer(source.name),
            remedy: "convert with thresholds per channel"))
      }
    }
    return result
  }

  /// Weights for codes counted in whole numbers: before, of a source at full scale; after, of code 1.
  private static func perCode(_ weights: [Float], _ window: WindowCode?) -> [Float] {
    guard let window else { return weights }
    let codes = Float(window.codesOfFullScale)
    return weights.map { $0 / codes }
  }

  private init(
    _ network: SpikingNetwork, _ profile: Profile, starts: [Int], weights: [[Float]],
    onHost: Set<Int>
  ) {
    self.network = network
    self.profile = profile
    self.onHost = onHost
    self.starts = starts
    self.weights = weights
    var incoming = [[Int]](repeating: [], count: network.populations.count)
    var frontEnds = incoming
    var rows: [WeightRows] = []
    var currents: [ChannelCurrents] = []
    for (index, projection) in network.projections.enumerated() {
      let target = network.populations[projection.target.index].shape
      let source = network.populations[projection.source.index].shape
      let cut = WeightRows(projection.connectivity, source: source, target: target)
      currents.append(
        ChannelCurrents(weights: weights[index], rows: cut, channels: target.channels))
      rows.append(cut)
      incoming[projection.target.index].append(index)
    }
    for (index, projection) in network.frontEnd.enumerated() {
      frontEnds[projection.target.index].append(index)
    }
    self.incoming = incoming
    self.frontEnds = frontEnds
    self.rows = rows
    self.currents = currents
  }

  /// The same with the formats a population's neurons have: the chip's, or the host's.
  func formats(of population: Int) -> QuantizationInput {
    guard onHost.contains(population) else { return self }
    var copy = self
    copy.profile = profile.withHostNeurons
    return copy
  }

  /// The magnitude a potential can hold.
  var potentialLimit: Double { Double(FixedPoint.maximum(bits: potentialBits)) }

  /// The width of potentials.
  var potentialBits: Int { min(max(profile.neuron.potentialBits, 2), 32) }

  /// How the biases of a population act.
  func biasPath(_ population: Int) -> BiasPath {
    BiasPath.choose(
      role: network.populations[population].role, start: starts[population],
      schedule: network.schedule, readoutStart: network.readoutStart, profile: profile)
  }

  /// The largest |bias| a population can get.
  func biasLimit(_ population: Int) -> Double {
    if biasPath(population) == .gate {
      return Double(profile.weight.mantissaLimit * HostGate.planes(profile))
        * powerOfTwo(profile.weight.maximumShift)
    }
    guard profile.bias.mantissaBits > 0 else { return potentialLimit }
    return Double((1 << min(profile.bias.mantissaBits, 40)) - 1)
      * powerOfTwo(min(profile.bias.maximumExponent, 40))
  }
}

/// 2 to the power of a small integer.
func powerOfTwo(_ exponent: Int) -> Double {
  Double(sign: .plus, exponent: exponent, significand: 1)
}
