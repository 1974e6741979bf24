import LoomBase
import LoomHardware
import LoomReport
import Testing

@Suite("Profiles as text")
struct ProfileTextTests {
  @Test("every number of a profile is shown with unit, method and source")
  func show() throws {
    let profile = try ProfileFile.load("crossbar-256", overrides: ["/core/neurons=128"])
    let lines = ProfileText.show(profile).split(separator: "\n")
    for (pointer, quantity) in profile.quantities {
      let line = lines.first { $0.hasPrefix(pointer + " ") }
      #expect(line?.contains(quantity.unit) == true)
      #expect(line?.hasSuffix(quantity.source) == true)
    }
    #expect(lines.contains { $0.hasPrefix("/core/neurons ") && $0.contains("--set") })
    let json = ProfileText.jsonValue(profile)
    #expect(json["quantities"]?["/core/neurons"]?["value"] == .number(128))
    #expect(json["overrides"] == .array([.text("/core/neurons")]))
  }

  @Test("the list names every profile and how many of its prices are assumed")
  func list() throws {
    let profile = try ProfileFile.load("loihi1-silicon-fit", overrides: [])
    let text = ProfileText.list([profile])
    #expect(text.contains("loihi1-silicon-fit"))
    // hopBetweenChips, barrier, biasWrite, readout, hostSpike, hostMac.
    #expect(text.contains("6 of 16"))
    #expect(text.contains("128"))
  }
}
