import LoomEnergy
import LoomHardware
import Testing

@Suite("Sensitivity")
struct SensitivityTests {
  let ledger: EnergyLedger

  init() throws {
    ledger = try Ledger.ledger(record: EnergyFixture.record(), profile: EnergyFixture.profile())
  }

  @Test("each price moved alone, worked by hand, most important first")
  func prices() throws {
    let effects = Sensitivity(ledger: ledger).effects
    // Static 500 ns · (1…3) mW; chip reset 1000 ± 20 %; barriers 500 ± 20 %; operations 9 · (5…20).
    #expect(
      effects.prefix(4).map(\.pointer) == [
        "/prices/staticPowerPerChip", "/prices/chipReset", "/prices/barrier",
        "/prices/synapticOperation",
      ])
    #expect(effects[0].lowPicojoules == 2737 - 500 && effects[0].highPicojoules == 2737 + 500)
    #expect(effects[0].isStated && !effects[1].isStated)
    #expect(effects[1].span == 800...1200 && isClose(effects[1].swingPicojoules, 400))
    // Network and lowering are one price.
    #expect(effects[3].lowPicojoules == 2737 - 45 && effects[3].highPicojoules == 2737 + 90)
    #expect(effects.count == 12)
  }

  @Test("durations act through static power, and all stated ends together")
  func times() throws {
    let quantity = Quantity(
      value: 4, unit: "ns", source: "by hand", method: .assumed, range: 2...6)
    let sensitivity = Sensitivity(
      ledger: ledger,
      times: [
        TimeEffect(pointer: "/times/axonIn", quantity: quantity, lowRatio: 0.5, highRatio: 2)
      ], together: (0.5, 2), timedSamples: 2)
    let effect = try #require(sensitivity.effects.first)
    #expect(effect.pointer == "/times/axonIn" && effect.span == 2...6)
    #expect(effect.lowPicojoules == 2737 - 500 && effect.highPicojoules == 2737 + 1000)
    // Prices low: 2192 with static 500, half of that; high: 3327 with static 1500, twice that.
    #expect(sensitivity.allLowPicojoules == 2192 - 250)
    #expect(sensitivity.allHighPicojoules == 3327 + 1500)
  }

  @Test("what decides is what turns the comparison between its ends")
  func deciding() {
    #expect(
      ledger.decidingPrices(against: 2737) == [
        "/prices/synapticOperation", "/prices/staticPowerPerChip",
      ])
    #expect(
      ledger.decidingPrices(against: 2800) == [
        "/prices/synapticOperation", "/prices/staticPowerPerChip",
      ])
    #expect(ledger.decidingPrices(against: 3000) == ["/prices/staticPowerPerChip"])
    #expect(ledger.decidingPrices(against: 3300).isEmpty)
    #expect(ledger.hasRanges)
  }
}
