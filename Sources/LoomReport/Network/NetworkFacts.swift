public import LoomBase

/// What a network run was run on, as its reports say it.
public struct NetworkFacts: Sendable {
  /// Routers in y.
  public var rows: Int
  /// Routers in x.
  public var columns: Int
  /// Name of the preset or profile.
  public var name: String
  /// Where its times come from.
  public var source: String
  /// Ticks of the network in a cycle of the packet list.
  public var ticksPerCycle: Int64
  /// Of a profile: its digest; a cycle then is a nanosecond.
  public var profileDigest: Digest?
  /// Pointers set by hand.
  public var overrides: [String]

  /// Creates the facts.
  public init(
    rows: Int, columns: Int, name: String, source: String, ticksPerCycle: Int64,
    profileDigest: Digest? = nil, overrides: [String] = []
  ) {
    self.rows = rows
    self.columns = columns
    self.name = name
    self.source = source
    self.ticksPerCycle = ticksPerCycle
    self.profileDigest = profileDigest
    self.overrides = overrides
  }

  /// What the report counts in: `cycles` or `ns`.
  public var unit: String { profileDigest == nil ? "cycles" : "ns" }

  /// Ticks as cycles.
  public func cycles(_ ticks: Int64) -> Double { Double(ticks) / Double(ticksPerCycle) }

  /// Ticks as cycles with no more decimals than needed.
  public func text(_ ticks: Int64) -> String {
    guard ticks >= 0 else { return "-1" }
    let (whole, rest) = ticks.quotientAndRemainder(dividingBy: ticksPerCycle)
    if rest == 0 { return String(whole) }
    var digits = String(String(rest + ticksPerCycle).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  /// The members that every report has.
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "schema": .text("spikeloom.noc/1"),
      "mesh": .object(["rows": .integer(rows), "columns": .integer(columns)]),
      "model": .object(["name": .text(name), "source": .text(source)]),
      "unit": .text(unit),
    ]
    if let profileDigest {
      members["profile"] = .object([
        "name": .text(name), "sha256": .text("\(profileDigest)"),
        "overrides": .array(overrides.map { .text($0) }),
      ])
    }
    return members
  }

  /// The first line of a text.
  var title: String { "\(rows) x \(columns) mesh, \(name), XY routes, \(unit)" }
}
