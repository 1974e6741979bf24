public import LoomBase
public import LoomEmulator

/// A run's counts before prices, for machines (`emulate --json`, `.run.json`) and people.
public enum RunText {
  /// The run as JSON, schema `spikeloom.run/1`: sums over all samples.
  ///
  /// - Parameters:
  ///   - record: The run.
  ///   - populationNames: Names by population; missing ones become `population N`.
  public static func jsonValue(
    _ record: RunRecord, populationNames: [String] = []
  ) -> JSONValue {
    var bounds: [String: JSONValue] = [:]
    for (bound, count) in record.bounds { bounds[bound.rawValue] = whole(count) }
    let populations = record.populations.indices.map { index -> JSONValue in
      let name = populationNames.indices.contains(index) ? populationNames[index] : nil
      return counts(
        record.populations[index],
        with: ["name": .text(name ?? "population \(index)")])
    }
    return .object([
      "schema": .text("spikeloom.run/1"), "samples": .integer(record.samples),
      "stepsPerSample": .integer(record.stepsPerSample),
      "stepsPerInterval": .integer(
        record.stepsPerInterval > 0 ? record.stepsPerInterval : record.stepsPerSample),
      "estimate": .boolean(true), "overruns": whole(record.overruns),
      "overlappedLatencyNanoseconds": .number(record.overlappedLatencyNanoseconds),
      "chips": .integer(record.chips),
      "tiles": .integer(record.tiles), "cores": .array(record.cores.map { counts($0) }),
      "loweringCores": .array(record.loweringCores.map { counts($0) }),
      "populations": .array(populations),
      "loweringPopulations": .array(record.loweringPopulations.map { counts($0) }),
      "host": host(record.host), "latencyNanoseconds": .number(record.latencyNanoseconds),
      "intervalNanoseconds": .number(record.intervalNanoseconds),
      "stepNanoseconds": .array(record.stepNanoseconds.map { .number($0) }),
      "stepsBoundBy": .object(bounds),
      "slowestCoreSteps": .array(record.slowestCoreSteps.map(whole)),
      "predictions": .array(record.predictions.map { .integer(Int($0)) }),
    ])
  }

  /// A few lines: samples, events of one sample, latency.
  public static func summary(_ record: RunRecord) -> String {
    let samples = Double(max(record.samples, 1))
    var network = CoreCounts()
    for counts in record.cores { network.add(counts) }
    var lowering = CoreCounts()
    for counts in record.loweringCores { lowering.add(counts) }
    var table = TextTable(["Events per sample", "network", "lowering"])
    for (key, value) in entries(network) {
      guard let other = entries(lowering).first(where: { $0.0 == key })?.1 else { continue }
      guard value > 0 || other > 0 else { continue }
      table.add([
        key, ScaledUnits.number(Double(value) / samples),
        ScaledUnits.number(Double(other) / samples),
      ])
    }
    return """
      \(record.samples) samples of \(record.stepsPerSample) steps, \(record.cores.count) cores, \
      \(record.chips) chip\(record.chips == 1 ? "" : "s")
      latency \(ScaledUnits.time(record.latencyNanoseconds / samples)), interval \
      \(ScaledUnits.time(record.intervalNanoseconds / samples)) (estimate)

      \(table.render())

      """
  }

  private static func entries(_ counts: CoreCounts) -> [(String, UInt64)] {
    [
      ("synapticOperations", counts.synapticOperations), ("neuronUpdates", counts.neuronUpdates),
      ("spikes", counts.spikes), ("messagesIn", counts.messagesIn),
      ("messagesOut", counts.messagesOut), ("hopsEastWest", counts.hopsEastWest),
      ("hopsNorthSouth", counts.hopsNorthSouth), ("hopsWithinTile", counts.hopsWithinTile),
      ("hopsBetweenChips", counts.hopsBetweenChips), ("arrayReads", counts.arrayReads),
      ("columnAdds", counts.columnAdds), ("partialSums", counts.partialSums),
    ]
  }

  private static func counts(
    _ counts: CoreCounts, with members: [String: JSONValue] = [:]
  ) -> JSONValue {
    var members = members
    for (key, value) in entries(counts) { members[key] = whole(value) }
    return .object(members)
  }

  private static func host(_ host: HostCounts) -> JSONValue {
    .object([
      "biasWrites": whole(host.biasWrites), "readouts": whole(host.readouts),
      "inputSpikes": whole(host.inputSpikes),
      "inputMessages": whole(host.inputMessages), "neuronUpdates": whole(host.neuronUpdates),
      "frontEndMacs": whole(host.frontEndMacs),
      "chipResets": whole(host.chipResets),
    ])
  }

  private static func whole(_ count: UInt64) -> JSONValue {
    Int(exactly: count).map { .integer($0) } ?? .number(Double(count))
  }
}
