import LoomEnergy
import LoomHardware

extension ComparisonReport {
  /// The outcome against the INT8 ANN with packed memory accesses.
  ///
  /// That is the fairest partner by our lights: an INT8 accelerator reads whole words.
  public var outcome: BaselineComparison.Outcome {
    verdictLevel?.outcome ?? .none
  }

  /// The ANN's energy that the verdict compares with, pJ; nil without an ANN.
  public var verdictBaselinePicojoules: Double? { verdictLevel?.picojoules }

  /// The ANN in INT8 with packed memory accesses, beside the chip.
  var verdictLevel: BaselineComparison.Level? { int8?.level("withPackedMemory") }

  /// One or two sentences that say who needs less energy, by how much, and at what accuracy.
  public var verdict: String {
    guard let packed = verdictLevel, packed.picojoules > 0 else {
      return "No verdict: the network has no layer that multiplies and accumulates."
    }
    guard let ledger else {
      return "No verdict on energy: \(profile.name) has no published prices. "
        + "The network makes \(activityText(packed.breakEven, isPriced: false))."
        + accuracySentence + hybridSentence
    }
    let total = ScaledUnits.energy(ledger.totalPicojoules)
    let partner = ScaledUnits.energy(packed.picojoules)
    let ratio = ledger.totalPicojoules / packed.picojoules
    let opening: String
    switch packed.outcome {
    case .wins:
      opening = "The spiking network wins: an estimated \(total) per sample on \(profile.name)"
    case .loses:
      opening = "The spiking network loses: an estimated \(total) per sample on \(profile.name)"
    case .undecided, .none, .refused:
      opening =
        "Undecided within the ranges of the prices: an estimated \(total) per sample on "
        + profile.name
    }
    return
      "\(opening) against \(partner) for the ANN in INT8 with packed memory "
      + "(\(ScaledUnits.ratio(ratio)); \(activityText(packed.breakEven)))."
      + rangeSentence(packed) + operationSentence + accuracySentence + hybridSentence
  }

  /// Whether the outcome holds over the ranges of all prices, or which of them decides.
  private func rangeSentence(_ level: BaselineComparison.Level) -> String {
    guard let ledger, let low = level.lowRatio, let high = level.highRatio else { return "" }
    guard ledger.hasRanges else {
      return " No price in use states a range, so the ratio has none."
    }
    let span = "\(ScaledUnits.ratio(low)) to \(ScaledUnits.ratio(high)) over the prices' ranges"
    if level.outcome != .undecided {
      return " It \(level.outcome.rawValue) under every price in range: \(span)."
    }
    let names = level.decidingPrices.map { "'\($0)'" }.joined(separator: " or ")
    return names.isEmpty
      ? " No price alone decides, several together do: \(span)."
      : " The range of \(names) decides: \(span)."
  }

  private var hybridSentence: String { hybrid?.sentence(allMacs: operations.macs) ?? "" }

  private var int8: BaselineComparison? { baselines.first { $0.precision.name == "int8" } }

  /// SOP/MAC, the spike rate and the rate of break-even, in one phrase.
  func activityText(_ even: BreakEven, isPriced: Bool = true) -> String {
    guard let perMac = even.operationsPerMac, let rate = even.spikeRate else { return "no MACs" }
    guard isPriced else {
      return
        "\(ScaledUnits.number(perMac)) synaptic operations for each MAC of the ANN, spike rate "
        + ScaledUnits.percent(rate)
    }
    let breakEven =
      even.breakEvenRate.map { "break-even at \(ScaledUnits.percent($0))" }
      ?? "no break-even: what does not follow spikes already costs more"
    return "SOP/MAC \(ScaledUnits.number(perMac)), spike rate \(ScaledUnits.percent(rate)), "
      + breakEven
  }

  /// Names the other baselines with the opposite outcome, so that none is picked to please.
  private var operationSentence: String {
    var phrases: [String] = []
    for (other, verb) in [
      (BaselineComparison.Outcome.wins, "wins"), (.loses, "loses"), (.undecided, "is undecided"),
    ] where other != outcome {
      let partners = baselines.flatMap { self.partners(in: $0, with: other) }
      if !partners.isEmpty {
        phrases.append("\(verb) against \(partners.joined(separator: " and "))")
      }
    }
    return phrases.isEmpty ? "" : " It " + phrases.joined(separator: ", and ") + "."
  }

  private func partners(
    in baseline: BaselineComparison, with outcome: BaselineComparison.Outcome
  ) -> [String] {
    guard baseline.precision.name != "quantized" else { return [] }
    return baseline.levels.compactMap { level in
      guard level.name != "effectiveOperation", level.outcome == outcome, let ratio = level.ratio
      else { return nil }
      let title = ComparisonReport.levelTitles[level.name] ?? level.name
      return "\(baseline.precision.name.uppercased()) \(title) (\(ScaledUnits.ratio(ratio)))"
    }
  }

  private var accuracySentence: String {
    guard let ann = facts.accuracy.ann, let chip = facts.accuracy.chip else {
      return facts.sameAnswers.map {
        " Without labels: the chip gives the ANN's answer to \($0) of \(samples) samples."
      } ?? ""
    }
    let points = (chip - ann) * 100
    let size = ScaledUnits.number((abs(points) * 100).rounded() / 100)
    let change = points < 0 ? "\(size) points less" : "\(size) points more"
    return abs(points) < 0.005
      ? " Accuracy on chip is that of the ANN." : " Accuracy on chip is \(change) than the ANN's."
  }

  /// Ways of counting the ANN's energy, for people: packed memory moves 64-bit words, memory pays an access
  /// for each element.
  static let levelTitles = [
    "operation": "operations only", "effectiveOperation": "operations without zeros",
    "withPackedMemory": "with packed memory",
    "withMemory": "with memory",
  ]
}
