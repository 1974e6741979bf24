import LoomBase

/// The largest values a profile may state, chosen so that no later product of them overflows an `Int`.
enum ProfileLimits {
  static let cores = 1 << 20
  static let neurons = 1 << 20
  static let axons = 1 << 24
  static let chips = 1 << 16
  static let memoryBits = 1 << 36
  static let shift = 31
  static let delay = 1 << 10
  /// Picojoules, nanoseconds or milliwatts.
  static let price = 1e12
}

extension ProfileReader {
  /// Reads `/topology`.
  mutating func topology(_ value: JSONValue?) -> Topology {
    let place = "/topology"
    let members = object(
      value, at: place,
      required: ["tileColumns", "tileRows", "coresPerTile", "maximumChips", "chipColumns"],
      optional: ["kind"])
    let kind = choice("kind", of: members, at: place, among: [TopologyKind.mesh, .tree])
    let topology = Topology(
      tileColumns: integer("tileColumns", of: members, at: place, unit: "tiles", in: 1...4096),
      tileRows: integer("tileRows", of: members, at: place, unit: "tiles", in: 1...4096),
      coresPerTile: integer("coresPerTile", of: members, at: place, unit: "cores", in: 1...1024),
      maximumChips: integer(
        "maximumChips", of: members, at: place, unit: "chips", in: 1...ProfileLimits.chips),
      chipColumns: integer(
        "chipColumns", of: members, at: place, unit: "chips", in: 1...ProfileLimits.chips),
      kind: kind ?? .mesh)
    if topology.coresPerChip > ProfileLimits.cores {
      report(
        "SL7012", "needs at most \(ProfileLimits.cores) cores a chip, has \(topology.coresPerChip)",
        at: place)
    }
    return topology
  }

  /// Reads `/core`.
  mutating func core(_ value: JSONValue?) -> CoreLimits {
    let place = "/core"
    let members = object(
      value, at: place,
      required: ["neurons", "axonsIn", "axonsOut", "axonsOutOffChip", "synapses"],
      optional: ["classes", "controller"])
    return CoreLimits(
      neurons: integer(
        "neurons", of: members, at: place, unit: "neurons", in: 1...ProfileLimits.neurons),
      axonsIn: integer(
        "axonsIn", of: members, at: place, unit: "axons", in: 1...ProfileLimits.axons),
      axonsOut: integer(
        "axonsOut", of: members, at: place, unit: "entries", in: 1...ProfileLimits.axons),
      axonsOutOffChip: integer(
        "axonsOutOffChip", of: members, at: place, unit: "entries", in: 0...16),
      synapses: synapses(members["synapses"]), classes: classes(members["classes"]),
      controller: controller(members["controller"]))
  }

  /// Reads `/core/controller`, which is about time only and so no part of the structure's digest.
  private mutating func controller(_ value: JSONValue?) -> CoreController? {
    guard let value else { return nil }
    guard let controller = value.string.flatMap(CoreController.init(rawValue:)) else {
      let found = value.string.map { "'\($0.prefix(60))'" } ?? value.kindName
      report("SL7013", "needs one of tinyodin, has \(found)", at: "/core/controller")
      return nil
    }
    return controller
  }

  /// Reads `/routing`; without it a message goes to each destination core.
  mutating func routing(_ value: JSONValue?) -> RoutingCapabilities {
    guard value != nil else { return RoutingCapabilities() }
    let place = "/routing"
    let members = object(
      value, at: place, required: ["multicast", "fanOut", "tableEntries", "tablePerChip"],
      optional: ["ownRow"])
    let routing = RoutingCapabilities(
      multicast: flag("multicast", of: members, at: place),
      fanOut: integer(
        "fanOut", of: members, at: place, unit: "destinations", in: 0...ProfileLimits.axons),
      tableEntries: integer(
        "tableEntries", of: members, at: place, unit: "entries", in: 0...ProfileLimits.axons),
      tablePerChip: flag("tablePerChip", of: members, at: place),
      ownRow: flag("ownRow", of: members, at: place))
    if routing.ownRow, routing.fanOut != 1 || routing.multicast {
      report(
        "SL7012",
        "needs a fan-out of 1 and no multicast for a spike that meets its own row, has others",
        at: place + "/ownRow")
    }
    return routing
  }

  /// Reads `/neuron`.
  mutating func neuron(_ value: JSONValue?) -> NeuronCapabilities {
    let place = "/neuron"
    let members = object(
      value, at: place,
      required: [
        "potentialBits", "firesOnGreaterOnly", "softReset", "hardReset", "thresholdShift",
        "thresholdMantissaBits", "distinctThresholds", "startStep", "perPopulationReset",
        "comparatorSites", "potentialReadout", "analogInput",
      ], optional: ["codes", "partialSums"])
    let resets = [SoftResetSupport.native, .secondCompartment, .none]
    let softReset = choice("softReset", of: members, at: place, among: resets)
    return NeuronCapabilities(
      potentialBits: integer("potentialBits", of: members, at: place, unit: "bit", in: 2...32),
      firesOnGreaterOnly: flag("firesOnGreaterOnly", of: members, at: place),
      softReset: softReset ?? .none,
      hardReset: flag("hardReset", of: members, at: place),
      thresholdShift: integer(
        "thresholdShift", of: members, at: place, unit: "bit", in: 0...ProfileLimits.shift),
      thresholdMantissaBits: integer(
        "thresholdMantissaBits", of: members, at: place, unit: "bit", in: 1...32),
      distinctThresholds: integer(
        "distinctThresholds", of: members, at: place, unit: "thresholds",
        in: 0...ProfileLimits.neurons),
      startStep: flag("startStep", of: members, at: place),
      perPopulationReset: flag("perPopulationReset", of: members, at: place),
      comparatorSites: integer(
        "comparatorSites", of: members, at: place, unit: "sites", in: 0...256),
      potentialReadout: flag("potentialReadout", of: members, at: place),
      analogInput: flag("analogInput", of: members, at: place),
      codes: codes(members["codes"]), partialSums: partialSums(members["partialSums"]))
  }

  /// Reads `/neuron/partialSums`; without it (or with null) cores add no sums of others.
  private mutating func partialSums(_ value: JSONValue?) -> PartialSumFormat? {
    guard let value, value != .null else { return nil }
    let place = "/neuron/partialSums"
    let members = object(value, at: place, required: ["bits"])
    return PartialSumFormat(
      bits: integer("bits", of: members, at: place, unit: "bit", in: 2...32))
  }

  /// Sums are added to neurons, past axons that have a type or a sign and kernels that cores share.
  mutating func checkPartialSums(_ profile: Profile) {
    guard profile.neuron.partialSums != nil else { return }
    let storage = profile.core.synapses
    var isPlain = true
    if case .sharedKernels = storage { isPlain = false }
    if case .crossbar(let format) = storage {
      isPlain = format.axonTypes == 0 && !format.signPerAxon
    }
    guard !isPlain else { return }
    report(
      "SL7012",
      "needs packed entries, or crossbars whose axons have neither types nor signs, has others",
      at: "/neuron/partialSums")
  }

  /// Reads `/neuron/codes`; without it neurons know rate codes only.
  private mutating func codes(_ value: JSONValue?) -> [SpikeCode] {
    guard let value else { return [.rate] }
    let place = "/neuron/codes"
    let known = SpikeCode.allCases.map(\.rawValue).joined(separator: ", ")
    guard let words = value.elements else {
      report("SL7004", "needs an array of words, has \(value.kindName)", at: place)
      return [.rate]
    }
    var codes: [SpikeCode] = []
    for (index, word) in words.enumerated() {
      guard let code = word.string.flatMap(SpikeCode.init(rawValue:)), !codes.contains(code) else {
        let found = word.string.map { "'\($0.prefix(60))'" } ?? word.kindName
        report("SL7013", "needs one of \(known), each once, has \(found)", at: "\(place)/\(index)")
        continue
      }
      codes.append(code)
    }
    guard codes.contains(.rate) else {
      report("SL7013", "needs 'rate' among the codes, has \(codes.map(\.rawValue))", at: place)
      return [.rate]
    }
    note(SpikeCode.allCases.filter(codes.contains).map(\.rawValue), at: place)
    return codes
  }

  /// Reads `/weight`.
  mutating func weight(_ value: JSONValue?) -> WeightFormat {
    let place = "/weight"
    let members = object(
      value, at: place, required: ["bits", "minimumShift", "maximumShift", "shiftPerChannel"])
    let shifts = 0...ProfileLimits.shift
    let format = WeightFormat(
      bits: integer("bits", of: members, at: place, unit: "bit", in: 2...16),
      minimumShift: integer("minimumShift", of: members, at: place, unit: "bit", in: shifts),
      maximumShift: integer("maximumShift", of: members, at: place, unit: "bit", in: shifts),
      shiftPerChannel: flag("shiftPerChannel", of: members, at: place))
    if format.minimumShift > format.maximumShift {
      report(
        "SL7012",
        "needs a largest shift of at least \(format.minimumShift), has \(format.maximumShift)",
        at: place + "/maximumShift")
    }
    return format
  }

  /// Reads `/bias`.
  mutating func bias(_ value: JSONValue?) -> BiasFormat {
    let place = "/bias"
    let members = object(
      value, at: place, required: ["mantissaBits", "maximumExponent"], optional: ["register"])
    return BiasFormat(
      mantissaBits: integer("mantissaBits", of: members, at: place, unit: "bit", in: 0...31),
      maximumExponent: integer("maximumExponent", of: members, at: place, unit: "bit", in: 0...31),
      hasRegister: members["register"] == nil || flag("register", of: members, at: place))
  }

  /// Reads `/delay`.
  mutating func delay(_ value: JSONValue?) -> DelayFormat {
    let members = object(value, at: "/delay", required: ["maximum"])
    return DelayFormat(
      maximum: integer(
        "maximum", of: members, at: "/delay", unit: "steps", in: 1...ProfileLimits.delay))
  }
}
