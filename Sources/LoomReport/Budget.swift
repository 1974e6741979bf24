public import LoomBase
import LoomEnergy

/// What a run may cost at most and must reach at least: a file `spikeloom.budget/1`.
public struct Budget: Sendable, Hashable {
  /// The schema a budget states.
  public static let schema = "spikeloom.budget/1"

  /// One limit of the file.
  public enum Limit: String, Sendable, Hashable, CaseIterable {
    case maximumEnergyPicojoules
    case maximumLatencyNanoseconds
    case maximumIntervalNanoseconds
    case maximumCores
    case maximumChips
    case minimumAccuracy
  }

  /// The limits by name.
  public var limits: [Limit: Double]

  /// Creates a budget.
  public init(limits: [Limit: Double]) { self.limits = limits }

  /// Reads a budget document.
  ///
  /// - Throws: `DiagnosticsError`, all findings with their JSON pointers: SL8201 if it is no JSON or another schema,
  ///   SL8202 for an unknown key, SL8203 for a limit that is no number or impossible.
  public init(bytes: [UInt8], name: String) throws(DiagnosticsError) {
    let document = try JSONText.document(bytes, named: name, code: "SL8201")
    guard let members = document.members, members["schema"] == .text(Budget.schema) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL8201", "needs the schema '\(Budget.schema)', has another or none",
          at: .jsonPointer(file: name, pointer: "/schema")))
    }
    var findings: [Diagnostic] = []
    limits = [:]
    for key in members.keys.sorted() where key != "schema" {
      let anchor = Anchor.jsonPointer(file: name, pointer: "/\(key.jsonPointerToken)")
      guard let limit = Limit(rawValue: key) else {
        let known = Limit.allCases.map(\.rawValue).joined(separator: ", ")
        findings.append(
          Diagnostic(
            .error, "SL8202", "needs a known limit, has '\(key.prefix(60))'", at: anchor,
            remedy: "known limits: \(known)"))
        continue
      }
      guard let value = members[key]?.double, limit.allows(value) else {
        findings.append(
          Diagnostic(.error, "SL8203", "needs \(limit.domain), has something else", at: anchor))
        continue
      }
      limits[limit] = value
    }
    if !findings.isEmpty { throw DiagnosticsError(.badInput, findings) }
  }

  /// Compares a run with the budget.
  ///
  /// - Parameters:
  ///   - report: The run.
  ///   - name: What to call the file in diagnostics.
  public func check(_ report: ComparisonReport, name: String) -> BudgetCheck {
    let found: [Limit: Double?] = [
      .maximumEnergyPicojoules: report.ledger?.totalPicojoules,
      .maximumLatencyNanoseconds: report.latencyNanoseconds,
      .maximumIntervalNanoseconds: report.intervalNanoseconds,
      .maximumCores: Double(report.cores), .maximumChips: Double(report.chips),
      .minimumAccuracy: report.facts.accuracy.chip,
    ]
    let entries = Limit.allCases.compactMap { limit -> BudgetCheck.Entry? in
      limits[limit].map { BudgetCheck.Entry(limit: limit, needs: $0, has: found[limit] ?? nil) }
    }
    return BudgetCheck(file: name, entries: entries)
  }
}

extension Budget.Limit {
  /// Whether the limit is a floor; else a ceiling.
  public var isFloor: Bool { self == .minimumAccuracy }

  fileprivate func allows(_ value: Double) -> Bool {
    value.isFinite && value >= 0 && (!isFloor || value <= 1)
  }

  fileprivate var domain: String {
    isFloor ? "a fraction from 0 to 1" : "a number that is not negative"
  }

  /// A value of this kind with its unit.
  func text(_ value: Double) -> String {
    switch self {
    case .maximumEnergyPicojoules: ScaledUnits.energy(value)
    case .maximumLatencyNanoseconds, .maximumIntervalNanoseconds: ScaledUnits.time(value)
    case .maximumCores: "\(ScaledUnits.number(value)) cores"
    case .maximumChips: "\(ScaledUnits.number(value)) chips"
    case .minimumAccuracy: ScaledUnits.percent(value)
    }
  }
}

/// A run beside its budget.
public struct BudgetCheck: Sendable, Hashable {
  /// One limit and what the run has.
  public struct Entry: Sendable, Hashable {
    /// The limit.
    public var limit: Budget.Limit
    /// What it allows.
    public var needs: Double
    /// What the run has; nil: not known (unpublished prices, no labels).
    public var has: Double?

    /// Whether the run keeps within it; what is not known does not.
    public var isMet: Bool {
      guard let has else { return false }
      return limit.isFloor ? has >= needs : has <= needs
    }
  }

  /// The budget's file, as diagnostics call it.
  public var file: String
  /// All limits of the budget.
  public var entries: [Entry]

  /// Whether every limit is kept.
  public var isMet: Bool { entries.allSatisfy(\.isMet) }

  /// A finding for every limit that is missed: what is needed, what there is, by how much.
  public var misses: [Diagnostic] {
    entries.filter { !$0.isMet }.map { entry in
      let anchor = Anchor.jsonPointer(file: file, pointer: "/\(entry.limit.rawValue)")
      let bound = entry.limit.isFloor ? "at least" : "at most"
      let needs = "needs \(bound) \(entry.limit.text(entry.needs))"
      guard let has = entry.has else {
        let reason =
          entry.limit == .minimumAccuracy
          ? "no labels" : "the energy is refused for want of published prices"
        return Diagnostic(
          .error, "SL8210", "\(needs), has an unknown value (\(reason))", at: anchor)
      }
      return Diagnostic(
        .error, "SL8210",
        "\(needs), has \(entry.limit.text(has)): \(entry.excess(has))", at: anchor)
    }
  }

  /// The check as JSON.
  public var jsonValue: JSONValue {
    let limits = entries.map { entry in
      JSONValue.object([
        "limit": .text(entry.limit.rawValue), "needs": .number(entry.needs),
        "has": entry.has.map { .number($0) } ?? .null, "met": .boolean(entry.isMet),
      ])
    }
    return .object([
      "met": .boolean(isMet), "limits": .array(limits),
      "misses": .texts(misses.map(\.message)),
    ])
  }

  /// The check as a person reads it.
  public var text: String {
    let lines = entries.map { entry in
      let has = entry.has.map { entry.limit.text($0) } ?? "unknown"
      return "  \(entry.limit.rawValue) \(entry.limit.text(entry.needs)), has \(has): "
        + (entry.isMet ? "met" : "missed")
    }
    return (["Budget \(isMet ? "met" : "missed")"] + lines).joined(separator: "\n")
  }
}

extension BudgetCheck.Entry {
  /// By how much a run misses it.
  fileprivate func excess(_ has: Double) -> String {
    if limit.isFloor {
      return "\(ScaledUnits.number((needs - has) * 100)) points too low"
    }
    let share = needs > 0 ? " (\(ScaledUnits.ratio(has / needs)))" : ""
    return "\(limit.text(has - needs)) too much\(share)"
  }
}
