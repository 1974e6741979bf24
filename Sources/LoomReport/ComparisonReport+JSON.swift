public import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware

extension ComparisonReport {
  /// The report as JSON, schema `spikeloom.compare/1`.
  ///
  /// Everything but `host` depends on the inputs alone.
  public var jsonValue: JSONValue {
    var members = requiredMembers
    if let sensitivity { members["sensitivity"] = sensitivity.jsonValue }
    if let budget { members["budget"] = budget.jsonValue }
    return .object(members)
  }

  private var requiredMembers: [String: JSONValue] {
    [
      "schema": .text("spikeloom.compare/1"), "tool": .text(facts.tool),
      "estimate": .text("every number under energy and latency is modelled, none is measured"),
      "network": .text(facts.network), "samples": .integer(samples),
      "timesteps": .integer(facts.timesteps), "method": .text(facts.method),
      "code": .text(facts.code.rawValue),
      "readout": .text(facts.countsSpikes ? "spikeCounts" : "potentials"),
      "accuracy": .members([
        "ann": facts.accuracy.ann, "spiking": facts.accuracy.spiking,
        "fixed": facts.accuracy.fixed, "chip": facts.accuracy.chip,
      ]),
      "metric": .text(facts.metric.rawValue), "waterfall": waterfallJSON,
      "agreement": facts.sameAnswers.map { .number(Double($0) / Double(samples)) } ?? .null,
      "discordant": discordantJSON, "errors": layerErrorJSON, "latency": latencyJSON,
      "energy": energyJSON,
      "operations": operationsJSON,
      "chip": .object(["cores": .integer(cores), "chips": .integer(chips)]),
      "image": .object(["sha256": .text(facts.imageSHA256)]), "profile": profileJSON,
      "calibration": .object(["source": .text(facts.calibration)]),
      "hybrid": hybrid?.jsonValue(
        allMacs: operations.macs, synapticOperations: operations.synapticOperations) ?? .null,
      "layers": .array(layers.map(layerJSON)), "neurobench": NeuroBench(self).jsonValue,
      "verdict": verdictJSON,
      "mapping": .texts(facts.mapping), "quantization": .texts(facts.quantization),
      "remarks": .texts(facts.remarks), "host": .object(facts.host),
    ]
  }

  private var waterfallJSON: JSONValue { facts.waterfall?.jsonValue(facts.metric) ?? .null }

  private var verdictJSON: JSONValue {
    let level = verdictLevel
    return .object([
      "outcome": .text(outcome.rawValue), "text": .text(verdict),
      "ratio": level?.ratio.map { .number($0) } ?? .null,
      "lowRatio": level?.lowRatio.map { .number($0) } ?? .null,
      "highRatio": level?.highRatio.map { .number($0) } ?? .null,
      "decidingPrices": .texts(level?.decidingPrices ?? []),
    ])
  }

  private var discordantJSON: JSONValue {
    guard let pairs = facts.discordant else { return .null }
    return .object([
      "annRightChipWrong": .integer(pairs.onlyANN), "annWrongChipRight": .integer(pairs.onlyChip),
    ])
  }

  private var latencyJSON: JSONValue {
    var members: [String: JSONValue] = [
      "perSampleNanoseconds": .number(latencyNanoseconds),
      "intervalNanoseconds": .number(intervalNanoseconds),
      "overlappedPerSampleNanoseconds": overlappedLatencyNanoseconds.map { .number($0) } ?? .null,
      "hostBoundShare": .number(hostBoundShare), "inputNanoseconds": .number(inputNanoseconds),
      "barrierNanoseconds": .number(overheads.barrierNanoseconds),
      "managementNanoseconds": .number(overheads.managementNanoseconds),
      "readoutNanoseconds": .number(overheads.readoutNanoseconds),
      "resetNanoseconds": .number(overheads.resetNanoseconds),
      "throughputPerSecond": throughputPerSecond.map { .number($0) } ?? .null,
    ]
    var counts: [String: JSONValue] = [:]
    for (bound, count) in bounds { counts[bound.rawValue] = .number(Double(count)) }
    members["stepsBoundBy"] = .object(counts)
    return .object(members.merging(stepTimes.members) { old, _ in old })
  }

  private var energyJSON: JSONValue {
    var ann: [String: JSONValue] = [:]
    for baseline in baselines { ann[baseline.precision.name] = baselineJSON(baseline) }
    let analytic = self.analytic
    let numbers: [String: Double?] = [
      "totalPicojoules": ledger?.totalPicojoules, "lowPicojoules": ledger?.lowPicojoules,
      "highPicojoules": ledger?.highPicojoules, "dynamicPicojoules": ledger?.dynamicPicojoules,
      "staticPicojoules": ledger?.staticPicojoules,
      "staticWindowNanoseconds": ledger?.staticWindowNanoseconds,
      "frontEndPicojoules": ledger?.frontEndPicojoules,
      "loweringPicojoules": ledger?.loweringPicojoules,
      "hostPicojoules": ledger?.picojoules(of: .host),
      "hostLayersPicojoules": ledger?.picojoules(of: .hostLayers),
      "marginalPicojoulesPerSynapticOperation": ledger?.marginalPicojoulesPerOperation,
      "allInPicojoulesPerSynapticOperation": ledger?.allInPicojoulesPerOperation,
      "unattributedPicojoules": ledger?.unattributedPicojoules,
    ]
    guard case .object(var members) = JSONValue.members(numbers) else { return .null }
    members["ann"] = .object(ann)
    members["lines"] = .array((ledger?.lines ?? []).map(lineJSON))
    members["corePicojoules"] = .array((ledger?.corePicojoules ?? []).map { .number($0) })
    if let refusal = account.refusal {
      members["refused"] = .object([
        "reason": .text(refusal.reason), "missing": .texts(refusal.missing),
      ])
    }
    members["analytic45nm"] = .members([
      "fp32OperationPicojoules": analytic.fp32OperationPicojoules,
      "int8OperationPicojoules": analytic.int8OperationPicojoules,
      "withMemoryPicojoules": analytic.withMemoryPicojoules,
    ])
    return .object(members)
  }

  private func lineJSON(_ line: LedgerLine) -> JSONValue {
    .object([
      "id": .text(line.id), "name": .text(line.name), "category": .text(line.category.rawValue),
      "count": .number(line.count), "price": .number(line.price.value),
      "unit": .text(line.price.unit), "pointer": .text(line.pricePointer),
      "method": .text(line.price.method.rawValue), "source": .text(line.price.source),
      "range": line.price.range.map {
        .array([.number($0.lowerBound), .number($0.upperBound)])
      } ?? .null, "picojoules": .number(line.picojoules),
      "lowPicojoules": .number(line.lowPicojoules),
      "highPicojoules": .number(line.highPicojoules),
    ])
  }

  private func baselineJSON(_ baseline: BaselineComparison) -> JSONValue {
    var members: [String: JSONValue] = [
      "macPicojoules": .number(baseline.precision.macPicojoules),
      "weightBits": .number(baseline.precision.weightBits),
      "activationBits": .number(baseline.precision.activationBits),
      "source": .text(baseline.precision.source),
    ]
    var comparisons: [String: JSONValue] = [:]
    for level in baseline.levels {
      members["\(level.name)Picojoules"] = .number(level.picojoules)
      guard
        case .object(var comparison) = JSONValue.members([
          "ratio": level.ratio, "lowRatio": level.lowRatio, "highRatio": level.highRatio,
          "synapticOperationsPerMac": level.breakEven.operationsPerMac,
          "spikeRate": level.breakEven.spikeRate,
          "breakEvenSpikeRate": level.breakEven.breakEvenRate,
        ])
      else { continue }
      comparison["outcome"] = .text(level.outcome.rawValue)
      comparison["decidingPrices"] = .texts(level.decidingPrices)
      comparisons[level.name] = .object(comparison)
    }
    members["comparison"] = .object(comparisons)
    return .object(members)
  }

  private var operationsJSON: JSONValue {
    .members([
      "synapticOperations": operations.synapticOperations,
      "loweringOperations": operations.loweringOperations, "macs": operations.macs,
      "effectiveMacs": operations.effectiveMacs, "frontEndMacs": operations.frontEndMacs,
      "neuronUpdates": operations.neuronUpdates, "loweringUpdates": operations.loweringUpdates,
      "spikes": operations.spikes, "packets": operations.packets,
      "packetHops": operations.packetHops, "synapticOperationsPerMac": operationsPerMac,
      "spikeRate": spikeRate,
    ])
  }

  private var profileJSON: JSONValue {
    .object([
      "name": .text(profile.name), "summary": .text(profile.summary),
      "sha256": .text(profile.digest.description),
      "structureSha256": .text(profile.structureDigest.description),
      "overrides": .array(
        profile.overrides.map { pointer in
          .object([
            "pointer": .text(pointer),
            "value": profile.quantities[pointer].map { .number($0.value) } ?? .null,
          ])
        }),
    ])
  }
}

extension JSONValue {
  /// An object of numbers; missing ones are null.
  static func members(_ numbers: [String: Double?]) -> JSONValue {
    .object(numbers.mapValues { $0.map { .number($0) } ?? .null })
  }

  /// An array of texts.
  static func texts(_ values: [String]) -> JSONValue { .array(values.map { .text($0) }) }
}
