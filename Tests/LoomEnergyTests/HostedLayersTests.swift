import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import Testing

@Suite("Ledger: layers on the host")
struct HostedLayersTests {
  private func ledger(
    _ hosted: HostedLayers?, profile: Profile = EnergyFixture.profile()
  ) throws -> EnergyLedger {
    try #require(
      try Ledger.account(record: EnergyFixture.record(), profile: profile, hosted: hosted).ledger)
  }

  @Test("their MACs have lines of their own, at the host's price, in the total")
  func lines() throws {
    let plain = try ledger(nil)
    let hybrid = try ledger(HostedLayers(headMacs: 40, tailMacs: 12))
    // 0.25 pJ a MAC.
    #expect(hybrid.line("hostLayers.head")?.picojoules == 10)
    #expect(hybrid.line("hostLayers.tail")?.picojoules == 3)
    #expect(hybrid.line("hostLayers.tail")?.pricePointer == "/prices/hostMac")
    #expect(isClose(hybrid.totalPicojoules, plain.totalPicojoules + 13))
    #expect(isClose(hybrid.dynamicPicojoules, plain.dynamicPicojoules + 13))
    #expect(isClose(hybrid.variablePicojoules, plain.variablePicojoules))
    #expect(plain.picojoules(of: .hostLayers) == 0)
  }

  @Test("the link belongs to the layers at its end, and is counted once")
  func link() throws {
    // 2 bias writes × 6 pJ and 1 reading × 8 pJ a sample.
    let head = try ledger(HostedLayers(headMacs: 40, tailMacs: nil))
    #expect(head.picojoules(of: .hostLayers) == 22)
    #expect(head.line("biasWrite")?.category == .hostLayers)
    #expect(head.line("readout")?.category == .host)
    let tail = try ledger(HostedLayers(headMacs: nil, tailMacs: 12))
    #expect(tail.picojoules(of: .hostLayers) == 11)
    #expect(tail.line("biasWrite")?.category == .host)
    let both = try ledger(HostedLayers(headMacs: 40, tailMacs: 12))
    #expect(both.picojoules(of: .hostLayers) == 33)
    #expect(both.lines.count { $0.id == "biasWrite" || $0.id == "readout" } == 2)
  }

  @Test("a missing price of the host's MACs is an error, or refused where unpublished")
  func missingPrice() throws {
    var record = EnergyFixture.record()
    record.host.frontEndMacs = 0
    let silent = EnergyFixture.profile { $0.hostMac = nil }
    #expect(try Ledger.account(record: record, profile: silent).ledger != nil)
    let hosted = HostedLayers(headMacs: 40, tailMacs: nil)
    #expect(throws: DiagnosticsError.self) {
      try Ledger.account(record: record, profile: silent, hosted: hosted)
    }
    let open = EnergyFixture.profile {
      $0.hostMac = nil
      $0.unpublished = "nobody says"
    }
    let refusal = try Ledger.account(record: record, profile: open, hosted: hosted).refusal
    #expect(refusal?.missing == ["/prices/hostMac"])
  }
}
