import Foundation
import LoomBase
import LoomHardware
import Testing

func decode(_ text: String, overrides: [String] = []) throws(DiagnosticsError) -> Profile {
  try ProfileFile.decode(Array(text.utf8), name: "tiny.json", overrides: overrides)
}

/// Code and pointer of every problem of a document.
func problems(_ text: String, overrides: [String] = []) -> [String] {
  do {
    _ = try decode(text, overrides: overrides)
    return []
  } catch {
    return error.diagnostics.map { diagnostic in
      guard case .jsonPointer(_, let pointer) = diagnostic.anchor else { return diagnostic.code }
      return "\(diagnostic.code) \(pointer)"
    }
  }
}

@Suite("Profile documents")
struct ProfileFileTests {
  @Test("every field reaches the profile")
  func decodesEveryField() throws {
    let profile = try decode(ProfileFixture.text())
    #expect(profile.name == "tiny")
    #expect(profile.topology.coresPerChip == 2)
    #expect(profile.core.neurons == 64)
    #expect(profile.core.axonsOut == 48)
    let crossbar = CrossbarFormat(rows: 16, columns: 64, arrays: 2)
    #expect(profile.core.synapses == .crossbar(crossbar))
    #expect(profile.neuron.firesOnGreaterOnly)
    #expect(profile.neuron.comparatorSites == 4)
    #expect(
      profile.weight
        == WeightFormat(
          bits: 8, minimumShift: 0, maximumShift: 6, shiftPerChannel: true))
    #expect(profile.delay.maximum == 7)
    #expect(profile.prices.synapticOperation?.range == 1...4)
    #expect(profile.prices.synapticOperation?.method == .measured)
    #expect(profile.prices.neuronUpdate == nil)
    #expect(profile.times.barrierByTiles.map(\.units) == [1, 2])
    #expect(profile.times.barrierByTiles.map(\.duration.value) == [10, 20])
    #expect(profile.quantities["/core/neurons"]?.unit == "neurons")
    #expect(profile.quantities["/times/barrierByTiles/1/duration"]?.value == 20)
  }

  @Test("all problems come together, each with its JSON pointer")
  func collectsProblems() {
    let prices = """
      {"synapticOperation": {"value": -1, "unit": "pJ", "source": "s", "method": "measured"},
       "neuronUpdate": {"value": 1, "unit": "nJ", "source": "s", "method": "measured"},
       "neuronSpike": {"value": 1, "unit": "pJ", "method": "measured"},
       "axonIn": {"value": 1, "unit": "pJ", "source": "s", "method": "assumed"},
       "axonOut": {"value": "1", "unit": "pJ", "source": "", "method": "guessed"},
       "hopEastWest": 3, "hop/s": 1,
       "barrier": {"value": 5, "unit": "pJ", "source": "s", "method": "derived", "range": [6, 7]},
       "biasWrite": {"value": 5, "unit": "pJ", "source": "s", "method": "derived", "range": [9]}}
      """
    #expect(
      problems(ProfileFixture.text(prices: prices)) == [
        "SL7002 /prices/hop~1s", "SL7006 /prices/synapticOperation/value",
        "SL7005 /prices/neuronUpdate/unit", "SL7003 /prices/neuronSpike/source",
        "SL7008 /prices/axonIn", "SL7008 /prices/axonIn", "SL7004 /prices/axonOut/value",
        "SL7004 /prices/axonOut/source", "SL7013 /prices/axonOut/method",
        "SL7004 /prices/hopEastWest", "SL7006 /prices/barrier/range",
        "SL7004 /prices/biasWrite/range",
      ])
  }

  @Test(
    "an impossible structural number is refused",
    arguments: ["-1", "0", "1.5", "1e18", "9223372036854775807", "true", "null", "\"64\""])
  func refusesImpossible(value: String) {
    let found = problems(ProfileFixture.text(neurons: ProfileFixture.number(value, "neurons")))
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix("/core/neurons/value") == true)
  }

  @Test("missing sections, wrong kinds and unknown words are named")
  func missingSections() {
    let text = """
      {"schema": "spikeloom.profile/1", "name": "x", "summary": "y", "synchronisation": "never",
       "topology": 3, "core": {}, "neuron": {"softReset": 1}, "weight": {}, "bias": {}, "delay": {},
       "prices": {}, "times": {"barrierByTiles": [{"units": 0, "duration": 1}], "tock": 1}}
      """
    let found = problems(text)
    #expect(found.contains("SL7013 /synchronisation"))
    #expect(found.contains("SL7004 /topology"))
    #expect(found.contains("SL7003 /core/neurons"))
    #expect(found.contains("SL7013 /neuron/softReset"))
    #expect(found.contains("SL7002 /times/tock"))
    #expect(found.contains("SL7006 /times/barrierByTiles/0/units"))
    #expect(problems("{\"schema\": \"other/9\"}") == ["SL7011 /schema"])
    #expect(problems("[1, 2]") == ["SL7011 /schema"])
  }

  @Test(
    "text that is not JSON is refused",
    arguments: [
      "", "{", "{\"a\": 1,}", "{\"a\": 1, \"a\": 2}", "01", "1e999", "-", "nul", "\"\\q\"",
      "\"\\ud800\"", "\"\u{1}\"", "[1] 2", "\u{FEFF}{}",
    ])
  func refusesNonJSON(text: String) {
    #expect(problems(text) == ["SL7001"])
  }

  @Test("deep nesting and bytes that are not UTF-8 are refused, not trapped on")
  func hostileBytes() {
    #expect(problems(String(repeating: "[", count: 100_000)) == ["SL7001"])
    #expect(problems(String(repeating: "{\"a\":", count: 100_000)) == ["SL7001"])
    #expect(throws: DiagnosticsError.self) {
      try ProfileFile.decode([0xFF, 0xFE, 0x7B], name: "x")
    }
  }

  @Test("no mutation of a valid document traps, and most are noticed")
  func fuzz() {
    let original = Array(ProfileFixture.text().utf8)
    let pieces: [[UInt8]] = [
      "1e308", "-", "[[[", "}", "\"", "null", "\\u0000", "9999999999999999999",
    ]
    .map { Array($0.utf8) }
    var generator = SeededGenerator(seed: 7)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(place..<min(place + 5, bytes.count))
        case 2: bytes.insert(contentsOf: pieces[place % pieces.count], at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = [0x7B] }
      }
      do {
        let profile = try ProfileFile.decode(bytes, name: "fuzz")
        #expect(profile.core.neurons > 0)
      } catch {
        #expect(!error.diagnostics.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 2000)
  }

  @Test("the digest of structure ignores names, prices, spacing and key order")
  func structureDigest() throws {
    let profile = try decode(ProfileFixture.text())
    let dearer = try decode(
      ProfileFixture.text(prices: "{}", extra: "\n\"notes\": [\"spaced\"], "))
    #expect(dearer.structureDigest == profile.structureDigest)
    #expect(dearer.digest != profile.digest)
    let larger = try decode(
      ProfileFixture.text(neurons: ProfileFixture.number("65", "neurons")))
    #expect(larger.structureDigest != profile.structureDigest)
    let spaced = try decode(ProfileFixture.text().replacing(": ", with: " :\n  "))
    #expect(spaced.digest == profile.digest)
    let reordered = try decode(
      ProfileFixture.text(
        neurons:
          #"{"unit": "neurons", "source": "data sheet", "method": "published", "value": 64.0}"#))
    #expect(reordered.digest == profile.digest)
  }
}
