public import LoomBase
public import LoomEmulator
public import LoomHardware
public import LoomImage

/// Multiplies the counts of a run with the prices of a profile.
public enum Ledger {
  /// The ledger of a run, names of layers taken from the image's provenance.
  ///
  /// - Throws: `DiagnosticsError` as the other form.
  public static func ledger(
    record: RunRecord, image: HardwareImage, profile: Profile
  ) throws(DiagnosticsError) -> EnergyLedger {
    let names = image.provenance?.populations.map(\.name) ?? []
    return try ledger(record: record, populationNames: names, profile: profile)
  }

  /// The ledger of a run.
  ///
  /// - Parameters:
  ///   - record: Counts summed over all samples.
  ///   - populationNames: Names by population; missing ones become `population N`.
  ///   - profile: The prices.
  /// - Throws: `DiagnosticsError`: SL7101 for every price that is needed (its count is not zero) and missing,
  ///   with its JSON pointer; SL7102 if the record holds no sample or no possible time.
  public static func ledger(
    record: RunRecord, populationNames: [String] = [], profile: Profile
  ) throws(DiagnosticsError) -> EnergyLedger {
    let (ledger, problems) = try priced(record, populationNames, profile)
    guard problems.isEmpty else { throw DiagnosticsError(.badInput, problems) }
    return ledger
  }

  /// The ledger of a run, or the refusal of a profile that says why its prices are missing.
  ///
  /// - Parameter hosted: Layers on the host before or behind the chip; the link to them then belongs to
  ///   them.
  /// - Throws: `DiagnosticsError`: SL7101 as `ledger` if the profile gives no such reason; SL7102.
  public static func account(
    record: RunRecord, populationNames: [String] = [], profile: Profile,
    hosted: HostedLayers? = nil
  ) throws(DiagnosticsError) -> EnergyAccount {
    let (ledger, problems) = try priced(record, populationNames, profile, hosted)
    if problems.isEmpty { return .priced(ledger) }
    guard let reason = profile.prices.unpublished else {
      throw DiagnosticsError(.badInput, problems)
    }
    let missing = problems.compactMap { problem -> String? in
      guard case .jsonPointer(_, let pointer) = problem.anchor else { return nil }
      return pointer
    }
    var layers = ledger.layers
    for index in layers.indices {
      layers[index].fixedPicojoules = nil
      layers[index].variablePicojoules = nil
      layers[index].loweringPicojoules = nil
    }
    return .refused(EnergyRefusal(reason: reason, missing: missing, layers: layers))
  }

  /// The lines that can be priced and a finding for each price that is missing.
  private static func priced(
    _ record: RunRecord, _ populationNames: [String], _ profile: Profile,
    _ hosted: HostedLayers? = nil
  ) throws(DiagnosticsError) -> (EnergyLedger, [Diagnostic]) {
    guard record.samples > 0, record.chips >= 0, record.stepsPerSample >= 0,
      record.intervalNanoseconds.isFinite, record.intervalNanoseconds >= 0
    else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL7102",
          "needs a run of at least one sample with a finite interval, has \(record.samples) samples"
        ))
    }
    var pricing = Pricing(samples: Double(record.samples), profile: profile)
    pricing.addEvents(
      record.cores, prefix: "", suffix: "", category: .network,
      clocked: record.clockedPopulations.sum)
    pricing.addEvents(
      record.loweringCores, prefix: "lowering.", suffix: " (lowering)", category: .lowering,
      clocked: record.clockedLoweringPopulations.sum)
    pricing.addHost(record.host, hosted)
    pricing.addLayers(hosted)
    pricing.addBarrier(record)
    let window = record.intervalNanoseconds / Double(record.samples)
    pricing.addStatic(chips: record.chips, window: window)
    let ledger = EnergyLedger(
      profileName: profile.name, samples: record.samples, chips: record.chips,
      staticWindowNanoseconds: window, lines: pricing.lines,
      corePicojoules: pricing.corePicojoules(record),
      layers: pricing.layers(record, names: populationNames))
    return (ledger, pricing.problems)
  }
}

/// The state of one pricing: lines so far and prices found missing.
private struct Pricing {
  let samples: Double
  let profile: Profile
  var lines: [LedgerLine] = []
  var problems: [Diagnostic] = []

  /// Adds a line if anything was counted; a zero count needs no price.
  mutating func add(
    id: String, name: String, category: LedgerCategory, count: Double, price: Quantity?,
    key: String, followsSpikes: Bool = false, clocked: Double = 0
  ) {
    guard count > 0 else { return }
    let pointer = "/prices/\(key)"
    guard let price else {
      report(pointer: pointer, name: name)
      return
    }
    var line = LedgerLine(
      id: id, name: name, category: category, count: count, price: price, pricePointer: pointer,
      followsSpikes: followsSpikes)
    line.clockedCount = followsSpikes ? min(clocked, count) : 0
    lines.append(line)
  }

  private mutating func report(pointer: String, name: String) {
    let anchor = Anchor.jsonPointer(file: profile.name, pointer: pointer)
    guard !problems.contains(where: { $0.anchor == anchor }) else { return }
    problems.append(
      Diagnostic(
        .error, "SL7101", "needs a price for \(name), has none", at: anchor,
        remedy: "add it to the profile with its source, or assume one: --set \(pointer)=VALUE"))
  }

  mutating func addEvents(
    _ counts: [CoreCounts], prefix: String, suffix: String, category: LedgerCategory,
    clocked: CoreCounts
  ) {
    for kind in EventKind.all {
      let total = counts.reduce(0) { $0 + kind.count(in: $1) }
      add(
        id: prefix + kind.id, name: kind.name + suffix, category: category,
        count: total / samples, price: kind.price(in: profile.prices), key: kind.id,
        followsSpikes: kind.followsSpikes(on: profile), clocked: kind.count(in: clocked) / samples)
    }
  }

  /// The host's own lines; what crosses to layers on the host belongs to these.
  mutating func addHost(_ host: HostCounts, _ hosted: HostedLayers?) {
    let prices = profile.prices
    let input: LedgerCategory = hosted?.headMacs == nil ? .host : .hostLayers
    let output: LedgerCategory = hosted?.tailMacs == nil ? .host : .hostLayers
    let from = hosted?.headMacs == nil ? "" : " (from the head)"
    let to = hosted?.tailMacs == nil ? "" : " (for the tail)"
    let entries: [(String, String, LedgerCategory, UInt64, Quantity?, String)] = [
      (
        "frontEnd", "front-end MACs on the host", .frontEnd, host.frontEndMacs, prices.hostMac,
        "hostMac"
      ),
      ("biasWrite", "bias writes" + from, input, host.biasWrites, prices.biasWrite, "biasWrite"),
      ("readout", "scores read" + to, output, host.readouts, prices.readout, "readout"),
      (
        "hostNeurons", "updates of neurons on the host", .frontEnd, host.neuronUpdates,
        prices.hostMac, "hostMac"
      ),
      (
        "hostSpike", "messages of input spikes" + from, input, host.inputMessages,
        prices.hostSpike, "hostSpike"
      ),
      ("chipReset", "chip resets", .host, host.chipResets, prices.chipReset, "chipReset"),
    ]
    for (id, name, category, count, price, key) in entries {
      add(
        id: id, name: name, category: category, count: Double(count) / samples, price: price,
        key: key, followsSpikes: id == "hostSpike",
        clocked: Double(host.clockedMessages) / samples)
    }
  }

  /// Multiply-accumulates of layers on the host.
  mutating func addLayers(_ hosted: HostedLayers?) {
    for (end, macs) in [("head", hosted?.headMacs), ("tail", hosted?.tailMacs)] {
      add(
        id: "hostLayers.\(end)", name: "MACs of the \(end) on the host", category: .hostLayers,
        count: macs ?? 0, price: profile.prices.hostMac, key: "hostMac")
    }
  }

  /// One barrier for each chip and step, on chips that have barriers.
  mutating func addBarrier(_ record: RunRecord) {
    guard profile.synchronisation == .barrier else { return }
    // Where samples overlap one barrier closes a step of several.
    let steps = Double(
      record.stepsPerInterval > 0 ? record.stepsPerInterval : record.stepsPerSample)
    add(
      id: "barrier", name: "barriers", category: .network,
      count: steps * Double(record.chips), price: profile.prices.barrier,
      key: "barrier")
    // Not every chip has any; where it takes time it needs a price.
    guard profile.prices.management != nil || profile.times.management != nil else { return }
    add(
      id: "management", name: "managing of steps", category: .host,
      count: steps * Double(record.chips),
      price: profile.prices.management, key: "management")
  }

  mutating func addStatic(chips: Int, window: Double) {
    add(
      id: "static", name: "static power (ns x chips)", category: .staticPower,
      count: window * Double(chips), price: profile.prices.staticPowerPerChip,
      key: "staticPowerPerChip")
  }

  /// Energy of some counts, pJ per sample.
  private func picojoules(_ counts: CoreCounts) -> Double {
    variable(counts, CoreCounts()) + fixed(counts, CoreCounts())
  }

  /// Energy of the events of some counts that follow spikes, pJ per sample.
  ///
  /// - Parameter clocked: Those of the counts that do not, although their kind does.
  private func variable(_ counts: CoreCounts, _ clocked: CoreCounts) -> Double {
    var sum = 0.0
    for kind in EventKind.all where kind.followsSpikes(on: profile) {
      sum +=
        max(kind.count(in: counts) - kind.count(in: clocked), 0)
        * (kind.price(in: profile.prices)?.value ?? 0)
    }
    return sum / samples
  }

  /// Energy of the events of some counts that are there however few spikes there are, pJ per sample.
  private func fixed(_ counts: CoreCounts, _ clocked: CoreCounts) -> Double {
    var sum = 0.0
    for kind in EventKind.all {
      let events = kind.followsSpikes(on: profile) ? clocked : counts
      sum += kind.count(in: events) * (kind.price(in: profile.prices)?.value ?? 0)
    }
    return sum / samples
  }

  func corePicojoules(_ record: RunRecord) -> [Double] {
    (0..<max(record.cores.count, record.loweringCores.count)).map { index in
      picojoules(record.cores.at(index)) + picojoules(record.loweringCores.at(index))
    }
  }

  func layers(_ record: RunRecord, names: [String]) -> [LayerEnergy] {
    (0..<max(record.populations.count, record.loweringPopulations.count)).map { index in
      let counts = record.populations.at(index)
      let lowering = record.loweringPopulations.at(index)
      let clocked = record.clockedPopulations.at(index)
      let clockedLowering = record.clockedLoweringPopulations.at(index)
      return LayerEnergy(
        name: index < names.count ? names[index] : "population \(index)",
        synapticOperations: Double(counts.synapticOperations) / samples,
        loweringOperations: Double(lowering.synapticOperations) / samples,
        neuronUpdates: (Double(counts.neuronUpdates) + Double(lowering.neuronUpdates)) / samples,
        spikes: Double(counts.spikes) / samples,
        fixedPicojoules: fixed(counts, clocked) + fixed(lowering, clockedLowering),
        variablePicojoules: variable(counts, clocked) + variable(lowering, clockedLowering),
        loweringPicojoules: picojoules(lowering))
    }
  }
}

extension [CoreCounts] {
  /// The counts at an index, zero beyond the end.
  fileprivate func at(_ index: Int) -> CoreCounts {
    index < count ? self[index] : CoreCounts()
  }

  /// All of them together.
  fileprivate var sum: CoreCounts {
    var sum = CoreCounts()
    for counts in self { sum.add(counts) }
    return sum
  }
}
