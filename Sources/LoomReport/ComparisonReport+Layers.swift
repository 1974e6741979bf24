import LoomBase
import LoomEnergy

extension ComparisonReport {
  /// One layer of the report as JSON.
  func layerJSON(_ layer: LayerComparison) -> JSONValue {
    let numbers: [String: Double?] = [
      "macs": layer.macs, "synapticOperations": layer.spiking?.synapticOperations,
      "loweringOperations": layer.spiking?.loweringOperations,
      "neuronUpdates": layer.spiking?.neuronUpdates, "spikes": layer.spiking?.spikes,
      "picojoules": layer.spiking?.totalPicojoules,
      "fixedPicojoules": layer.spiking?.fixedPicojoules,
      "variablePicojoules": layer.spiking?.variablePicojoules,
      "loweringPicojoules": layer.spiking?.loweringPicojoules,
      "annInt8OperationPicojoules": ANNBaseline.energy(of: layer.ann, precision: .int8)
        .operationPicojoules,
      "annInt8WithMemoryPicojoules": ANNBaseline.energy(of: layer.ann, precision: .int8)
        .withMemoryPicojoules,
      "synapticOperationsPerMac": layer.operationBreakEven.operationsPerMac,
      "spikeRate": layer.operationBreakEven.spikeRate,
      "breakEvenSpikeRateOperation": layer.operationBreakEven.breakEvenRate,
      "breakEvenSpikeRateWithMemory": layer.memoryBreakEven.breakEvenRate,
      "analytic45nmWithMemoryPicojoules": layer.analytic.withMemoryPicojoules,
      "marginalPicojoulesPerSynapticOperation": layer.marginalPicojoulesPerOperation,
      "allInPicojoulesPerSynapticOperation": layer.allInPicojoulesPerOperation,
    ]
    guard case .object(var members) = JSONValue.members(numbers) else { return .null }
    members["name"] = .text(layer.name)
    members["annLayers"] = .texts(layer.ann.map(\.name))
    members["ann"] = baselinesJSON(layer)
    return .object(members)
  }

  /// By number format and way of counting: the ANN's energy, the break-even rate, who needs less.
  private func baselinesJSON(_ layer: LayerComparison) -> JSONValue {
    var formats: [String: [String: JSONValue]] = [:]
    for baseline in layer.baselines {
      formats[baseline.precision, default: [:]][baseline.level] = .object([
        "picojoules": .number(baseline.picojoules),
        "breakEvenSpikeRate": baseline.breakEven.breakEvenRate.map { .number($0) } ?? .null,
        "outcome": .text(baseline.outcome.rawValue),
      ])
    }
    return .object(formats.mapValues { .object($0) })
  }

  /// The layers as a table of a terminal.
  var layersText: String {
    var table = TextTable([
      "Layer (estimate)", "MACs", "SOP", "spikes", "SOP/MAC", "rate", "on chip", "pJ/SOP",
      "all in", "INT8 op.", "break-even", "INT8 packed", "break-even", "the layer",
    ])
    for layer in layers { table.add(row(layer)) }
    guard !table.rows.isEmpty else { return "" }
    return table.render()
      + "\n  rate: SOP/(T·MAC); on chip: events of the layer alone; barriers, host and static power belong to no layer"
      + "\n  pJ/SOP: what one more synaptic operation costs, with its share of spikes and messages; all in: with updates"
      + "\n  INT8: the ANN's layer, operations only and with packed memory; who needs less for the layer: against the latter"
      + "\n  break-even none: costs more than the ANN's layer even if nothing ever spiked"
  }

  private func row(_ layer: LayerComparison) -> [String] {
    let operation = layer.baseline("int8", "operation")
    let packed = layer.baseline("int8", "withPackedMemory")
    let rate = layer.operationBreakEven
    return [
      layer.name, ScaledUnits.number(layer.macs),
      ScaledUnits.optional(layer.spiking?.synapticOperations),
      ScaledUnits.optional(layer.spiking?.spikes), ScaledUnits.optional(rate.operationsPerMac),
      ScaledUnits.optionalPercent(rate.spikeRate),
      layer.spiking?.totalPicojoules.map { ScaledUnits.energy($0) } ?? "-",
      ScaledUnits.optional(layer.marginalPicojoulesPerOperation),
      ScaledUnits.optional(layer.allInPicojoulesPerOperation),
      ScaledUnits.energy(operation?.picojoules ?? 0), breakEven(layer, operation),
      ScaledUnits.energy(packed?.picojoules ?? 0), breakEven(layer, packed),
      packed.map { $0.outcome == .none ? "-" : $0.outcome.rawValue } ?? "-",
    ]
  }

  /// A dash where the layer's energy is refused.
  private func breakEven(_ layer: LayerComparison, _ baseline: LayerBaseline?) -> String {
    guard let baseline, layer.spiking == nil || layer.spiking?.totalPicojoules != nil else {
      return "-"
    }
    return ScaledUnits.breakEven(baseline.breakEven)
  }
}
