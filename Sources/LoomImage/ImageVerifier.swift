public import LoomBase
public import LoomHardware

/// Semantic invariants of an image: whether it can mean what a compiler meant.
///
/// Checksums say that bytes are as they were written; these checks say that what was written hangs
/// together. Codes: SL5101 partition, SL5102 routes, SL5103 delays, SL5104 currents, SL5105 neurons,
/// SL5106 placement, SL5107 limits, SL5108 formats, SL5109 schedule and structure, SL5110 neural codes,
/// SL5111 partial sums, SL5120 asynchronous images.
public enum ImageVerifier {
  /// All findings; those about limits and formats only with a profile.
  ///
  /// An image whose structure is broken (`ImageStructure`) is not looked at further.
  public static func check(_ image: HardwareImage, profile: Profile?) -> [Diagnostic] {
    let broken = ImageStructure.findings(image)
    if !broken.isEmpty { return broken }
    var findings = partitionFindings(image)
    findings += routeFindings(image)
    findings += delayFindings(image)
    findings += currentFindings(image)
    findings += neuronFindings(image)
    findings += codeFindings(image)
    findings += sumFindings(image)
    findings += asynchronousFindings(image)
    guard let profile else { return findings }
    if image.structureDigest != profile.structureDigest {
      findings.append(
        Diagnostic(
          .error, "SL5109",
          "needs the structure of profile '\(image.profileName)' (\(image.structureDigest)), has '\(profile.name)' (\(profile.structureDigest))"
        ))
    }
    findings += placementFindings(image, profile)
    findings += limitFindings(image, profile)
    findings += formatFindings(image, profile)
    return findings
  }

  /// Every neuron of every population stands on exactly one core.
  static func partitionFindings(_ image: HardwareImage) -> [Diagnostic] {
    var owners = image.populations.map {
      [UInt8](repeating: 0, count: $0.role.isOnCores ? $0.shape.count : 0)
    }
    for core in image.cores {
      for slice in core.slices {
        let shape = image.populations[slice.population].shape
        for row in slice.box.rows {
          for column in slice.box.columns {
            let base = (row * shape.width + column) * shape.channels
            for channel in slice.box.channels {
              owners[slice.population][base + channel] |=
                owners[slice.population][base + channel] == 0 ? 1 : 2
            }
          }
        }
      }
    }
    return owners.enumerated().compactMap { population, counts in
      guard let neuron = counts.firstIndex(where: { $0 != 1 }) else { return nil }
      return Diagnostic(
        .error, "SL5101",
        "population \(population) needs each neuron on one core, has neuron \(neuron) on \(counts[neuron] == 0 ? "none" : "several")"
      )
    }
  }

  /// Thresholds and initial potentials are such that a neuron can work.
  package static func neuronFindings(_ image: HardwareImage) -> [Diagnostic] {
    let onHost = image.hostNeurons.flatMap { neuronFindings($0, image, .none) }
    return image.cores.enumerated().reduce(onHost) { findings, core in
      findings
        + core.element.slices.flatMap { neuronFindings($0, image, .core(core.offset)) }
    }
  }

  private static func neuronFindings(
    _ slice: NeuronSlice, _ image: HardwareImage, _ anchor: Anchor
  ) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    let population = image.populations[slice.population]
    let highest = FixedPoint.maximum(bits: population.potentialBits)
    let lowest = FixedPoint.minimum(bits: population.potentialBits)
    if population.role.hasThreshold, let least = slice.thresholds.all.min(), least < 0 {
      findings.append(
        Diagnostic(
          .error, "SL5105",
          "population \(slice.population) needs thresholds of 0 or more, has \(least)", at: anchor))
    }
    let initial = slice.initialPotentials.all
    if let value = initial.first(where: { Int64($0) > highest || Int64($0) < lowest }) {
      findings.append(
        Diagnostic(
          .error, "SL5105",
          "population \(slice.population) needs initial potentials of \(population.potentialBits) bits, has \(value)",
          at: anchor))
    }
    return findings
  }

  /// Cores stand on the mesh, each in a place of its own.
  package static func placementFindings(
    _ image: HardwareImage, _ profile: Profile
  ) -> [Diagnostic] {
    let topology = profile.topology
    var findings: [Diagnostic] = []
    var taken: Set<CorePosition> = []
    for (index, core) in image.cores.enumerated() {
      let position = core.position
      let isOnMesh =
        (0..<topology.maximumChips).contains(position.chip)
        && (0..<topology.tileColumns).contains(position.column)
        && (0..<topology.tileRows).contains(position.row)
        && (0..<topology.coresPerTile).contains(position.slot)
      if !isOnMesh {
        findings.append(
          Diagnostic(
            .error, "SL5106",
            "needs a place on \(topology.maximumChips) chips of \(topology.tileColumns)×\(topology.tileRows) tiles of \(topology.coresPerTile) cores, has chip \(position.chip), tile (\(position.column), \(position.row)), slot \(position.slot)",
            at: .core(index)))
      } else if !taken.insert(position).inserted {
        findings.append(
          Diagnostic(
            .error, "SL5106", "needs a place of its own, has one that is taken", at: .core(index)))
      }
    }
    return findings
  }

  /// Delays are at least one step for neurons and bring spikes no earlier than the schedule allows; a
  /// window's spikes arrive in the very step that gives them their worth.
  static func delayFindings(_ image: HardwareImage) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    if image.schedule.freeRunning,
      image.schedule.depth != 0 || image.populations.contains(where: { $0.start != 0 })
    {
      findings.append(
        Diagnostic(.error, "SL5109", "needs starts of 0 in a free-running image, has others"))
    }
    for (index, core) in image.cores.enumerated() {
      for block in core.axonBlocks {
        let template = image.templates[block.template]
        let source = image.populations[template.source]
        let gap = image.populations[template.target].start - source.start
        var least = source.role.isOnCores ? 1 : 0
        if source.code.isWindowed, image.populations[template.target].code.isWindowed {
          findings += windowDelayFindings(image, block, core: index)
          continue
        }
        if image.schedule.isAsynchronous { continue }
        if !source.role.isLowering, !source.code.isWindowed { least = max(least, gap) }
        if block.delay < least {
          findings.append(
            Diagnostic(
              .error, "SL5103",
              "needs a delay of at least \(least) from population \(template.source) to \(template.target), has \(block.delay)",
              at: .core(index)))
        }
      }
    }
    return findings
  }

  /// A window's last spike is due in the step its target starts; gates and relays are not looked through.
  private static func windowDelayFindings(
    _ image: HardwareImage, _ block: AxonBlock, core: Int
  ) -> [Diagnostic] {
    let template = image.templates[block.template]
    let start = image.populations[template.source].start
    let delay = image.populations[template.target].start - start - image.schedule.timesteps + 1
    guard delay < 1 || block.delay != delay else { return [] }
    return [
      Diagnostic(
        .error, "SL5103",
        delay < 1
          ? "needs population \(template.target) to start \(image.schedule.timesteps) steps after population \(template.source), has a start \(delay + image.schedule.timesteps - 1) steps after"
          : "needs a delay of \(delay) from population \(template.source) to \(template.target), has \(block.delay)",
        at: .core(core))
    ]
  }
}

extension SliceValues {
  /// All values that occur.
  var all: [Int32] {
    switch self {
    case .uniform(let value): [value]
    case .perChannel(let values), .perNeuron(let values): values
    }
  }
}
