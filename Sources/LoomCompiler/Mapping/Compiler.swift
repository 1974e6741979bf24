public import LoomBase
public import LoomHardware
public import LoomImage
public import LoomNetwork

/// Stages 4 and 5: lower, partition, place, route, emit.
public enum Compiler {
  /// Maps a fixed-point network onto a chip; throws every finding of a stage at once.
  ///
  /// The image is a function of the arguments alone. `remarks` go into the provenance as they are.
  public static func compile(
    _ network: FixedPointNetwork, profile: Profile, options: CompilerOptions = CompilerOptions(),
    remarks: [String] = []
  ) throws(DiagnosticsError) -> (image: HardwareImage, report: MappingReport) {
    do {
      return try mapped(network, profile: profile, options: options, remarks: remarks)
    } catch {
      throw OriginNotes.added(to: error, network.populations.map { ($0.name, $0.origin) })
    }
  }

  private static func mapped(
    _ network: FixedPointNetwork, profile: Profile, options: CompilerOptions, remarks: [String]
  ) throws(DiagnosticsError) -> (image: HardwareImage, report: MappingReport) {
    var structure = NetworkCheck.findings(network)
    if structure.isEmpty { structure = WindowCheck.findings(network) }
    guard structure.isEmpty else { throw DiagnosticsError(.badInput, structure) }
    let formats = FormatCheck.findings(network, profile: profile)
    guard formats.isEmpty else { throw DiagnosticsError(.doesNotFit, formats) }
    if network.schedule == .asynchronous || profile.synchronisation == .asynchronous {
      return try SharedKernelMapping(
        network: network, profile: profile, options: options, remarks: remarks
      ).compile()
    }
    let lowering = Lowering.attempt(network, profile: profile)
    // What no lowering helps comes first, and alone.
    try AxonFanIn.check(lowering.result, profile: profile)
    guard lowering.findings.isEmpty else {
      throw DiagnosticsError(.doesNotFit, typesFirst(lowering.findings))
    }
    let spikes = ExpectedSpikes.perNeuron(
      lowering.result, activity: options.activity, timesteps: network.timesteps)
    let mapping = try GraphMapping.make(
      lowering.result, driven: Set(network.frontEnd.map(\.target.index)), profile: profile,
      options: options, spikes: spikes.map { $0[0] })
    let (lowered, partition) = (mapping.lowered, mapping.partition)
    var image = Emission(
      network: network, lowered: lowered, profile: profile, options: options, remarks: remarks
    ).image(partition)
    let placement = Placement.make(
      CoreTraffic(image, spikes: spikes, multicast: profile.routing.multicast),
      profile.topology, options: options,
      order: CoreOrder.byMap(image), fixed: partition.positions)
    for core in image.cores.indices { image.cores[core].position = placement.positions[core] }
    let limits = LimitCheck(
      image: image, profile: profile, names: lowered.populations.map(\.name)
    ).findings()
    guard limits.isEmpty else { throw DiagnosticsError(.doesNotFit, limits) }
    var report = MappingSummary(
      lowered: lowered, profile: profile, partition: partition, placement: placement.report
    ).report(image)
    report.tables = try RoutingTableCheck.checked(image, profile)
    report.renumbered = mapping.renumbered
    return (image, report)
  }

  /// Where axon types are too few, what else there is follows from it or comes after it: notes of one finding.
  private static func typesFirst(_ findings: [Diagnostic]) -> [Diagnostic] {
    guard var first = findings.first(where: { $0.code == "SL4013" }) else { return findings }
    first.notes += findings.filter { $0 != first }.map { "also \($0.description)" }
    return [first]
  }
}
