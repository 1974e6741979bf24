import LoomEmulator
import LoomEnergy
import LoomHardware
import Testing

@Suite("Ledger: events of gates do not follow spikes")
struct ClockedEventsTests {
  /// The fixture with 4 of its 6 lowering operations, 2 of its 6 messages in and 3 of 10 host messages by gates.
  private static func record() -> RunRecord {
    var record = EnergyFixture.record()
    record.host.inputMessages = 10
    record.host.clockedMessages = 3
    record.clockedPopulations = [
      EnergyFixture.counts(messagesIn: 2), EnergyFixture.counts(),
    ]
    record.clockedLoweringPopulations = [
      EnergyFixture.counts(operations: 4), EnergyFixture.counts(),
    ]
    return record
  }

  @Test("the total stays, what gates cause moves from marginal to fixed, worked by hand")
  func marginal() throws {
    let profile = EnergyFixture.profile { $0.hostSpike = EnergyFixture.price(9) }
    var plain = Self.record()
    plain.clockedPopulations = []
    plain.clockedLoweringPopulations = []
    plain.host.clockedMessages = 0
    let before = try Ledger.ledger(record: plain, profile: profile)
    let after = try Ledger.ledger(record: Self.record(), profile: profile)
    #expect(after.totalPicojoules == before.totalPicojoules)
    // Two samples: 2 operations · 10, 1 message · 1, 1.5 messages of the host · 9.
    let moved = 20 + 1 + 13.5
    #expect(isClose(before.variablePicojoules - after.variablePicojoules, moved))
    #expect(isClose(after.fixedPicojoules - before.fixedPicojoules, moved))
    #expect(isClose(try #require(after.marginalPicojoulesPerOperation), (132 + 45 - moved) / 6))
    #expect(after.line("lowering.synapticOperation")?.clockedCount == 2)
    #expect(isClose(after.fixedPicojoules + after.variablePicojoules, after.totalPicojoules))
  }

  @Test("layers move by the same, and still add up")
  func layers() throws {
    let profile = EnergyFixture.profile { $0.hostSpike = EnergyFixture.price(9) }
    let ledger = try Ledger.ledger(record: Self.record(), profile: profile)
    // 60 fixed (LedgerTests), and 21 of gates.
    #expect(ledger.layers[0].fixedPicojoules == 81)
    #expect(ledger.unattributedPicojoules == 0)
    let variable = ledger.layers.reduce(0) { $0 + ($1.variablePicojoules ?? 0) }
    // The host's remaining 3.5 messages belong to no layer.
    #expect(isClose(variable + 3.5 * 9, ledger.variablePicojoules))
  }
}
