import LoomEmulator
import LoomHardware

extension SweepReport {
  /// The report as a person reads it in a terminal.
  public var text: String {
    var sections = [headText, pointsText, smallestText]
    if let exit { sections.append(exit.text + rivalText(exit)) }
    sections.append((["Remarks"] + remarks.map { "  \($0)" }).joined(separator: "\n"))
    return sections.joined(separator: "\n\n") + "\n"
  }

  private var headText: String {
    [
      "\(facts.network) on \(profile.name), \(facts.samples) samples, \(facts.method)",
      "  T            \(facts.label)",
      "  ANN          \(facts.annAccuracy.map(ScaledUnits.percent) ?? "no labels")",
      "  profile      \(profile.digest)",
      "  calibration  \(facts.calibration)", "  tool         \(facts.tool)",
    ].joined(separator: "\n")
  }

  private var pointsText: String {
    var table = TextTable(
      [
        "T", "t0", "accuracy", "points lost", "synaptic operations", "latency", "energy",
        "static part",
      ], alignments: [.right])
    for point in points { table.add(cells(point)) }
    return table.render()
  }

  private func cells(_ point: SweepPoint) -> [String] {
    [
      "\(point.timesteps)", "\(point.readoutStart)",
      point.accuracy.map(ScaledUnits.percent) ?? "-",
      loss(point).map { ScaledUnits.number(($0 * 100).rounded() / 100) } ?? "-",
      ScaledUnits.number(point.operations.synapticOperations),
      ScaledUnits.time(point.latencyNanoseconds), energy(point),
      point.energy.map {
        ScaledUnits.percent($0.staticPicojoules / max($0.totalPicojoules, 1e-300))
      }
        ?? "-",
    ]
  }

  private func energy(_ point: SweepPoint) -> String {
    point.energy.map { ScaledUnits.energy($0.totalPicojoules) } ?? "refused"
  }

  private var smallestText: String {
    let limit = ScaledUnits.number(lossPoints)
    guard let smallest else {
      return "No T of these is within \(limit) points of the ANN."
    }
    let cells = cells(smallest)
    return """
      Smallest T within \(limit) points of the ANN: T = \(cells[0])\(holdsBeyond ? "" : " (some larger T is not)")
        accuracy \(cells[2]), \(cells[4]) synaptic operations, latency \(cells[5]), energy \(cells[6]) \
      (estimates)
      """
  }

  /// Early exit beside a fixed T of this sweep.
  private func rivalText(_ exit: SweepExit) -> String {
    guard let exitRival else { return "" }
    let saved = exit.early.energy.flatMap { early in
      exitRival.energy.map { 1 - early.totalPicojoules / $0.totalPicojoules }
    }
    let faster = 1 - exit.early.latencyNanoseconds / exitRival.latencyNanoseconds
    return
      "\n  the fairer rival, the smallest fixed T here that is as accurate by these labels, T = \(exitRival.timesteps): "
      + (saved.map { "\(ScaledUnits.percent($0)) of energy and " } ?? "")
      + "\(ScaledUnits.percent(faster)) of latency saved"
  }

  private var remarks: [String] {
    var lines = facts.remarks
    if case .once(let timesteps) = facts.conversion {
      lines.append(
        "thresholds and integers are those chosen for T = \(timesteps); a conversion for a smaller T "
          + "may do better there (--convert each)")
    }
    if case .firstSamples(let count) = facts.timing {
      lines.append(
        "latency, and the static energy that goes with it, below the largest T: the first \(count) "
          + "samples run again at each T; accuracy and all counts: every sample")
    }
    if points.contains(where: { $0.energy == nil }), let reason = profile.prices.unpublished {
      lines.append("energy refused: \(reason)")
    }
    let source = facts.mode == .event ? "counts, every packet's way through the routers" : "counts"
    lines.append(
      "energy and latency are estimates from \(source) and the profile: \(profile.summary)")
    return lines
  }
}

extension SweepExit {
  /// The summary as a person reads it.
  var text: String {
    var table = TextTable(["Early exit", "whole window", "early exit", "saved"])
    let rows: [(String, String, String, String)] = [
      (
        "mean steps", "\(whole.timesteps)", ScaledUnits.number(meanSteps),
        ScaledUnits.percent(1 - meanSteps / Double(whole.timesteps))
      ),
      ("accuracy", accuracy(whole), accuracy(early), pointsLost),
      (
        "synaptic operations", ScaledUnits.number(whole.operations.synapticOperations),
        ScaledUnits.number(early.operations.synapticOperations),
        ScaledUnits.percent(savedOperations)
      ),
      (
        "latency", ScaledUnits.time(whole.latencyNanoseconds),
        ScaledUnits.time(early.latencyNanoseconds), ScaledUnits.percent(savedLatency)
      ),
      (
        "interval", ScaledUnits.time(whole.intervalNanoseconds),
        ScaledUnits.time(early.intervalNanoseconds), ScaledUnits.percent(savedInterval)
      ),
      (
        "energy", energy(whole), energy(early), ScaledUnits.optionalPercent(savedEnergy)
      ),
      (
        "numbers read", ScaledUnits.number(wholeReadouts), ScaledUnits.number(earlyReadouts), ""
      ),
    ]
    for row in rows { table.add([row.0, row.1, row.2, row.3]) }
    let margin = rule.threshold == .max ? "no margin is safe" : "margin \(rule.threshold)"
    return table.render() + """

        read every \(rule.interval) steps, \(margin): \(ScaledUnits.percent(calibration.agreement)) of \
      \(calibration.samples) calibration samples (unlabelled) answer as after T = \(whole.timesteps), \
      \(ScaledUnits.percent(agreement)) of the samples here
        the chip waits while the host reads and decides; samples do not overlap
        \(verdict)
      """
  }

  private func energy(_ point: SweepPoint) -> String {
    point.energy.map { ScaledUnits.energy($0.totalPicojoules) } ?? "refused"
  }

  private var pointsLost: String {
    guard let whole = whole.accuracy, let early = early.accuracy else { return "" }
    return "\(ScaledUnits.number(((early - whole) * 10_000).rounded() / 100)) points"
  }

  private func accuracy(_ point: SweepPoint) -> String {
    point.accuracy.map(ScaledUnits.percent) ?? "-"
  }
}
