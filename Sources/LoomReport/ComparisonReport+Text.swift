import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware

extension ComparisonReport {
  /// The report as a person reads it in a terminal.
  public var text: String {
    var sections = [
      headText, accuracyText, layerErrorText, latencyText, ledgerText, hybridText, layersText,
      baselineText,
    ]
    sections += [sensitivity?.text ?? "", NeuroBench(self).text]
    sections.append("Verdict\n  \(verdict)")
    sections.append(budget?.text ?? "")
    for (title, lines) in [
      ("Mapping", facts.mapping), ("Quantization", facts.quantization), ("Remarks", remarks),
    ] where !lines.isEmpty {
      sections.append(([title] + lines.map { "  \($0)" }).joined(separator: "\n"))
    }
    return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// Remarks of the stages and what every reader of such numbers must know.
  private var remarks: [String] {
    facts.remarks + [
      "Energy and latency are estimates from counts and the prices of the profile: \(profile.summary).",
      "ANN energy: operations only; with packed memory (10 pJ a 64-bit word); with memory (Lemaire et al. "
        + "2022: 13.2 pJ or more for each element).",
      "The ANN's prices are 45 nm (Horowitz 2014) and leave out control, DRAM and input/output; "
        + "process nodes differ between chip and ANN.",
    ]
  }

  private var headText: String {
    var lines = [
      "\(facts.network) on \(profile.name), T = \(facts.timesteps), \(samples) samples, "
        + "\(facts.method)",
      "  chip         \(cores) core\(cores == 1 ? "" : "s") on \(chips) chip\(chips == 1 ? "" : "s")",
      "  image        \(facts.imageSHA256)", "  profile      \(profile.digest)",
      "  calibration  \(facts.calibration)", "  tool         \(facts.tool)",
    ]
    for pointer in profile.overrides {
      let value = profile.quantities[pointer].map {
        " = \(ScaledUnits.number($0.value)) \($0.unit)"
      }
      lines.append("  --set        \(pointer)\(value ?? "") (assumed)")
    }
    return lines.joined(separator: "\n")
  }

  private var accuracyText: String {
    let stages: [WaterfallStage: Double?] = [
      .ann: facts.accuracy.ann, .spiking: facts.accuracy.spiking, .fixed: facts.accuracy.fixed,
      .chip: facts.accuracy.chip,
    ]
    let all = AccuracyWaterfall(samples: samples, accuracy: stages.compactMapValues { $0 })
    var parts: [String] = []
    if let waterfall = facts.waterfall { parts.append(waterfall.text(facts.metric)) }
    if facts.waterfall?.samples != samples { parts.append(all.text(facts.metric)) }
    if let same = facts.sameAnswers {
      parts.append("  the ANN's answer on the chip: \(same) of \(samples) samples")
    }
    if let pairs = facts.discordant {
      parts.append(
        "  ANN right, chip wrong: \(pairs.onlyANN); ANN wrong, chip right: \(pairs.onlyChip)")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// Latency, interval and what decides them, as lines of a terminal.
  public var latencyText: String {
    var lines = [
      "Latency (estimate)", "  per sample  \(ScaledUnits.time(latencyNanoseconds))",
      "  interval    \(ScaledUnits.time(intervalNanoseconds))"
        + (hostBoundShare > 0.5 ? ", as long as the host writes and reads" : ""),
    ]
    if let overlapped = overlappedLatencyNanoseconds {
      lines[1] += ", alone on the chip"
      lines.append(
        "  overlapped  \(ScaledUnits.time(overlapped)) per sample at this interval, whose steps do the work of "
          + "several samples")
    }
    for (name, time, place) in [
      ("input", inputNanoseconds, "before the first step, by the host"),
      ("barriers", overheads.barrierNanoseconds, "of the steps"),
      ("management", overheads.managementNanoseconds, "of the steps, by embedded processors"),
      ("readout", overheads.readoutNanoseconds, "after the last step, by the host"),
      ("reset", overheads.resetNanoseconds, "between samples"),
    ] where time > 0 {
      let padding = String(repeating: " ", count: 12 - name.count)
      lines.append("  \(name)\(padding)\(ScaledUnits.time(time)) \(place)")
    }
    if let throughputPerSecond {
      lines.append("  throughput  \(ScaledUnits.number(throughputPerSecond)) samples/s")
    }
    let steps = bounds.values.reduce(0, +)
    if steps > 0 {
      let parts = StepBound.allCases.compactMap { bound -> String? in
        guard let count = bounds[bound], count > 0 else { return nil }
        return "\(bound.rawValue) \(ScaledUnits.percent(Double(count) / Double(steps)))"
      }
      lines.append("  steps bound by  \(parts.joined(separator: ", "))")
    }
    return (lines + stepTimes.lines).joined(separator: "\n")
  }

  /// The ledger as a table: counts, prices, energy of one sample (estimates); or why there is none.
  public var ledgerText: String {
    switch account {
    case .priced(let ledger): text(of: ledger)
    case .refused(let refusal):
      """
      Energy per sample: refused
        \(refusal.reason)
        prices needed: \(refusal.missing.joined(separator: ", "))
        give them with --set POINTER=VALUE to ask what-if questions
      """
    }
  }

  private func text(of ledger: EnergyLedger) -> String {
    var table = TextTable(
      ["Energy per sample (estimate)", "count", "price", "", "energy", "low", "high", "share"],
      alignments: [.left, .right, .right, .left])
    let total = ledger.totalPicojoules
    let hostLayers = ledger.picojoules(of: .hostLayers)
    for line in ledger.lines {
      table.add([
        line.name, ScaledUnits.number(line.count),
        ScaledUnits.price(line.price), line.price.method.rawValue,
        ScaledUnits.energy(line.picojoules), ScaledUnits.energy(line.lowPicojoules),
        ScaledUnits.energy(line.highPicojoules),
        total > 0 ? ScaledUnits.percent(line.picojoules / total) : "-",
      ])
    }
    table.addTotal([
      "total", "", "", "", ScaledUnits.energy(total), ScaledUnits.energy(ledger.lowPicojoules),
      ScaledUnits.energy(ledger.highPicojoules),
    ])
    for (name, value) in [
      ("dynamic", ledger.dynamicPicojoules), ("static", ledger.staticPicojoules),
      ("front end, part of dynamic", ledger.frontEndPicojoules),
      ("lowering, part of dynamic", ledger.loweringPicojoules),
    ] + (hybrid == nil ? [] : [("layers on the host and their link, part of dynamic", hostLayers)])
    {
      let share = total > 0 ? ScaledUnits.percent(value / total) : "-"
      table.add(["  " + name, "", "", "", ScaledUnits.energy(value), "", "", share])
    }
    var lines = [table.render()]
    lines.append(
      "  static power over the interval of \(ScaledUnits.time(ledger.staticWindowNanoseconds)), "
        + "\(chips) chip\(chips == 1 ? "" : "s")")
    if let marginal = ledger.marginalPicojoulesPerOperation,
      let allIn = ledger.allInPicojoulesPerOperation
    {
      lines.append(
        "  per synaptic operation: \(ScaledUnits.energy(marginal)) marginal, "
          + "\(ScaledUnits.energy(allIn)) all in")
    }
    return lines.joined(separator: "\n")
  }

  private var hybridText: String {
    hybrid?.text(
      allMacs: operations.macs, synapticOperations: operations.synapticOperations) ?? ""
  }

  private var baselineText: String {
    guard operations.macs > 0 else { return "" }
    var table = TextTable(
      [
        "The ANN itself (estimate, 45 nm)", "energy", "chip / ANN", "low", "high", "SOP/MAC",
        "spike rate",
        "break-even", "the chip",
      ], alignments: [.left, .right, .right, .right, .right, .right, .right, .right, .left])
    for baseline in baselines {
      for level in baseline.levels {
        let title = ComparisonReport.levelTitles[level.name] ?? level.name
        table.add([
          "\(precisionTitle(baseline.precision)), \(title)", ScaledUnits.energy(level.picojoules),
          level.ratio.map { ScaledUnits.ratio($0) } ?? "-",
          level.lowRatio.map { ScaledUnits.ratio($0) } ?? "-",
          level.highRatio.map { ScaledUnits.ratio($0) } ?? "-",
          ScaledUnits.optional(level.breakEven.operationsPerMac),
          ScaledUnits.optionalPercent(level.breakEven.spikeRate),
          level.outcome == .refused ? "-" : ScaledUnits.breakEven(level.breakEven),
          level.outcome.rawValue,
        ])
      }
    }
    let analytic = self.analytic
    return table.render()
      + "\n  the same spikes on such a 45 nm machine, no chip: "
      + "\(ScaledUnits.energy(analytic.fp32OperationPicojoules)) FP32 additions only, "
      + "\(ScaledUnits.energy(analytic.int8OperationPicojoules)) INT8 additions only, "
      + "\(ScaledUnits.energy(analytic.withMemoryPicojoules)) with memory"
      + "\n  dense MACs \(ScaledUnits.number(operations.macs)), without zeros "
      + "\(ScaledUnits.number(operations.effectiveMacs)); \(frontEndTitle) "
      + "\(ScaledUnits.number(operations.frontEndMacs)) MACs"
  }

  private var frontEndTitle: String {
    hybrid?.head == nil ? "first layer on the host" : "front end behind the head"
  }

  private func precisionTitle(_ precision: ANNPrecision) -> String {
    precision.name == "quantized"
      ? "\(ScaledUnits.number(precision.activationBits))-bit activations, "
        + "\(ScaledUnits.number(precision.weightBits))-bit weights"
      : precision.name.uppercased()
  }
}

extension ScaledUnits {
  /// A number, or a dash where there is none.
  static func optional(_ value: Double?) -> String { value.map { number($0) } ?? "-" }

  /// A break-even rate, `none` if the ANN is cheaper at any rate, a dash if there is nothing to compare.
  static func breakEven(_ even: BreakEven) -> String {
    if let rate = even.breakEvenRate { return percent(rate) }
    if even.isAlwaysCheaper { return "any" }
    return (even.spikeRate ?? 0) > 0 ? "none" : "-"
  }

  /// A price with its unit, energies scaled.
  static func price(_ price: Quantity) -> String {
    price.unit == "pJ" ? energy(price.value) : "\(number(price.value)) \(price.unit)"
  }

  /// A fraction in per cent, or a dash where there is none.
  static func optionalPercent(_ value: Double?) -> String { value.map { percent($0) } ?? "-" }
}
