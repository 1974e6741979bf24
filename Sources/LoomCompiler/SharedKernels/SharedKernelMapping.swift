import LoomBase
import LoomHardware
import LoomImage
import LoomNetwork

/// Maps a network onto an asynchronous chip whose cores hold one layer each (Speck, DYNAP-CNN).
///
/// Before: a chain of convolutions and dense layers. After: each layer whole on a core that holds its kernel
/// and its neurons, all delays 0, the image asynchronous. Where cores differ, layers are matched to them.
struct SharedKernelMapping {
  let network: FixedPointNetwork
  let profile: Profile
  let options: CompilerOptions
  let remarks: [String]

  /// The image; throws every finding of a stage at once.
  func compile() throws(DiagnosticsError) -> (image: HardwareImage, report: MappingReport) {
    let format = try sharedKernels()
    if let pin = options.pins.first {
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4054",
            "pin 0 needs cores that hold a part of a layer, has cores of whole layers on \(profile.name)",
            at: .layer(pin.layer), remedy: "leave --mapping out")
        ])
    }
    let wiring = EventCheck.findings(network)
    guard wiring.isEmpty else { throw DiagnosticsError(.doesNotFit, wiring) }
    let plain = network.projections.map { projection in
      FullKernel.expand(
        projection, sources: network.populations[projection.source.index].shape.channels,
        targets: network.populations[projection.target.index].shape.channels)
    }
    var check = KernelCheck(network, format, profile)
    check.run(plain)
    guard check.findings.isEmpty else { throw DiagnosticsError(.doesNotFit, check.findings) }
    let names = network.populations.map(\.name)
    let positions = try KernelAssignment(
      network: names, demands: check.demands, profile: profile
    ).positions()
    let lowered = lower(plain.compactMap(\.self))
    let partition = partition(lowered, check.demands)
    var image = Emission(
      network: network, lowered: lowered, profile: profile, options: options, remarks: remarks
    ).image(partition)
    for core in image.cores.indices { image.cores[core].position = positions[core] }
    let limits = LimitCheck(image: image, profile: profile, names: names).findings()
    guard limits.isEmpty else { throw DiagnosticsError(.doesNotFit, limits) }
    let report = MappingSummary(
      lowered: lowered, profile: profile, partition: partition, placement: hops(image, lowered)
    ).report(image)
    return (image, report)
  }

  /// The format of the cores; throws if network and chip do not go together.
  private func sharedKernels() throws(DiagnosticsError) -> SharedKernelFormat {
    guard profile.synchronisation == .asynchronous, network.schedule == .asynchronous else {
      let has = "synchronisation '\(profile.synchronisation.rawValue)'"
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4050",
            "needs a network and a chip that are both asynchronous, has the schedule '\(network.schedule.rawValue)' and \(has)",
            at: .jsonPointer(file: profile.name, pointer: "/synchronisation"),
            remedy: "quantize the network for \(profile.name)")
        ])
    }
    guard case .sharedKernels(let format) = profile.core.synapses else {
      throw DiagnosticsError(
        .doesNotFit,
        [
          Diagnostic(
            .error, "SL4050",
            "needs cores with shared kernels on an asynchronous chip, has another storage of synapses",
            at: .jsonPointer(file: profile.name, pointer: "/core/synapses/kind"),
            notes: [
              "a layer cut over several cores would take spikes in an order that depends on durations"
            ])
        ])
    }
    return format
  }

  private func lower(_ projections: [FixedProjection]) -> LoweredNetwork {
    var lowered = LoweredNetwork()
    lowered.populations = network.populations.map { population in
      let role = population.imageRole
      return LoweredPopulation(
        name: population.name,
        image: ImagePopulation(
          shape: population.shape, role: role,
          reset: population.role == .hidden && population.reset == .soft ? .soft : .hard,
          firesOnGreaterOnly: population.comparison == .greater,
          potentialBits: population.potentialBits, sites: 1, start: 0,
          activeSteps: 0..<network.timesteps, compartments: 1),
        threshold: population.threshold, initialPotential: population.initialPotential,
        bias: population.bias, scale: population.scale, origin: population.origin)
    }
    for projection in projections {
      let order = TemplateOrder.template(
        projection, source: network.populations[projection.source.index].shape,
        target: network.populations[projection.target.index].shape)
      lowered.add(
        SynapseTemplate(
          kind: order.kind, source: projection.source.index, target: projection.target.index,
          weights: order.weights, shifts: projection.shifts, site: 0, isLowering: false),
        delay: 0, origin: projection.origin)
    }
    return lowered
  }

  private func partition(_ lowered: LoweredNetwork, _ demands: [KernelDemand]) -> Partition {
    let builder = TileBuilder(lowered, profile)
    let cores = demands.map { demand -> [Tile] in
      let shape = network.populations[demand.population].shape
      var tile = builder.tile(demand.population, MapBox(shape))
      tile.words = demand.kernelWords
      return [tile]
    }
    return Partition(cores: cores, positions: cores.map { _ in nil })
  }

  /// What the places cost: nothing within a tile.
  private func hops(_ image: HardwareImage, _ lowered: LoweredNetwork) -> PlacementReport {
    let traffic = CoreTraffic(
      image,
      spikes: ExpectedSpikes.perNeuron(
        lowered, activity: options.activity, timesteps: network.timesteps))
    var report = PlacementReport(
      choice: .hilbert, packetHops: 0, chipHops: 0, busiestLink: 0, moves: 0)
    for flow in traffic.flows {
      let path = MeshHops(
        from: image.cores[flow.source].position, to: image.cores[flow.target].position,
        profile.topology)
      report.packetHops += flow.packets * Double(path.total)
      report.chipHops += flow.packets * Double(path.betweenChips)
      if path.total > 0 { report.busiestLink = max(report.busiestLink, flow.packets) }
    }
    return report
  }
}
