public import LoomBase

/// What quantization did to one projection.
public struct ProjectionQuantization: Sendable, Hashable {
  /// Source and target populations.
  public var name: String
  /// The left shift of each target channel, or one for all.
  public var shifts: [Int]
  /// The largest |mantissa| of each target channel: how many of the levels are in use.
  public var levels: [Int]
  /// Weights beyond the largest mantissa, by target channel.
  public var saturated: [Int]
  /// Weights that were not zero and became zero, by target channel.
  public var roundedToZero: [Int]

  /// Creates an entry.
  public init(
    name: String, shifts: [Int], levels: [Int], saturated: [Int], roundedToZero: [Int]
  ) {
    self.name = name
    self.shifts = shifts
    self.levels = levels
    self.saturated = saturated
    self.roundedToZero = roundedToZero
  }
}

/// What quantization did to one population.
public struct PopulationQuantization: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Neurons that can never reach their threshold, whatever their sources do.
  public var silentNeurons: Int
  /// The number of different thresholds.
  public var distinctThresholds: Int
  /// The smallest and largest threshold, in potential units (0...0 where there is none).
  public var thresholds: ClosedRange<Int>
  /// The smallest and largest scale, potential units per activation unit.
  public var scales: ClosedRange<Double>
  /// The largest |potential| the width allows, in thresholds of the channel with the largest one.
  public var headRoom: Double

  /// Creates an entry.
  public init(
    name: String, silentNeurons: Int, distinctThresholds: Int, thresholds: ClosedRange<Int>,
    scales: ClosedRange<Double>, headRoom: Double
  ) {
    self.name = name
    self.silentNeurons = silentNeurons
    self.distinctThresholds = distinctThresholds
    self.thresholds = thresholds
    self.scales = scales
    self.headRoom = headRoom
  }
}

/// What quantization did to a whole network.
public struct QuantizationReport: Sendable, Hashable {
  /// The largest mantissa of the format.
  public var largestMantissa: Int
  /// One entry for each projection, in order.
  public var projections: [ProjectionQuantization]
  /// One entry for each population, in order.
  public var populations: [PopulationQuantization]
  /// Warnings and remarks.
  public var diagnostics: [Diagnostic]

  /// Creates a report.
  public init(
    largestMantissa: Int, projections: [ProjectionQuantization],
    populations: [PopulationQuantization], diagnostics: [Diagnostic]
  ) {
    self.largestMantissa = largestMantissa
    self.projections = projections
    self.populations = populations
    self.diagnostics = diagnostics
  }

  /// The report as a JSON document.
  public var json: JSONValue {
    .object([
      "largestMantissa": .integer(largestMantissa),
      "projections": .array(projections.map(\.json)),
      "populations": .array(populations.map(\.json)),
      "diagnostics": .array(diagnostics.map { .text($0.description) }),
    ])
  }

  /// The report as lines of text: one for each projection, then one for each population.
  public var text: String {
    let synapses = projections.map { entry in
      let used = entry.levels.filter { $0 > 0 }
      return "\(entry.name): levels \(used.min() ?? 0)–\(used.max() ?? 0) of \(largestMantissa), "
        + "shift \(entry.shifts.min() ?? 0)–\(entry.shifts.max() ?? 0), "
        + "\(entry.saturated.reduce(0, +)) saturated, "
        + "\(entry.roundedToZero.reduce(0, +)) rounded to zero"
    }
    let neurons = populations.map { entry in
      "\(entry.name): θ \(entry.thresholds.lowerBound)–\(entry.thresholds.upperBound) "
        + "(\(entry.distinctThresholds) distinct), \(entry.silentNeurons) neurons can never fire"
    }
    return (synapses + neurons + diagnostics.map(\.description)).joined(separator: "\n")
  }
}

extension ProjectionQuantization {
  /// The entry as a JSON object.
  public var json: JSONValue {
    .object([
      "name": .text(name),
      "shifts": .array(shifts.map { .integer($0) }),
      "levels": .array(levels.map { .integer($0) }),
      "saturated": .array(saturated.map { .integer($0) }),
      "roundedToZero": .array(roundedToZero.map { .integer($0) }),
    ])
  }
}

extension PopulationQuantization {
  /// The entry as a JSON object.
  public var json: JSONValue {
    .object([
      "name": .text(name),
      "silentNeurons": .integer(silentNeurons),
      "distinctThresholds": .integer(distinctThresholds),
      "thresholds": .array([.integer(thresholds.lowerBound), .integer(thresholds.upperBound)]),
      "scales": .array([.number(scales.lowerBound), .number(scales.upperBound)]),
      "headRoom": .number(headRoom),
    ])
  }
}
