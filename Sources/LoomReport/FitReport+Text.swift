import LoomBase

extension FitReport {
  /// The report for a terminal: the table of chips, then for a single chip its resources, layers and remedies.
  public var text: String {
    var parts = [head, table]
    if !refused.isEmpty {
      parts.append(
        "refused by conversion (\(refused.count)), sized around:\n"
          + refused.map { "  \($0.code) \($0.anchor): \($0.message)" }.joined(separator: "\n"))
    }
    if chips.count == 1, let chip = chips.first {
      parts.append(chip.resourceTable)
      parts.append(chip.layerTable)
      if !chip.violations.isEmpty { parts.append(chip.violationText) }
    }
    if !remedies.isEmpty { parts.append(remedyTable) }
    parts += remarks.isEmpty ? [] : [remarks.map { "· \($0)" }.joined(separator: "\n")]
    return parts.joined(separator: "\n\n")
  }

  private var head: String {
    let work = macs.map { ", \(ScaledUnits.number(Double($0))) MACs a sample" } ?? ""
    return "\(model)\(work); \(method)"
  }

  private var table: String {
    var table = TextTable(
      [
        "chip", "fits", "cores", "of", "chips", "of", "neurons", "memory", "axons in", "axons out",
        "short by", "first bottleneck",
      ], alignments: [.left, .left])
    table.alignments += [TextTable.Alignment](repeating: .right, count: 8) + [.left, .left]
    for chip in chips {
      let cores = (chip.isEstimate ? "≈" : "") + ScaledUnits.number(Double(chip.cores))
      table.add([
        chip.profile, chip.fits ? (refused.isEmpty ? "yes" : "sized part") : "no", cores,
        ScaledUnits.number(Double(chip.availableCores)), "\(chip.chips)", "\(chip.availableChips)",
        chip.share("compartments"),
        chip.share("words of synapse memory", "crossbars", "crossbar columns"),
        chip.share("input axons"), chip.share("output axon entries"), chip.shortBy,
        chip.bottleneck,
      ])
    }
    return table.render()
  }

  private var remedyTable: String {
    var table = TextTable(
      ["remedy tried", "type", "fits", "cores", "chips", "price"],
      alignments: [.left, .left, .left, .right, .right, .left])
    for remedy in remedies {
      table.add([
        remedy.name, remedy.flags, remedy.fits ? "yes" : "no",
        ScaledUnits.number(Double(remedy.cores)), "\(remedy.chips)", remedy.price,
      ])
    }
    return table.render()
  }
}

extension FitChip {
  /// The utilisation of the first of some resources the chip has.
  fileprivate func share(_ names: String...) -> String {
    for name in names {
      if let resource = resources.first(where: { $0.name == name }) {
        return "\(Int((resource.utilisation * 100).rounded())) %"
      }
    }
    return "-"
  }

  fileprivate var resourceTable: String {
    var table = TextTable(["resource", "used", "of a core", "cores at least", "utilisation"])
    for resource in resources {
      table.add([
        resource.name, ScaledUnits.number(Double(resource.used)),
        ScaledUnits.number(Double(resource.perCore)),
        ScaledUnits.number(Double(resource.leastCores)), ScaledUnits.percent(resource.utilisation),
      ])
    }
    let sharing =
      "\(ScaledUnits.number(Double(cores))) cores; \(ScaledUnits.number(Double(unsharedCores))) if "
      + "layers shared none; depth \(depth)"
    return table.render() + "\n" + sharing
  }

  fileprivate var layerTable: String {
    let isCalibrated = layers.contains { $0.expectedSpikes != nil }
    var table = TextTable(
      [
        "layer", "shape", "cores", "neurons", "synapses", "words", "axons in", "axons out",
        "packets",
      ],
      alignments: [.left, .left])
    // Partial sums take in the network's synapses; gates and relays have at most one each.
    let isShown = { (layer: FitLayer) in !layer.isLowering || layer.synapses > layer.neurons }
    for layer in layers where isShown(layer) {
      let packets = layer.expectedPackets.map { ScaledUnits.number($0.rounded()) }
      table.add([
        layer.name, layer.shape,
        (layer.fitsCore ? "" : "≥") + ScaledUnits.number(Double(layer.cores)),
        ScaledUnits.number(Double(layer.neurons)), ScaledUnits.number(Double(layer.synapses)),
        ScaledUnits.number(Double(layer.words)), ScaledUnits.number(Double(layer.axonsIn)),
        ScaledUnits.number(Double(layer.axonsOut)), packets ?? (isCalibrated ? "-" : "n/a"),
      ])
    }
    let lowering = layers.filter { !isShown($0) }
    let neurons = lowering.reduce(0) { $0 + $1.neurons }
    let note =
      lowering.isEmpty
      ? ""
      : "\nand \(neurons) neurons in \(lowering.count) populations of gates, relays and partial sums"
    return table.render() + note
  }

  fileprivate var violationText: String {
    "short of (\(violations.count)):\n"
      + violations.map { violation in
        let place = violation.diagnostic.anchor.description
        return "  \(violation.diagnostic.code) \(place.isEmpty ? "" : place + ": ")"
          + violation.diagnostic.message
      }.joined(separator: "\n")
  }
}
