public import LoomBase
public import LoomHardware

/// What part of an image to explain.
public enum ExplanationScope: Sendable, Hashable {
  /// Everything in short.
  case whole
  /// One core.
  case core(Int)
  /// One input axon of a core.
  case axon(core: Int, axon: Int)
  /// One synapse of a core, by its number in the core: axon after axon, in the order of their lists.
  case synapse(core: Int, number: Int)
  /// One synapse of an axon, by its number in the axon's list.
  case axonSynapse(core: Int, axon: Int, synapse: Int)
  /// One population, by its name in the provenance or its number.
  case layer(String)
  /// One weight of a population: the channel it feeds, the input channel it reads, and the place in the
  /// kernel (where no kernel is shared: in the source map).
  case kernel(layer: String, channel: Int, input: Int, row: Int, column: Int)
}

/// What is where in an image, as JSON and as text.
///
/// Without a profile the JSON is defined by the image alone (the article *The chip file* lists its keys);
/// a profile adds `usage` to cores.
public enum ImageExplanation {
  /// The explanation as JSON; throws if there is no such core, axon or layer.
  public static func json(
    _ image: HardwareImage, _ scope: ExplanationScope, profile: Profile? = nil
  ) throws(DiagnosticsError) -> JSONValue {
    switch scope {
    case .whole: return whole(image, profile)
    case .core(let core):
      try need(image.cores.indices.contains(core), "a core below \(image.cores.count)", "\(core)")
      return coreDetails(image, core, profile)
    case .axon(let core, let axon):
      try need(image.cores.indices.contains(core), "a core below \(image.cores.count)", "\(core)")
      let count = image.cores[core].axonCount
      try need((0..<count).contains(axon), "an axon below \(count)", "\(core).\(axon)")
      return axonDetails(image, core, axon)
    case .synapse(let core, let number):
      try need(image.cores.indices.contains(core), "a core below \(image.cores.count)", "\(core)")
      let synapses = CoreSynapses(core: core, of: image, profile: profile)
      let found = synapses.location(number: number)
      return try synapse(image, found, "a synapse of core \(core)", "\(number)")
    case .axonSynapse(let core, let axon, let number):
      try need(image.cores.indices.contains(core), "a core below \(image.cores.count)", "\(core)")
      let synapses = CoreSynapses(core: core, of: image, profile: profile)
      let found = synapses.location(axon: axon, synapse: number)
      return try synapse(image, found, "a synapse of axon \(core).\(axon)", "\(number)")
    case .layer(let name):
      return layerDetails(image, try known(image, name), profile)
    case .kernel(let layer, let channel, let input, let row, let column):
      return try kernelDetails(
        image, try known(image, layer),
        KernelPlace(channel: channel, input: input, row: row, column: column), profile)
    }
  }

  private static func synapse(
    _ image: HardwareImage, _ location: SynapseLocation?, _ wanted: String, _ has: String
  ) throws(DiagnosticsError) -> JSONValue {
    guard let location else { throw missing(wanted, has) }
    return synapseDetails(image, location, storedSynapses(image))
  }

  /// The population of a name or number.
  public static func known(
    _ image: HardwareImage, _ layer: String
  ) throws(DiagnosticsError) -> Int {
    guard let population = population(image, named: layer) else {
      let names = image.populations.indices.prefix(100).map { label(image, $0) }
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL5201", "needs a layer of the image, has '\(layer)'",
          notes: ["layers: \(names.joined(separator: ", "))"]))
    }
    return population
  }

  /// The exact memory words of a core with packed entries, as hexadecimal numbers by axon.
  public static func expand(
    _ image: HardwareImage, core: Int, profile: Profile
  ) throws(DiagnosticsError) -> JSONValue {
    try need(image.cores.indices.contains(core), "a core below \(image.cores.count)", "\(core)")
    let memory = try PackedMemory(core: core, of: image, profile: profile)
    return .object([
      "schema": .text("spikeloom.expand/1"), "core": .integer(core),
      "formats": .array(
        memory.formats.map {
          .object([
            "shift": .integer($0.shift), "delayBits": .integer($0.delayBits),
            "dense": .boolean($0.isDense),
          ])
        }),
      "words": .integer(memory.axons.reduce(0) { $0 + $1.count }),
      "axons": .array(
        memory.axons.map { words in
          .array(words.map { .text(String($0, radix: 16)) })
        }),
    ])
  }

  private static func need(
    _ condition: Bool, _ wanted: String, _ has: String
  ) throws(DiagnosticsError) {
    if !condition { throw missing(wanted, has) }
  }

  private static func missing(_ wanted: String, _ has: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, "SL5201", "needs \(wanted), has \(has)"))
  }

  static func name(_ image: HardwareImage, _ population: Int) -> JSONValue {
    guard let names = image.provenance?.populations, names.indices.contains(population) else {
      return .null
    }
    return .text(names[population].name)
  }

  private static func population(_ image: HardwareImage, named name: String) -> Int? {
    if let found = image.populations.indices.first(where: { Self.name(image, $0) == .text(name) }) {
      return found
    }
    guard let number = Int(name), image.populations.indices.contains(number) else { return nil }
    return number
  }

  private static func whole(_ image: HardwareImage, _ profile: Profile?) -> JSONValue {
    let cores = image.cores.indices.map { coreSummary(image, $0, profile) }
    func total(_ key: String) -> JSONValue {
      .integer(cores.reduce(0) { $0 + ($1[key]?.int ?? 0) })
    }
    var members: [String: JSONValue] = [
      "schema": .text("spikeloom.explain/1"), "profile": .text(image.profileName),
      "structure": .text(image.structureDigest.description),
      "timesteps": .integer(image.schedule.timesteps), "depth": .integer(image.schedule.depth),
      "readoutStart": .integer(image.schedule.readoutStart),
      "freeRunning": .boolean(image.schedule.freeRunning),
      "asynchronous": .boolean(image.schedule.isAsynchronous),
      "code": .text(image.schedule.code.rawValue), "steps": .integer(image.schedule.steps),
      "input": .object([
        "shape": shape(image.input.shape), "isSpikes": .boolean(image.input.isSpikes),
        "isBytes": .boolean(image.input.isBytes), "floatFactor": .number(image.input.floatFactor),
      ]),
      "outputs": .array(image.outputs.map { .integer($0) }),
      "populations": .array(image.populations.indices.map { populationSummary(image, $0) }),
      "templates": .array(image.templates.indices.map { templateSummary(image, $0) }),
      "cores": .array(cores),
      "totals": .object([
        "cores": .integer(image.cores.count),
        "chips": .integer(Set(image.cores.map(\.position.chip)).count),
        "neurons": total("neurons"), "axons": total("axons"), "routes": total("routes"),
        "synapses": total("synapses"),
        "weights": .integer(image.templates.reduce(0) { $0 + $1.weights.count }),
      ]),
    ]
    if let draw = image.draw {
      members["draw"] = .object(["law": .text("poisson"), "seed": .text("\(draw.seed)")])
    }
    if let counts = image.spikeCounts { members["readout"] = readout(counts, image.schedule) }
    return .object(members)
  }

  /// What the host makes of spike counts; said where they stand for potentials.
  private static func readout(_ counts: SpikeCountReadout, _ schedule: ImageSchedule) -> JSONValue {
    func numbers(_ lists: [[Double]]) -> JSONValue {
      .array(lists.map { .array($0.map { .number($0) }) })
    }
    return .object([
      "kind": .text("spikeCounts"), "worth": numbers(counts.worth),
      "offset": numbers(counts.offset),
      "steps": .integer(schedule.timesteps - schedule.readoutStart),
    ])
  }

  static func shape(_ shape: MapShape) -> JSONValue {
    .array([.integer(shape.channels), .integer(shape.height), .integer(shape.width)])
  }

  static func range(_ range: Range<Int>) -> JSONValue {
    .array([.integer(range.lowerBound), .integer(range.upperBound)])
  }

  static func box(_ box: MapBox) -> JSONValue {
    .array([range(box.channels), range(box.rows), range(box.columns)])
  }
}
