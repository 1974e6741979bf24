import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import Testing

@Suite("Energy ledger")
struct LedgerTests {
  let ledger: EnergyLedger

  init() throws {
    ledger = try Ledger.ledger(
      record: EnergyFixture.record(), populationNames: ["hidden"],
      profile: EnergyFixture.profile())
  }

  @Test("every line is the count per sample times its price, worked by hand")
  func lines() {
    let byHand: [String: Double] = [
      "synapticOperation": 6 * 10, "neuronUpdate": 15 * 3, "neuronSpike": 3 * 7, "axonIn": 3 * 1,
      "axonOut": 3 * 2, "hopEastWest": 3 * 4, "lowering.synapticOperation": 3 * 10,
      "lowering.neuronUpdate": 10 * 3, "frontEnd": 40 * 0.25, "biasWrite": 2 * 6, "readout": 1 * 8,
      "chipReset": 1 * 1000, "barrier": 5 * 100, "static": 500 * 2,
    ]
    #expect(Set(ledger.lines.map(\.id)) == Set(byHand.keys))
    for line in ledger.lines { #expect(line.picojoules == byHand[line.id]) }
    #expect(ledger.totalPicojoules == 2737)
  }

  @Test("the parts are those of the interface: total = dynamic + static")
  func parts() {
    #expect(ledger.staticPicojoules == 1000)
    #expect(ledger.dynamicPicojoules == 1737)
    #expect(ledger.frontEndPicojoules == 10)
    #expect(ledger.loweringPicojoules == 60)
    #expect(ledger.staticWindowNanoseconds == 500)
  }

  @Test("cores, and layers, and what belongs to neither add up to the total")
  func additive() {
    // Core 0: 10·3 + 3·7 + 3·2 + 3·4 + lowering (10·3 + 3·10); core 1: 5·3 + 6·10 + 3·1.
    #expect(ledger.corePicojoules == [129, 78])
    // Messages in count with the layer that sent them; fixed: 10·3 updates and 10·3 of lowering.
    #expect(ledger.layers.map(\.totalPicojoules) == [132, 75])
    #expect(ledger.layers.map(\.name) == ["hidden", "population 1"])
    #expect(ledger.layers[0].fixedPicojoules == 60.0)
    #expect(ledger.layers[0].loweringPicojoules == 60)
    let outside = ["frontEnd", "biasWrite", "readout", "chipReset", "barrier", "static"]
      .compactMap { ledger.line($0)?.picojoules }.reduce(0, +)
    #expect(ledger.corePicojoules.reduce(0, +) + outside == ledger.totalPicojoules)
    #expect(ledger.unattributedPicojoules == 0)
  }

  @Test("ranges run through to the total")
  func ranges() {
    // Synaptic operations (6 + 3) · (10 − 5) less, static 500 · 1 less.
    #expect(ledger.lowPicojoules == 2737 - 45 - 500)
    #expect(ledger.highPicojoules == 2737 + 90 + 500)
  }

  @Test("marginal and all-in energy per synaptic operation are told apart")
  func perOperation() throws {
    // 60 + 21 + 3 + 6 + 12 + lowering 30, over 6 operations.
    #expect(ledger.variablePicojoules == 132)
    #expect(ledger.marginalPicojoulesPerOperation == 22)
    #expect(isClose(try #require(ledger.allInPicojoulesPerOperation), 2737.0 / 6))
    #expect(ledger.fixedPicojoules + ledger.variablePicojoules == ledger.totalPicojoules)
  }

  @Test(
    "doubling a price doubles its lines and nothing else",
    arguments: [
      "synapticOperation", "neuronUpdate", "neuronSpike", "axonIn", "axonOut", "hopEastWest",
      "barrier", "biasWrite", "readout", "hostMac", "chipReset", "staticPowerPerChip",
    ])
  func doubling(key: String) throws {
    let dearer = try Ledger.ledger(
      record: EnergyFixture.record(),
      profile: EnergyFixture.profile { prices in
        PriceTable.scale(key, by: 2, in: &prices)
      })
    var changed = 0
    for (before, after) in zip(ledger.lines, dearer.lines) {
      let factor = before.pricePointer == "/prices/\(key)" ? 2.0 : 1
      #expect(after.picojoules == before.picojoules * factor)
      if factor == 2 { changed += 1 }
    }
    #expect(changed >= 1)
  }

  @Test("a missing price is an error with its pointer, all together; a zero count needs none")
  func missing() {
    let profile = EnergyFixture.profile { prices in
      prices.axonOut = nil
      prices.barrier = nil
      prices.staticPowerPerChip = nil
      prices.neuronUpdate = nil
      prices.hopNorthSouth = nil
    }
    let error = #expect(throws: DiagnosticsError.self) {
      try Ledger.ledger(record: EnergyFixture.record(), profile: profile)
    }
    let anchors = error?.diagnostics.map(\.anchor.description) ?? []
    #expect(
      anchors == [
        "by-hand#/prices/neuronUpdate", "by-hand#/prices/axonOut", "by-hand#/prices/barrier",
        "by-hand#/prices/staticPowerPerChip",
      ])
    #expect(error?.diagnostics.allSatisfy { $0.code == "SL7101" } == true)
  }

  @Test("where prices are unpublished the energy alone is refused, the counts of layers stay")
  func refused() throws {
    let profile = EnergyFixture.profile { prices in
      prices.neuronUpdate = nil
      prices.unpublished = "nobody says"
    }
    let account = try Ledger.account(
      record: EnergyFixture.record(), populationNames: ["hidden"], profile: profile)
    let refusal = try #require(account.refusal)
    #expect(account.ledger == nil && refusal.reason == "nobody says")
    #expect(refusal.missing == ["/prices/neuronUpdate"])
    #expect(account.layers.map(\.synapticOperations) == ledger.layers.map(\.synapticOperations))
    #expect(account.layers.allSatisfy { $0.totalPicojoules == nil })
    #expect(throws: DiagnosticsError.self) {
      try Ledger.ledger(record: EnergyFixture.record(), profile: profile)
    }
  }

  @Test("a reason does not keep a full price list from being used")
  func reasonAlone() throws {
    let profile = EnergyFixture.profile { $0.unpublished = "nobody says" }
    let account = try Ledger.account(
      record: EnergyFixture.record(), populationNames: ["hidden"], profile: profile)
    #expect(account.ledger?.totalPicojoules == 2737)
  }

  @Test("crossbar events and hops between chips are priced by their own constants")
  func crossbar() throws {
    var record = EnergyFixture.record()
    record.cores[1].arrayReads = 8
    record.cores[1].columnAdds = 40
    record.cores[0].hopsBetweenChips = 2
    record.host.inputMessages = 10
    let priced = try Ledger.ledger(
      record: record,
      profile: EnergyFixture.profile { prices in
        prices.arrayRead = EnergyFixture.price(11)
        prices.columnAdd = EnergyFixture.price(0.5)
        prices.hopBetweenChips = EnergyFixture.price(30)
        prices.hostSpike = EnergyFixture.price(9)
      })
    // 4 · 11 + 20 · 0.5 + 1 · 30 + 5 · 9 more.
    #expect(priced.totalPicojoules == 2737 + 129)
    // These events were not counted by population.
    #expect(priced.unattributedPicojoules == 84)
  }

  @Test("arrays that are read anyway do not follow spikes")
  func silentArrays() throws {
    var record = EnergyFixture.record()
    record.cores[1].arrayReads = 4
    record.cores[1].columnAdds = 8
    var profile = EnergyFixture.profile {
      $0.arrayRead = EnergyFixture.price(10)
      $0.columnAdd = EnergyFixture.price(1)
    }
    let event = try Ledger.ledger(record: record, profile: profile)
    profile.core.synapses = .crossbar(
      CrossbarFormat(rows: 4, columns: 4, arrays: 1, readsWhenSilent: true))
    let silent = try Ledger.ledger(record: record, profile: profile)
    #expect(silent.totalPicojoules == event.totalPicojoules)
    // (4 · 10 + 8 · 1) / 2 samples.
    #expect(silent.fixedPicojoules == event.fixedPicojoules + 24)
    #expect(silent.variablePicojoules == event.variablePicojoules - 24)
  }

  @Test("three chips pay three barriers a step and three times the static power")
  func severalChips() throws {
    var record = EnergyFixture.record()
    record.chips = 3
    let ledger = try Ledger.ledger(record: record, profile: EnergyFixture.profile())
    #expect(ledger.line("barrier")?.picojoules == 1500)
    #expect(ledger.staticPicojoules == 3000)
  }

  @Test("a chip without barriers pays none, and a run without samples is refused")
  func edges() throws {
    var profile = EnergyFixture.profile { $0.barrier = nil }
    profile.synchronisation = .asynchronous
    let ledger = try Ledger.ledger(record: EnergyFixture.record(), profile: profile)
    #expect(ledger.totalPicojoules == 2237)
    var empty = EnergyFixture.record()
    empty.samples = 0
    #expect(throws: DiagnosticsError.self) {
      try Ledger.ledger(record: empty, profile: profile)
    }
    var endless = EnergyFixture.record()
    endless.intervalNanoseconds = .infinity
    #expect(throws: DiagnosticsError.self) {
      try Ledger.ledger(record: endless, profile: profile)
    }
  }
}

/// Places of prices by key, independent of the table under test.
enum PriceTable {
  static func scale(_ key: String, by factor: Double, in prices: inout Prices) {
    switch key {
    case "synapticOperation": prices.synapticOperation?.value *= factor
    case "neuronUpdate": prices.neuronUpdate?.value *= factor
    case "neuronSpike": prices.neuronSpike?.value *= factor
    case "axonIn": prices.axonIn?.value *= factor
    case "axonOut": prices.axonOut?.value *= factor
    case "hopEastWest": prices.hopEastWest?.value *= factor
    case "barrier": prices.barrier?.value *= factor
    case "biasWrite": prices.biasWrite?.value *= factor
    case "readout": prices.readout?.value *= factor
    case "hostMac": prices.hostMac?.value *= factor
    case "chipReset": prices.chipReset?.value *= factor
    case "staticPowerPerChip": prices.staticPowerPerChip?.value *= factor
    default: Issue.record("no price \(key)")
    }
  }
}
