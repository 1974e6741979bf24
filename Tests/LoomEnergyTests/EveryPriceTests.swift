import LoomBase
import LoomEmulator
import LoomEnergy
import LoomHardware
import Testing

/// Every price of every bundled profile that has prices.
@Suite("Ledger: every price of every profile")
struct EveryPriceTests {
  static let priced = ProfileFile.bundledNames.filter { name in
    guard let profile = try? ProfileFile.load(name) else { return false }
    return profile.prices.unpublished == nil
  }

  /// A run in which every event occurs, a different number of times each.
  static func record() -> RunRecord {
    var record = EnergyFixture.record()
    var core = CoreCounts()
    core.neuronUpdates = 101
    core.spikes = 103
    core.synapticOperations = 107
    core.messagesIn = 109
    core.messagesOut = 113
    core.hopsEastWest = 127
    core.hopsNorthSouth = 131
    core.hopsWithinTile = 137
    core.hopsBetweenChips = 139
    core.arrayReads = 149
    core.columnAdds = 151
    core.partialSums = 157
    record.cores = [core, core]
    record.populations = [core, core]
    record.loweringCores = [core]
    record.loweringPopulations = [core]
    record.host.inputMessages = 163
    record.host.neuronUpdates = 167
    return record
  }

  /// The profile with a price for everything, so that every line is there.
  static func complete(_ name: String) throws -> Profile {
    var profile = try ProfileFile.load(name)
    let assumed = EnergyFixture.price(1.5)
    for path in EveryPriceTests.paths where profile.prices[keyPath: path] == nil {
      profile.prices[keyPath: path] = assumed
    }
    profile.times.management = assumed
    return profile
  }

  private func isOfBarriers(_ key: String) -> Bool { key == "barrier" || key == "management" }

  typealias Path = any WritableKeyPath<Prices, Quantity?> & Sendable
  static let keys: [(key: String, path: Path)] = [
    ("synapticOperation", \.synapticOperation), ("neuronUpdate", \.neuronUpdate),
    ("neuronSpike", \.neuronSpike), ("axonIn", \.axonIn), ("axonOut", \.axonOut),
    ("hopEastWest", \.hopEastWest), ("hopNorthSouth", \.hopNorthSouth),
    ("hopWithinTile", \.hopWithinTile), ("hopBetweenChips", \.hopBetweenChips),
    ("arrayRead", \.arrayRead), ("columnAdd", \.columnAdd), ("partialSum", \.partialSum),
    ("barrier", \.barrier), ("management", \.management), ("biasWrite", \.biasWrite),
    ("readout", \.readout),
    ("hostSpike", \.hostSpike), ("hostMac", \.hostMac), ("chipReset", \.chipReset),
    ("staticPowerPerChip", \.staticPowerPerChip),
  ]
  static let paths = keys.map(\.path)

  @Test("doubling a price doubles its lines and nothing else", arguments: priced)
  func doubling(name: String) throws {
    let profile = try Self.complete(name)
    let before = try Ledger.ledger(record: Self.record(), profile: profile)
    for (key, path) in Self.keys {
      var dearer = profile
      dearer.prices[keyPath: path]?.value *= 2
      dearer.prices[keyPath: path]?.range = nil
      let after = try Ledger.ledger(record: Self.record(), profile: dearer)
      var doubled = 0
      var rise = 0.0
      for (old, new) in zip(before.lines, after.lines) {
        let isItsOwn = old.pricePointer == "/prices/\(key)"
        #expect(new.picojoules == old.picojoules * (isItsOwn ? 2 : 1), "\(name) \(key) \(old.id)")
        if isItsOwn {
          doubled += 1
          rise += old.picojoules
        }
      }
      #expect(doubled >= 1 || (isOfBarriers(key) && profile.synchronisation != .barrier))
      #expect(isClose(after.totalPicojoules, before.totalPicojoules + rise))
    }
  }

  @Test("a missing price stops with its JSON pointer, whichever it is", arguments: priced)
  func missing(name: String) throws {
    for (key, path) in Self.keys {
      var profile = try Self.complete(name)
      guard !isOfBarriers(key) || profile.synchronisation == .barrier else { continue }
      profile.prices[keyPath: path] = nil
      let error = #expect(throws: DiagnosticsError.self) {
        try Ledger.ledger(record: Self.record(), profile: profile)
      }
      #expect(
        error?.diagnostics.map(\.anchor) == [
          .jsonPointer(file: profile.name, pointer: "/prices/\(key)")
        ])
    }
  }

  /// What cores, layers and the rest should add up to.
  private static func isAdditive(_ ledger: EnergyLedger) -> Bool {
    let events = ledger.lines.filter { $0.category == .network || $0.category == .lowering }
      .filter { $0.id != "barrier" }.reduce(0) { $0 + $1.picojoules }
    let cores = ledger.corePicojoules.reduce(0, +)
    let layers = ledger.layers.reduce(0) { $0 + ($1.totalPicojoules ?? 0) }
    let rest = ledger.totalPicojoules - events
    return isClose(cores, events) && isClose(layers, events)
      && isClose(layers + rest, ledger.totalPicojoules)
  }

  @Test("sum over cores = sum over layers = total less host, barrier and static", arguments: priced)
  func additive(name: String) throws {
    let profile = try Self.complete(name)
    #expect(Self.isAdditive(try Ledger.ledger(record: Self.record(), profile: profile)))
    var twice = Self.record()
    twice.populations[0].add(twice.populations[0])
    #expect(!Self.isAdditive(try Ledger.ledger(record: twice, profile: profile)))
    twice = Self.record()
    twice.cores[1].add(twice.cores[1])
    #expect(!Self.isAdditive(try Ledger.ledger(record: twice, profile: profile)))
  }
}
