import LoomBase
public import LoomEmulator
public import LoomEnergy
public import LoomHardware

/// What the layers on the host and their link to the chip cost: means per sample (estimates).
public struct HybridReport: Sendable, Hashable {
  /// One side of the chip.
  public struct Side: Sendable, Hashable {
    /// The layers and what crosses.
    public var part: HybridFacts.Part
    /// Numbers that cross the link: bias writes (or input spikes) to the chip, readings from it.
    public var values: Double
    /// The bits of these numbers.
    public var bits: Double
    /// Energy of the layers' multiply-accumulates, pJ; nil: refused.
    public var layerPicojoules: Double?
    /// Energy of the link, pJ; nil: refused.
    public var linkPicojoules: Double?
  }

  /// The layers before the chip; nil: none.
  public var head: Side?
  /// The layers behind the chip; nil: none.
  public var tail: Side?
  /// All of it, pJ; part of the total; nil: refused.
  public var picojoules: Double?
  /// MACs of the front end, which stay on the host as well: the chip's first layer, driven by numbers.
  public var frontEndMacs: Double

  /// Counts what crossed and takes the energies from the ledger; nil where nothing runs on the host.
  ///
  /// A bias write has the bits of the chip's bias register (sign, mantissa, exponent; the potential's width
  /// where it holds any integer), an input spike the ⌈log2 n⌉ bits that tell n inputs apart, a reading the
  /// potential's width or, where spikes are counted, what a count up to T takes.
  public init?(
    _ facts: HybridFacts?, record: RunRecord, account: EnergyAccount, profile: Profile,
    timesteps: Int
  ) {
    guard let facts, facts.head != nil || facts.tail != nil else { return nil }
    let samples = Double(max(record.samples, 1))
    let ledger = account.ledger
    frontEndMacs = Double(record.host.frontEndMacs) / samples
    func energy(_ ids: String...) -> Double? {
      ledger.map { ledger in ids.reduce(0) { $0 + (ledger.line($1)?.picojoules ?? 0) } }
    }
    head = facts.head.map { part in
      let writes = Double(record.host.biasWrites) / samples
      let spikes = Double(record.host.inputMessages) / samples
      return Side(
        part: part, values: writes + spikes,
        bits: writes * Double(Self.biasBits(profile))
          + spikes * Double(Self.bits(toCount: part.elements)),
        layerPicojoules: energy("hostLayers.head"),
        linkPicojoules: energy("biasWrite", "hostSpike"))
    }
    tail = facts.tail.map { part in
      let readings = Double(record.host.readouts) / samples
      let width =
        profile.neuron.potentialReadout
        ? profile.neuron.potentialBits : Self.bits(toCount: timesteps + 1)
      return Side(
        part: part, values: readings, bits: readings * Double(width),
        layerPicojoules: energy("hostLayers.tail"), linkPicojoules: energy("readout"))
    }
    picojoules = ledger?.picojoules(of: .hostLayers)
  }

  /// Bits of one bias register: sign, mantissa and exponent, or the potential's width.
  static func biasBits(_ profile: Profile) -> Int {
    let format = profile.bias
    guard format.mantissaBits > 0 else { return profile.neuron.potentialBits }
    return 1 + format.mantissaBits + bits(toCount: format.maximumExponent + 1)
  }

  /// ⌈log2 n⌉: the bits that tell n things apart.
  static func bits(toCount things: Int) -> Int {
    things > 1 ? Int.bitWidth - (things - 1).leadingZeroBitCount : 0
  }

  /// The layers and what crosses, both sides.
  var facts: HybridFacts { HybridFacts(head: head?.part, tail: tail?.part) }

  /// Dense MACs of all layers kept on the host, for one sample; the front end's are not among them.
  public var macs: Double { (head?.part.macs ?? 0) + (tail?.part.macs ?? 0) }

  /// MACs that the host does, of whatever kind.
  private var hostMacs: Double { macs + frontEndMacs }
}

extension HybridFacts {
  /// What the ledger prices.
  var hosted: HostedLayers {
    HostedLayers(headMacs: head?.macs, tailMacs: tail?.macs)
  }
}

extension HybridReport {
  /// The report as JSON; `chipMacs` are the dense MACs left to the chip, without the front end's.
  func jsonValue(allMacs: Double?, synapticOperations: Double) -> JSONValue {
    var members: [String: JSONValue] = [
      "head": head?.jsonValue ?? .null, "tail": tail?.jsonValue ?? .null,
      "macs": .number(macs), "frontEndMacs": .number(frontEndMacs),
      "picojoules": picojoules.map { .number($0) } ?? .null,
    ]
    if let allMacs {
      let chip = max(allMacs - hostMacs, 0)
      members["chipMacs"] = .number(chip)
      members["synapticOperationsPerChipMac"] =
        chip > 0 ? .number(synapticOperations / chip) : .null
    }
    return .object(members)
  }

  /// The report as a table of a terminal.
  func text(allMacs: Double, synapticOperations: Double) -> String {
    var table = TextTable(
      [
        "On the host (estimate)", "layers", "MACs", "of the ANN", "crossing", "numbers", "bits",
        "MAC energy", "link energy",
      ], alignments: [.left, .right, .right, .right, .left])
    for (name, side) in [("head", head), ("tail", tail)] {
      guard let side else { continue }
      table.add([
        "  \(name)", "\(side.part.nodes.count)", ScaledUnits.number(side.part.macs),
        allMacs > 0 ? ScaledUnits.percent(side.part.macs / allMacs) : "-",
        name == "head" ? "to the chip" : "from the chip", ScaledUnits.number(side.values),
        ScaledUnits.number(side.bits),
        side.layerPicojoules.map { ScaledUnits.energy($0) } ?? "-",
        side.linkPicojoules.map { ScaledUnits.energy($0) } ?? "-",
      ])
    }
    var lines = [table.render()]
    for (name, side) in [("head", head), ("tail", tail)] {
      guard let side else { continue }
      lines.append(
        "  \(name): \(Self.short(side.part.nodes)); crosses as \(Self.short(side.part.tensors))")
    }
    if frontEndMacs > 0 {
      lines.append(
        "  front end of the chip's first layer, on the host too: "
          + "\(ScaledUnits.number(frontEndMacs)) MACs")
    }
    let chip = max(allMacs - hostMacs, 0)
    if chip > 0 {
      lines.append(
        "  left to the chip: \(ScaledUnits.number(chip)) MACs, SOP/MAC of these "
          + ScaledUnits.number(synapticOperations / chip))
    }
    lines.append("  latency leaves out the time the host takes to compute these layers")
    return lines.joined(separator: "\n")
  }

  /// What the verdict must not hide.
  func sentence(allMacs: Double) -> String {
    let places = [head.map { _ in "head" }, tail.map { _ in "tail" }].compactMap { $0 }
    let share = allMacs > 0 ? " (\(ScaledUnits.percent(hostMacs / allMacs)) of its MACs)" : ""
    return " Part of the network\(share) runs on the host, as ANN layers at its "
      + places.joined(separator: " and ") + "; their energy and the link's are in the total."
  }

  private static func short(_ names: [String]) -> String {
    let shown = names.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
  }
}

extension HybridReport.Side {
  fileprivate var jsonValue: JSONValue {
    .object([
      "nodes": .texts(part.nodes), "macs": .number(part.macs), "tensors": .texts(part.tensors),
      "elements": .integer(part.elements), "values": .number(values), "bits": .number(bits),
      "macPicojoules": layerPicojoules.map { .number($0) } ?? .null,
      "linkPicojoules": linkPicojoules.map { .number($0) } ?? .null,
    ])
  }
}
