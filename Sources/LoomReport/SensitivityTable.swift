public import LoomBase
public import LoomEnergy
import LoomHardware

/// Which constants decide: every price and duration moved alone between its ends, beside the ANN where it is known.
public struct SensitivityTable: Sendable, Hashable {
  /// The effects on the total.
  public var sensitivity: Sensitivity
  /// The ANN's energy that the verdict compares with, pJ; nil: not known.
  public var baselinePicojoules: Double?
  /// What that baseline is, for people.
  public static let baselineName = "int8 withPackedMemory"

  /// Creates the table.
  public init(_ sensitivity: Sensitivity, baselinePicojoules: Double?) {
    self.sensitivity = sensitivity
    self.baselinePicojoules = baselinePicojoules.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether a constant alone turns the verdict between its ends; nil without a baseline.
  public func decides(_ effect: ConstantEffect) -> Bool? {
    baselinePicojoules.map { effect.decides(against: $0) }
  }

  /// The table as JSON, most important constant first.
  public var jsonValue: JSONValue {
    let constants = sensitivity.effects.map { effect -> JSONValue in
      var members: [String: JSONValue] = [
        "pointer": .text(effect.pointer), "value": .number(effect.quantity.value),
        "unit": .text(effect.quantity.unit), "method": .text(effect.quantity.method.rawValue),
        "range": .array([.number(effect.span.lowerBound), .number(effect.span.upperBound)]),
        "rangeStated": .boolean(effect.isStated),
        "lowPicojoules": .number(effect.lowPicojoules),
        "highPicojoules": .number(effect.highPicojoules),
        "swingPicojoules": .number(effect.swingPicojoules),
      ]
      if let baselinePicojoules {
        members["lowRatio"] = .number(effect.lowPicojoules / baselinePicojoules)
        members["highRatio"] = .number(effect.highPicojoules / baselinePicojoules)
        members["decides"] = .boolean(effect.decides(against: baselinePicojoules))
      }
      return .object(members)
    }
    return .object([
      "totalPicojoules": .number(sensitivity.totalPicojoules),
      "baseline": baselinePicojoules == nil ? .null : .text(Self.baselineName),
      "baselinePicojoules": baselinePicojoules.map { .number($0) } ?? .null,
      "allStated": allStatedJSON, "unstatedShare": .number(Sensitivity.unstatedShare),
      "timedSamples": .integer(sensitivity.timedSamples), "constants": .array(constants),
    ])
  }

  /// Who needs less with every constant that states a range at one end at once; nil without a baseline.
  public var outcome: BaselineComparison.Outcome? {
    guard let baselinePicojoules else { return nil }
    if sensitivity.allHighPicojoules < baselinePicojoules { return .wins }
    return sensitivity.allLowPicojoules > baselinePicojoules ? .loses : .undecided
  }

  private var allStatedJSON: JSONValue {
    var members: [String: JSONValue] = [
      "lowPicojoules": .number(sensitivity.allLowPicojoules),
      "highPicojoules": .number(sensitivity.allHighPicojoules),
    ]
    if let baselinePicojoules, let outcome {
      members["lowRatio"] = .number(sensitivity.allLowPicojoules / baselinePicojoules)
      members["highRatio"] = .number(sensitivity.allHighPicojoules / baselinePicojoules)
      members["outcome"] = .text(outcome.rawValue)
    }
    return .object(members)
  }

  /// The table of a terminal.
  public var text: String {
    var table = TextTable(
      ["Sensitivity, one constant at a time (estimate)", "value", "low", "high", "span"]
        + ["energy low", "energy high", "moves"]
        + (baselinePicojoules == nil ? [] : ["chip / ANN", "the verdict"]),
      alignments: [.left, .right, .right, .right, .left])
    for effect in sensitivity.effects { table.add(row(effect)) }
    return table.render() + "\n" + notes.map { "  \($0)" }.joined(separator: "\n")
  }

  private func row(_ effect: ConstantEffect) -> [String] {
    let total = sensitivity.totalPicojoules
    var cells = [
      effect.pointer, ScaledUnits.price(effect.quantity),
      ScaledUnits.number(effect.span.lowerBound), ScaledUnits.number(effect.span.upperBound),
      effect.isStated ? "stated" : "±20 % (assumed)",
      ScaledUnits.energy(effect.lowPicojoules), ScaledUnits.energy(effect.highPicojoules),
      total > 0 ? ScaledUnits.percent(effect.swingPicojoules / total) : "-",
    ]
    if let baselinePicojoules {
      cells.append(
        "\(ScaledUnits.number(effect.lowPicojoules / baselinePicojoules)) … "
          + ScaledUnits.ratio(effect.highPicojoules / baselinePicojoules))
      cells.append(effect.decides(against: baselinePicojoules) ? "decides" : "stays")
    }
    return cells
  }

  private var allStatedNote: String {
    let low = ScaledUnits.energy(sensitivity.allLowPicojoules)
    let high = ScaledUnits.energy(sensitivity.allHighPicojoules)
    let span = "all stated ranges at once, durations included: \(low) to \(high)"
    guard let baselinePicojoules, let outcome else { return span }
    let lowest = ScaledUnits.ratio(sensitivity.allLowPicojoules / baselinePicojoules)
    let highest = ScaledUnits.ratio(sensitivity.allHighPicojoules / baselinePicojoules)
    return span + ", \(lowest) to \(highest) of the ANN: "
      + (outcome == .undecided ? "undecided" : "\(outcome.rawValue) under every constant in range")
  }

  private var notes: [String] {
    var notes = [
      allStatedNote,
      "constants without a range are moved by ±20 %, an assumption; the verdict's ranges hold stated ones only",
    ]
    if baselinePicojoules != nil {
      notes.append("chip / ANN and verdict: against the ANN in INT8 with packed memory")
    }
    notes.append(
      sensitivity.timedSamples > 0
        ? "durations act through static power; tried on the first \(sensitivity.timedSamples) samples"
        : "durations were left as they are")
    return notes
  }
}
