public import LoomBase
import LoomHardware
import LoomImage

/// How full the routing tables of a mapping are.
public struct RoutingTableReport: Sendable, Hashable {
  /// Entries one table has.
  public var limit: Int
  /// Tables with any entry.
  public var tables: Int
  /// Entries of the fullest table.
  public var most: Int
  /// Entries of the fullest table with one for each key that needs one.
  public var mostUncompressed: Int
  /// Entries of all tables.
  public var total: Int

  /// The report as a JSON object.
  public var json: JSONValue {
    .object([
      "limit": .integer(limit),
      "tables": .integer(tables),
      "most": .integer(most),
      "mostUncompressed": .integer(mostUncompressed),
      "total": .integer(total),
    ])
  }

  /// The report as one line.
  public var text: String {
    "routing tables: \(most) of \(limit) entries in the fullest (\(mostUncompressed) before compression), "
      + "\(total) in \(tables) tables"
  }
}

/// Counts routing-table entries against the chip's limit.
enum RoutingTableCheck {
  /// How full the tables are; nil where the chip has none.
  ///
  /// Throws the fullest one that overflows (SL4031).
  static func checked(
    _ image: HardwareImage, _ profile: Profile
  ) throws(DiagnosticsError) -> RoutingTableReport? {
    guard let tables = RoutingTables(image, profile) else { return nil }
    let report = RoutingTableReport(
      limit: profile.routing.tableEntries, tables: tables.tables.count, most: tables.most,
      mostUncompressed: tables.mostUncompressed, total: tables.total)
    if let finding = tables.finding(code: "SL4031") {
      throw DiagnosticsError(.doesNotFit, [finding])
    }
    return report
  }
}
