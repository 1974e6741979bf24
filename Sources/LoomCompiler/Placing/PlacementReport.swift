public import LoomBase

/// What the places of the cores cost, by the spikes calibration expects.
public struct PlacementReport: Sendable, Hashable {
  /// How the places were found.
  public var choice: PlacementChoice
  /// Packets of one sample × links they take (spike-weighted hops).
  public var packetHops: Double
  /// Packets of one sample × links between chips they take.
  public var chipHops: Double
  /// Packets of one sample on the busiest link.
  public var busiestLink: Double
  /// Moves that refinement tried.
  public var moves: Int

  /// Creates a report.
  public init(
    choice: PlacementChoice, packetHops: Double, chipHops: Double, busiestLink: Double, moves: Int
  ) {
    self.choice = choice
    self.packetHops = packetHops
    self.chipHops = chipHops
    self.busiestLink = busiestLink
    self.moves = moves
  }

  /// The report as a JSON object.
  public var json: JSONValue {
    .object([
      "choice": .text(choice.rawValue),
      "packetHops": .number(packetHops),
      "chipHops": .number(chipHops),
      "busiestLink": .number(busiestLink),
      "moves": .integer(moves),
    ])
  }

  /// The report as one line.
  public var text: String {
    "placement \(choice.rawValue), \(moves) moves tried; expected per sample: "
      + "\(Int(packetHops.rounded())) packet hops, \(Int(chipHops.rounded())) of them between chips, "
      + "\(Int(busiestLink.rounded())) packets on the busiest link"
  }
}
