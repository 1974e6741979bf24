public import LoomBase
public import LoomHardware
import LoomImage
public import LoomNetwork

/// Sizes a network on a chip: stages 3 and 4 as far as geometry decides them.
///
/// Lowering and the cut into cores are the compiler's own; weights and thresholds are not looked at, unless
/// the network has been calibrated. No image is made, nothing is placed.
public enum Sizer {
  /// Sizes an outlined network (`Converter.outline`).
  public static func size(_ outline: SpikingNetwork, profile: Profile) -> ChipSizing {
    let capabilities = capabilities(outline, profile)
    func sizing(sharesThresholds: Bool) -> ChipSizing {
      size(
        WeightlessNetwork(
          network: outline, profile: profile, sharesThresholds: sharesThresholds
        ).fixed(), profile: profile, violations: capabilities, activity: nil)
    }
    let apart = sizing(sharesThresholds: false)
    guard !apart.fits, profile.neuron.distinctThresholds > 0 else { return apart }
    // Thresholds are not known yet: only what does not fit whatever they are is refused.
    let shared = sizing(sharesThresholds: true)
    return shared.fits ? shared : apart
  }

  /// Sizes an outlined network by interior tiles alone, as is done for large ones.
  package static func estimate(_ outline: SpikingNetwork, profile: Profile) -> ChipSizing {
    size(
      WeightlessNetwork(network: outline, profile: profile).fixed(), profile: profile,
      violations: capabilities(outline, profile), activity: nil, isExact: false)
  }

  /// Sizes a calibrated network: quantized for the chip, so that the cut is the one a compile makes.
  ///
  /// - Throws: `DiagnosticsError` of kind `badInput` where the network itself is at fault; what only the
  ///   chip refuses becomes a violation.
  public static func size(
    calibrated network: SpikingNetwork, profile: Profile
  ) throws(DiagnosticsError) -> ChipSizing {
    let activity = network.populations.map { Double($0.expectedRate) }
    do throws(DiagnosticsError) {
      let fixed = try Quantizer.quantize(network, profile: profile).network
      let violations = FormatCheck.findings(fixed, profile: profile).map(capability)
      return size(fixed, profile: profile, violations: violations, activity: activity)
    } catch {
      guard error.kind == .doesNotFit else { throw error }
      let fixed = WeightlessNetwork(network: network, profile: profile).fixed()
      return size(
        fixed, profile: profile, violations: error.diagnostics.map(capability), activity: activity)
    }
  }

  private static func capabilities(
    _ network: SpikingNetwork, _ profile: Profile
  ) -> [SizingViolation] {
    // Outputs whose potentials the chip does not give would be counted (`CountReadout`), if the code allows it.
    let findings =
      CodeCheck.findings(code: network.code, profile: profile)
      + CapabilityCheck.findings(network, profile: profile).filter {
        $0.code != "SL3006" || network.code != .rate
      }
    return findings.map(capability)
  }

  /// A finding about what a chip can do rather than how much it holds.
  static func capability(_ finding: Diagnostic) -> SizingViolation {
    var layer: String?
    if case .layer(let name) = finding.anchor, !name.isEmpty { layer = name }
    return SizingViolation(
      resource: "capability", layer: layer, needs: nil, has: nil, diagnostic: finding)
  }

  private static func size(
    _ network: FixedPointNetwork, profile: Profile, violations: [SizingViolation],
    activity: [Double]?, isExact: Bool = true
  ) -> ChipSizing {
    if case .sharedKernels(let format) = profile.core.synapses {
      return KernelSizing(network: network, format: format, profile: profile)
        .size(violations: violations, activity: activity)
    }
    let lowering = Lowering.attempt(network, profile: profile)
    let builder = TileBuilder(lowering.result, profile)
    let summary = SizingSummary(
      builder: builder, activity: activity, timesteps: network.timesteps)
    let spikes = ExpectedSpikes.perNeuron(
      lowering.result, activity: activity, timesteps: network.timesteps
    ).map { $0[0] }
    let cut =
      isExact ? cut(lowering, builder, spikes: spikes) : InteriorCut.cut(builder, offChip: false)
    return summary.sizing(cut, violations: violations + lowering.findings.map(capability))
  }

  /// Compartments (and crossbar columns) beyond which layers are sized by one interior tile each.
  private static let exactCompartments = (packed: 1_000_000, crossbar: 200_000)

  /// The compiler's own cut where it makes one, else as much of it as there is.
  private static func cut(
    _ lowering: Lowering, _ builder: TileBuilder, spikes: [Double]
  ) -> LayerCut {
    let network = lowering.result
    let profile = lowering.profile
    let compartments = network.populations.reduce(0) { $0 + $1.compartments }
    let onChip = profile.topology.coresPerChip
    let isLarge = compartments > onChip * profile.core.neurons
    var limit = exactCompartments.packed
    if case .crossbar = profile.core.synapses { limit = exactCompartments.crossbar }
    guard compartments <= limit else { return InteriorCut.cut(builder, offChip: isLarge) }
    if lowering.findings.isEmpty,
      let partition = try? Partition.make(
        network, profile: profile, options: CompilerOptions(), spikes: spikes)
    {
      return LayerCut(partition, populations: network.populations.count)
    }
    // On more chips than there are: how many cores it would take, shared as a compile shares them.
    var roomy = profile
    roomy.topology.maximumChips = max(profile.topology.maximumChips, 1 << 16)
    if lowering.findings.isEmpty,
      let partition = try? Partition.make(
        network, profile: roomy, options: CompilerOptions(), spikes: spikes)
    {
      return LayerCut(partition, populations: network.populations.count)
    }
    let cut = LayerCut(builder, offChip: isLarge)
    guard !isLarge, profile.core.axonsOutOffChip > 0, cut.cores?.count ?? 0 > onChip else {
      return cut
    }
    return LayerCut(builder, offChip: true)
  }
}
